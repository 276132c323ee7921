"""What came of drills, kills and times, as Markdown in ``docs/operations/drills.md``."""

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.cluster import measured
from tests.cluster.measured import p95, row
from tests.drills.drill import CHECKPOINTS
from tests.drills.kills import Kill
from tests.drills.perform import Outcome
from tests.drills.times import FIGURES, Figure, Seconds

_SHARING = "cluster and PostgreSQL"
_LONGEST = 220
_OF_THIS_MACHINE = re.compile(r"/(?:tmp|root|home|var)/\S*/")


def write_drills(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write what came of each drill."""
    lines = [
        *_summary(outcomes), "",
        row("Checkpoint", "What is broken", "Command", "Exit code", "First cause, as it is told",
            "Told after, s", "Evidence, s", "Verified again after, s", "Secrets found"),
        "|---|---|---|--:|---|--:|--:|--:|--:|",
        *map(_drill, outcomes), "",
        *measured.facts("drills", _SHARING),
    ]  # fmt: skip
    measured.write(path, "drills", lines)


def line(outcome: Outcome) -> str:
    """Return an outcome in one line."""
    told = f"{outcome.drill.id}: exit code {outcome.code} after {outcome.told:.1f} s"
    if outcome.undone is not None:
        told += (
            f", evidence {_seconds(outcome.evidence)} s,"
            f" verified again after {_seconds(outcome.undone)} s"
        )
    return f"{told}: {outcome.headline}"


def write_kills(path: Path, kills: Sequence[Kill], seed: int) -> None:
    """Write what came of each kill."""
    lines = [
        f"{len(kills)} kills, each at a random moment of its part of a whole command. Every next"
        f" `up` succeeded and verified, within {max(kill.seconds for kill in kills):.0f} s, and"
        f" nothing was left over. `KILL_SEED={seed}` repeats the moments.", "",
        row("Kill", "Command", "Killed after, s", "At its step", "The next `up`, s", "Left over"),
        "|--:|---|--:|---|--:|--:|",
        *(
            row(number, f"`{kill.command}`", f"{kill.after:.1f}", cell(kill.during),
                f"{kill.seconds:.1f}", 0)
            for number, kill in enumerate(kills, 1)
        ), "",
        *measured.facts("kill-test", _SHARING),
    ]  # fmt: skip
    measured.write(path, "kill-test", lines)


def kill_line(kill: Kill) -> str:
    """Return a kill in one line."""
    return (
        f"{kill.command} killed after {kill.after:.1f} s at {kill.during}; the next up took"
        f" {kill.seconds:.1f} s"
    )


def write_times(path: Path, seconds: Seconds) -> None:
    """Write how long each took."""
    lines = [
        row("Seconds of", "Times", "p50", "p95", "Most", "Target for p95", "Met"),
        "|---|--:|--:|--:|--:|---|---|",
        *(_figure(figure, seconds[figure.name]) for figure in FIGURES), "",
        *measured.facts("deploy-times", _SHARING),
    ]  # fmt: skip
    measured.write(path, "deploy-times", lines)


def times_line(number: int, seconds: Seconds) -> str:
    """Return the last times of each in one line."""
    last = "; ".join(f"{figure.name} {seconds[figure.name][-1]:.1f} s" for figure in FIGURES)
    return f"round {number + 1}: {last}"


def _figure(figure: Figure, seconds: Sequence[float]) -> str:
    target, met = "", ""
    if figure.target is not None:
        target = f"≤ {figure.target:.0f} s"
        met = "yes" if p95(seconds) <= figure.target else "**no**"
    return row(
        f"{figure.name[0].upper()}{figure.name[1:]}", len(seconds), f"{median(seconds):.1f}",
        f"{p95(seconds):.1f}", f"{max(seconds):.1f}", target, met,
    )  # fmt: skip


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    counts = {
        checkpoint: sum(outcome.drill.checkpoint == checkpoint for outcome in outcomes)
        for checkpoint in CHECKPOINTS
    }
    each = ", ".join(f"{count} of {checkpoint}" for checkpoint, count in counts.items())
    undone = [outcome for outcome in outcomes if outcome.undone is not None]
    searched = sum(outcome.searched for outcome in outcomes)
    return [
        f"{len(outcomes)} drills, {each}. In each the first cause was named, and afterwards what"
        f" was verified before ran and was verified. {len(undone)} changed the release and were"
        f" undone. No secret was found in {searched:,} files, outputs and process lists.",
    ]


def _drill(outcome: Outcome) -> str:
    drill = outcome.drill
    return row(
        drill.checkpoint, drill.broken, f"`{' '.join(drill.words)}`", outcome.code,
        cell(outcome.headline), f"{outcome.told:.1f}", _seconds(outcome.evidence),
        _seconds(outcome.undone), 0,
    )  # fmt: skip


def cell(text: str) -> str:
    """Return text as a cell of a table may have it."""
    text = _OF_THIS_MACHINE.sub(".../", text)
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} ..."
    marks = {"|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "`": "'", "[": "\\[", "]": "\\]"}
    return "".join(marks.get(letter, letter) for letter in short)


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f}"
