"""Reads rendered charts: their objects, and how two renderings differ."""

import difflib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

Key = tuple[str, str]
"""An object's ``apiVersion/Kind`` and its name."""


@lru_cache(maxsize=4)
def split(manifest: str) -> Mapping[Key, str]:
    """Return the text of each object of a manifest; reading it takes long, so it is read once."""
    objects: dict[Key, str] = {}
    for text in manifest.split("\n---\n"):
        found = yaml.safe_load(text)
        if found:
            key = (f"{found['apiVersion']}/{found['kind']}", found["metadata"]["name"])
            objects[key] = _without_comments(text)
    return objects


def _without_comments(text: str) -> str:
    lines = text.removeprefix("---\n").strip("\n").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")) + "\n"


def changed(before: str, after: str) -> list[str]:
    """Return what differs between two manifests, such as ``new Service/taskflow-frontend``."""
    old, new = split(before), split(after)
    told = [(key, "new") for key in new if key not in old]
    told += [(key, "changed") for key in new if key in old and old[key] != new[key]]
    told += [(key, "gone") for key in old if key not in new]
    return [f"{how} {kind.rpartition('/')[2]}/{name}" for (kind, name), how in told]


def difference(before: str, after: str) -> str:
    """Return the unified diff of two manifests, object by object; empty where they are the same."""
    old, new = split(before), split(after)
    lines: list[str] = []
    for key in dict.fromkeys([*old, *new]):
        name = f"{key[0].rpartition('/')[2]}/{key[1]}"
        was, now = old.get(key, ""), new.get(key, "")
        lines += difflib.unified_diff(
            was.splitlines(keepends=True),
            now.splitlines(keepends=True),
            f"deployed {name}" if was else "/dev/null",
            f"rendered {name}" if now else "/dev/null",
        )
    return "".join(lines)


def pod_specs(manifest: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Return the pod specification of each Deployment and how many pods it makes."""
    for (kind, _name), text in split(manifest).items():
        if kind.endswith("/Deployment"):
            spec = yaml.safe_load(text)["spec"]
            yield spec["template"]["spec"], int(spec.get("replicas", 1))
