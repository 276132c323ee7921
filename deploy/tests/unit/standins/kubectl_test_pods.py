"""kubectl: pods that were applied by themselves, and run to their end."""

from __future__ import annotations

import json
import sys

from tests.unit.standins.world import World, parse, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENDED = "status.phase!=Pending,status.phase!=Running"


def play(world: World, namespace: str, words: list[str]) -> None:
    """Play ``kubectl get pod NAME`` or ``kubectl delete pods``."""
    if words[0] == "get":
        _get(world, namespace, words[1:])
    else:
        _delete(world, namespace, words[1:])


def _get(world: World, namespace: str, words: list[str]) -> None:
    """Show a pod; at each look it is one of the phases further that a test lists."""
    asked = parse("kubectl get", words, options={"-o": ("json",)}, required=["-o"],
                  positional=["kind", "name"])  # fmt: skip
    pod = world.get("objects", {}).get(f"Pod/{namespace}/{asked['name']}")
    if pod is None:
        stop(f'Error from server (NotFound): pods "{asked["name"]}" not found')
    phases = world.get("phases", [])
    status: dict[str, Any] = {"phase": phases[0], **world.get("pod_status", {})} if phases else {}
    world.set("phases", phases[1:] or phases)
    pod["status"] = status
    world.set("objects", world.get("objects"))
    sys.stdout.write(json.dumps(pod))


def _delete(world: World, namespace: str, words: list[str]) -> None:
    selects = "-l" in words
    asked = parse("kubectl delete", words, options={"-l": (), "--field-selector": (_ENDED,)},
                  flags=["--ignore-not-found", "--wait=false"],
                  positional=["kind"] if selects else ["kind", "name"])  # fmt: skip
    kept = world.get("objects", {})
    if selects:
        wanted = dict(pair.split("=") for pair in asked["-l"][0].split(","))
        gone = [key for key, item in kept.items() if item["kind"] == "Pod"
                and wanted.items() <= item["metadata"]["labels"].items()
                and (_has_ended(item) or not asked["--field-selector"])]  # fmt: skip
    else:
        gone = [f"Pod/{namespace}/{asked['name']}"]
    for key in gone:
        kept.pop(key, None)
    world.set("objects", kept)


def _has_ended(pod: dict[str, Any]) -> bool:
    return pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}
