"""unshare, as it locks kubectl-ai in: looks at the room, and plays what is in there."""

from __future__ import annotations

import os
import sys

from tests.unit.standins.world import World, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PROGRAM = "/program"


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``unshare``."""
    if world.get("no_namespaces"):
        stop("unshare: unshare failed: Operation not permitted")
    place = words.index(_PROGRAM)
    match words[:place]:
        case ["--user", "--map-root-user", "--root", root, "--wd", "/"]:
            _look(world, root)
        case other:
            stop(f"unshare: the stand-in does not know {other}")
    from tests.unit.standins import kubectl_ai

    kubectl_ai.play(world, words[place + 1 :], sys.stdin.read())


def _look(world: World, root: str) -> None:
    """Keep what is in the room; whatever can be run there is the one program."""
    found: dict[str, Any] = {}
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            found[path.removeprefix(root)] = os.access(path, os.X_OK)
    if _PROGRAM not in found:
        stop(f"unshare: failed to execute {_PROGRAM}: No such file or directory", 127)
    world.set("room", found)
