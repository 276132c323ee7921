"""apt-get: its lists may be old, and an installed package puts a program on PATH."""

import os
import sys

from tests.unit.standins.world import World, stop


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``apt-get``."""
    if os.environ.get("DEBIAN_FRONTEND") != "noninteractive":
        stop("apt-get would ask questions")
    match words:
        case ["update"]:
            world.set("lists_are_new", True)
        case ["install", "--yes", "--no-install-recommends", *packages]:
            _install(world, packages)
        case _:
            stop(f"E: Command line option is not understood: {words}", 100)


def _install(world: World, packages: list[str]) -> None:
    known = world.get("packages", {})
    for name in packages:
        if name not in known or not world.get("lists_are_new"):
            stop(f"E: Unable to locate package {name}", 100)
    world.set("services_forbidden", os.path.exists(world.get("policy", "")))
    for name in packages:
        with open(known[name], "w", encoding="utf-8") as program:
            program.write("#!/bin/sh\n")
        os.chmod(known[name], 0o755)
        sys.stdout.write(f"Setting up {name} ...\n")
