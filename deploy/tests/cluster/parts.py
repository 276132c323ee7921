"""The parts of the node: how they are, and their processes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster.checkout import Checkout


def within(seconds: float, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


def parts(checkout: Checkout) -> dict[str, dict[str, Any]]:
    """Return how the parts are, by their names."""
    found = checkout.taskflow("cluster", "status", "--json").json["parts"]
    return {part["name"]: part for part in found}


def pid_of(part: str, checkout: Checkout) -> int:
    """Return the process of a part of this instance's node: no other names the same state."""
    found = [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if _command(folder)[0].rpartition("/")[2] == part
        if f"{checkout.state}/" in " ".join(_command(folder))
    ]
    assert len(found) == 1, found
    return found[0]


def _command(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_bytes().decode().split("\0")
    except OSError:
        return [""]
