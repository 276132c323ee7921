"""Writes what a run measured between two marks of a page, and leaves the page's other text."""

import math
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.cluster.checkout import REPOSITORY


def write(path: Path, target: str, lines: Sequence[str]) -> None:
    """Replace what stands between the marks of a target of the Makefile.

    Raises
    ------
    RuntimeError
        The page has not both marks, once.
    """
    begin, end = f"<!-- made by make {target} -->", f"<!-- end of what make {target} made -->"
    made = "\n".join([begin, "", *lines, "", end])
    known = path.read_text(encoding="utf-8")
    between = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(between.findall(known)) != 1:
        raise RuntimeError(f"{path} needs the two marks once:\n{begin}\n{end}")
    path.write_text(between.sub(lambda _: made, known), encoding="utf-8")


def p95(measured: Sequence[float]) -> float:
    """Return the value that 95 in 100 are not above."""
    return sorted(measured)[math.ceil(0.95 * len(measured)) - 1]


def row(*cells: object) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def facts(target: str, sharing: str) -> list[str]:
    """Return where and when something was measured, a line each.

    Parameters
    ----------
    sharing
        What shares the machine, such as "cluster and PostgreSQL".
    """
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1_000_000_000)
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty=, changed"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        f"- Machine: {os.cpu_count()} cores, {memory} GB, Linux {platform.release()}; {sharing}"
        " share it.",
        f"- {datetime.now(UTC):%Y-%m-%d}, commit {shown.stdout.strip()}, by `make {target}`.",
    ]
