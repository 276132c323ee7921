"""What the fault run measured, as a table in the documents."""

import platform
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- fault-run: begin -->", "<!-- fault-run: end -->"


@dataclass(frozen=True)
class Kill:
    """One kill: seconds without a database, then until the API served; what clients saw."""

    down: float
    recovery: float
    requests: int
    unavailable: int
    slowest: float


def table(kills: Sequence[Kill]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = [
        "| kill | down, s | recovery, s | requests | 503s | slowest request, s |",
        "|-----:|--------:|------------:|---------:|-----:|-------------------:|",
    ]
    return lines + [
        f"| {number} | {kill.down:.2f} | {kill.recovery:.2f} | {kill.requests} "
        f"| {kill.unavailable} | {kill.slowest:.2f} |"
        for number, kill in enumerate(kills, 1)
    ]


def write(file: Path, kills: Sequence[Kill], writers: int, acknowledged: int) -> None:
    """Replace what stands between the marks in a file."""
    before, rest = file.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    head = (
        f"{len(kills)} kills under the load of {writers} clients: "
        f"{sum(kill.requests for kill in kills)} requests, of which "
        f"{sum(kill.unavailable for kill in kills)} were answered with 503; of the tasks that "
        f"were acknowledged, {acknowledged} had to be there at the end, and were, each once. "
        f"Python {platform.python_version()}, PostgreSQL and the clients on the same two cores."
    )
    text = "\n".join([BEGIN, "", textwrap.fill(head, 100), "", *table(kills), "", END])
    file.write_text(before + text + after, encoding="utf-8")
