"""What came of it, as Markdown, put between two marks of a page whose other text stays."""

import math
import os
import platform
import re
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.cluster.checkout import REPOSITORY
from tests.cluster.rollout.load import LEAST_RATE, STREAMS
from tests.cluster.rollout.steps import Step

BEGIN = "<!-- made by make rollout-test -->"
END = "<!-- end of what make rollout-test made -->"
READY_SECONDS = {"backend": 4.0, "frontend": 3.0}
"""Targets: 95 in 100 pods are ready within them."""

Starts = dict[str, list[float]]


def line(step: Step) -> str:
    """Return a step in one line."""
    sent = step.sent
    starts = "; ".join(
        f"{component} ready after {', '.join(f'{one:.1f}' for one in seconds)} s"
        for component, seconds in step.starts.items()
        if seconds
    )
    return (
        f"{step.name}: {sent.seconds:.0f} s, {sent.answers + len(sent.failures):,} requests,"
        f" {sent.rate:.0f} a second, p99 {sent.p99:.0f} ms, {sent.closed} connections closed in"
        f" order, {len(sent.failures)} failed; {starts}"
    )


def missed(starts: Starts) -> list[str]:
    """Return the targets that pods were too slow for."""
    return [
        f"{component}: p95 of {len(seconds)} is {_p95(seconds):.2f} s, more than {most} s"
        for component, most in READY_SECONDS.items()
        if (seconds := starts[component]) and _p95(seconds) > most
    ]


def write(path: Path, steps: Sequence[Step], starts: Starts) -> None:
    """Write the figures into a page."""
    made = "\n".join([BEGIN, "", *_steps(steps), "", *_starts(starts), "", *_facts(), "", END])
    known = path.read_text(encoding="utf-8")
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(between.findall(known)) != 1:
        raise RuntimeError(f"{path} needs the two marks once:\n{BEGIN}\n{END}")
    path.write_text(between.sub(lambda _: made, known), encoding="utf-8")


def _steps(steps: Sequence[Step]) -> list[str]:
    by_name = defaultdict(list)
    for step in steps:
        by_name[step.name].append(step)
    rows = [
        _cells(
            f"{name[0].upper()}{name[1:]}", len(same),
            f"{median(step.sent.seconds for step in same):.0f}",
            f"{sum(step.sent.answers + len(step.sent.failures) for step in same):,}",
            f"{min(step.sent.rate for step in same):.0f}",
            f"{max(step.sent.p99 for step in same):.0f}",
            sum(len(step.sent.failures) for step in same),
        )
        for name, same in by_name.items()
    ]  # fmt: skip
    head = _cells("Under load", "Times", "Seconds each", "Requests", "A second, at least",
                  "p99 of the worst, ms", "Failed")  # fmt: skip
    return [head, "|---|--:|--:|--:|--:|--:|--:|", *rows]


def _starts(starts: Starts) -> list[str]:
    rows = [
        _cells(
            component[0].upper() + component[1:], len(seconds), f"{median(seconds):.2f}",
            f"{_p95(seconds):.2f}", f"{max(seconds):.2f}", f"≤ {READY_SECONDS[component]:.0f} s",
            "yes" if _p95(seconds) <= READY_SECONDS[component] else "**no**",
        )
        for component, seconds in starts.items() if seconds
    ]  # fmt: skip
    head = _cells("Pod created to Ready, s", "Pods", "p50", "p95", "Most", "Target for p95", "Met")
    return [head, "|---|--:|--:|--:|--:|---|---|", *rows]


def _facts() -> list[str]:
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1_000_000_000)
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty=, changed"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    streams = "; ".join(f"{stream.rate:.0f} a second {stream.name}" for stream in STREAMS)
    return [
        f"- Sent: {streams}. At least {LEAST_RATE} a second in all are asked for.",
        f"- Machine: {os.cpu_count()} cores, {memory} GB, Linux {platform.release()}; cluster, load"
        " and PostgreSQL share it.",
        f"- {datetime.now(UTC):%Y-%m-%d}, commit {shown.stdout.strip()}, by `make rollout-test`.",
    ]


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def _cells(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
