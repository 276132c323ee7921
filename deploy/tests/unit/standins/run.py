"""Plays the stand-in that the second argument names, on the state in the first."""

import fcntl
import os
import sys
import time

sys.path.insert(0, os.path.abspath(f"{__file__}/../../../.."))

from tests.unit.standins.world import WHICH_CLUSTER, World, stop, take

_NETWORK = {"ip", "nft", "iptables", "iptables-save", "nsenter"}


def main() -> None:
    """Record the call, fail where that was asked for, and play it; one at a time."""
    turn = os.open(f"{sys.argv[1]}.turn", os.O_CREAT | os.O_WRONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    world = World(sys.argv[1])
    name, words = sys.argv[2], sys.argv[3:]
    stdin = sys.stdin.read() if "-" in words else ""
    call = [name, *take(words, WHICH_CLUSTER.get(name, {}))[1]]
    world.record(call, [name, *words], stdin)
    if failure := world.failure(call):
        if failure["message"] == "hang":
            os.close(turn)
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
