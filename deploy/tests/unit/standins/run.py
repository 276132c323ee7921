"""Plays the stand-in that the second argument names, on the state in the first."""

from __future__ import annotations

import fcntl
import os
import sys
import time

sys.path.insert(0, os.path.abspath(f"{__file__}/../../../.."))

from tests.unit.standins.world import WHICH_CLUSTER, World, stop, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NETWORK = {"ip", "nft", "iptables", "iptables-save", "nsenter"}


def main() -> None:
    """Play one call; all stand-ins take turns."""
    turn = os.open(f"{sys.argv[1]}.turn", os.O_CREAT | os.O_WRONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    name, words = sys.argv[2], sys.argv[3:]
    stdin = sys.stdin.read() if "-" in words else ""
    play(World(sys.argv[1]), name, words, stdin, before_hanging=lambda: os.close(turn))


def play(
    world: World, name: str, words: list[str], stdin: str, before_hanging: Callable[[], None]
) -> None:
    """Record a call, fail where that was asked for, and play it."""
    world.release = before_hanging
    call = [name, *take(words, WHICH_CLUSTER.get(name, {}))[1]]
    world.record(call, [name, *words], stdin)
    if failure := world.failure(call):
        if failure["message"] == "hang":
            before_hanging()
            time.sleep(60)
        stop(failure["message"], failure["code"])
    if name in _NETWORK:
        from tests.unit.standins import host_network

        host_network.play(world, name, words, stdin)
        return
    module = __import__(f"tests.unit.standins.{name.replace('-', '_')}", fromlist=["play"])
    module.play(world, words, stdin)


if __name__ == "__main__":
    main()
