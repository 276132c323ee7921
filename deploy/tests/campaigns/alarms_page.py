"""What came of the false alarms, as Markdown in ``docs/verifier-figures.md``."""

from pathlib import Path

from tests.campaigns.alarms import Alarms
from tests.campaigns.load import Load
from tests.cluster import measured
from tests.drills.page import cell

_TARGET = "false-alarms"


def write(path: Path, found: Alarms, load: Load, workers: int, seed: int) -> None:
    """Write how often the same build was reported as another."""
    lines = [
        f"{found.runs:,} verifications of the same build, {found.answers:,} answers:"
        f" {len(found.alarms)} false alarms.", "",
        *(f"- Alarm: {cell(alarm)}" for alarm in found.alarms),
        f"- In the middle of them, this machine's clock was set {found.own_jumps} times as the"
        f" verifier reads it, and the system's {found.system_jumps} times, by 1 to 5 seconds or by"
        f" 1 to 4 minutes from the true time, either way; no verification met two jumps of the"
        f" system's. {found.again} asked again because of one.",
        f"- Other users had {load.requests:,} requests answered meanwhile,"
        f" {load.requests / found.seconds:.0f} in a second.",
        f"- {found.seconds:.0f} seconds, {workers} verifications at a time;"
        f" `FALSE_ALARM_SEED={seed}` repeats the jumps.", "",
        *measured.facts(_TARGET, "both backends and both servers of PostgreSQL"),
    ]  # fmt: skip
    measured.write(path, _TARGET, lines)
