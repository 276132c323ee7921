"""Finds secrets by where they stand: those that nobody told us of, which redaction misses."""

import re
from typing import Any

import yaml

from taskflow_deploy.redaction import HIDDEN

# Keys of values, and names of variables, that hold a secret; not those that only name one.
_SECRET = re.compile(
    r"(?i)(?:password|passwd|secret|token|api[_-]?key|database[_-]?url|credentials?)(?:_?previous)?$"
)
_NAMES_ONE = re.compile(r"(?i)existingsecret$|imagepullsecret$")
_DOCUMENTS = re.compile(r"(?m)^---[ \t]*\n")
_IS_SECRET = re.compile(r"(?m)^kind:[ \t]*[\"']?Secret[\"']?[ \t]*$")


def without_secrets(value: Any) -> Any:
    """Return data without what stands under the name of a secret."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("name"), str) and _is_secret(value["name"]) and "value" in value:
        return {**value, "value": HIDDEN}  # a variable of a container
    return {
        key: HIDDEN if _is_secret(str(key)) and _is_told(inner) else without_secrets(inner)
        for key, inner in value.items()
    }


def values(text: str) -> str:
    """Return the values of a release without secrets.

    Raises
    ------
    yaml.YAMLError
        It is not YAML.
    """
    return yaml.safe_dump(without_secrets(yaml.safe_load(text)), sort_keys=False)


def manifest(text: str) -> str:
    """Return a manifest without the data of its Secrets."""
    return "---\n".join(
        _secret(document) if _IS_SECRET.search(document) else document
        for document in _DOCUMENTS.split(text)
    )


def _secret(document: str) -> str:
    try:
        found = yaml.safe_load(document)
        for part in {"data", "stringData"} & found.keys():
            found[part] = dict.fromkeys(found[part] or (), HIDDEN)
        return yaml.safe_dump(found, sort_keys=False)
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        return f"# A Secret that cannot be read is left out: {type(error).__name__}\n"


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _NAMES_ONE.search(name)


def _is_told(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
