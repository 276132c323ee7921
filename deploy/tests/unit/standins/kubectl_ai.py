"""kubectl-ai, as of v0.0.31: one question by standard input, flags by pflag's rules."""

from __future__ import annotations

import os
import sys
import time

from tests.unit.standins.world import World, stop

_SWITCHES = {"--quiet", "--skip-permissions", "--mcp-client", "--mcp-server", "--remove-workdir"}
_VALUES = {"--max-iterations", "--kubeconfig", "--llm-provider", "--model"}


def play(world: World, words: list[str], stdin: str) -> None:
    """Play ``kubectl-ai``."""
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if name in _SWITCHES and (not sign or value in {"true", "false"}):
            given[name] = value or "true"
        elif name in _VALUES and sign and value:
            given[name] = value
        else:
            stop(f"Error: unknown flag: {word}")
    if given.get("--quiet") != "true":
        stop("the stand-in has no terminal to talk at")
    if given.get("--skip-permissions", "false") != "false":
        stop("never without being asked")
    if not stdin.strip():
        stop("failed to resolve query input no query provided from stdin")
    if not os.environ.get("GEMINI_API_KEY"):
        stop("creating llm client: GEMINI_API_KEY environment variable not set")
    world.set("asked", {"flags": given, "question": stdin, "environment": dict(os.environ)})
    if world.get("hangs"):
        time.sleep(60)
    sys.stdout.write(world.get("answer", ""))
