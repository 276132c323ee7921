"""What came of it, as Markdown, put between two marks of a page whose other text stays."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.cluster import measured
from tests.cluster.measured import p95, row
from tests.cluster.rollout.load import LEAST_RATE, STREAMS
from tests.cluster.rollout.steps import Step

_TARGET = "rollout-test"
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
        f"{component}: p95 of {len(seconds)} is {p95(seconds):.2f} s, more than {most} s"
        for component, most in READY_SECONDS.items()
        if (seconds := starts[component]) and p95(seconds) > most
    ]


def write(path: Path, steps: Sequence[Step], starts: Starts) -> None:
    """Write the figures into a page."""
    streams = "; ".join(f"{stream.rate:.0f} a second {stream.name}" for stream in STREAMS)
    sent = f"- Sent: {streams}. At least {LEAST_RATE} a second in all are asked for."
    facts = measured.facts(_TARGET, "cluster, load and PostgreSQL")
    measured.write(path, _TARGET, [*_steps(steps), "", *_starts(starts), "", sent, *facts])


def _steps(steps: Sequence[Step]) -> list[str]:
    by_name = defaultdict(list)
    for step in steps:
        by_name[step.name].append(step)
    rows = [
        row(
            f"{name[0].upper()}{name[1:]}", len(same),
            f"{median(step.sent.seconds for step in same):.0f}",
            f"{sum(step.sent.answers + len(step.sent.failures) for step in same):,}",
            f"{min(step.sent.rate for step in same):.0f}",
            f"{max(step.sent.p99 for step in same):.0f}",
            sum(len(step.sent.failures) for step in same),
        )
        for name, same in by_name.items()
    ]  # fmt: skip
    head = row("Under load", "Times", "Seconds each", "Requests", "A second, at least",
                  "p99 of the worst, ms", "Failed")  # fmt: skip
    return [head, "|---|--:|--:|--:|--:|--:|--:|", *rows]


def _starts(starts: Starts) -> list[str]:
    rows = [
        row(
            component[0].upper() + component[1:], len(seconds), f"{median(seconds):.2f}",
            f"{p95(seconds):.2f}", f"{max(seconds):.2f}", f"≤ {READY_SECONDS[component]:.0f} s",
            "yes" if p95(seconds) <= READY_SECONDS[component] else "**no**",
        )
        for component, seconds in starts.items() if seconds
    ]  # fmt: skip
    head = row("Pod created to Ready, s", "Pods", "p50", "p95", "Most", "Target for p95", "Met")
    return [head, "|---|--:|--:|--:|--:|---|---|", *rows]
