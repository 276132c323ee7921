"""Reads from an OpenAPI document what may be asked, and with what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# A schema that holds itself is followed this far.
_DEEPEST = 8

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; ``where`` is ``path``, ``query``, ``header`` or ``cookie``."""

    name: str
    where: str
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """A method of an address.

    Attributes
    ----------
    name
        Such as ``PUT /tasks/{task_id}``.
    is_secured
        Whether credentials are asked for.
    body
        The schema of its JSON body; None where it takes none.
    """

    name: str
    method: str
    path: str
    is_secured: bool
    parameters: tuple[Parameter, ...]
    body: Schema | None


def read(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """Return the operations of a document, each schema with all that it refers to."""
    return tuple(_operations(document))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in (name for name in item if name in _METHODS):
            told = item[method]
            parameters = tuple(
                Parameter(one["name"], one["in"], one.get("schema", {}))
                for one in _whole([*item.get("parameters", ()), *told.get("parameters", ())],
                                  document)
            )  # fmt: skip
            body = _whole(told.get("requestBody", {}), document)
            schema = body.get("content", {}).get("application/json", {}).get("schema")
            secured = bool(told.get("security", document.get("security")))
            yield Operation(
                f"{method.upper()} {path}", method.upper(), path, secured, parameters, schema
            )


def _whole(data: Any, document: Mapping[str, Any], depth: int = 0) -> Any:
    """Return data with what it refers to in its place."""
    if isinstance(data, list):
        return [_whole(one, document, depth) for one in data]
    if not isinstance(data, dict):
        return data
    if "$ref" in data:
        if depth >= _DEEPEST:
            return {}
        found: Any = document
        for part in data["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return _whole({**found, **{k: v for k, v in data.items() if k != "$ref"}},
                      document, depth + 1)  # fmt: skip
    return {key: _whole(value, document, depth) for key, value in data.items()}
