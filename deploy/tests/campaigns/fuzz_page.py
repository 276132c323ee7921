"""What came of asking two equal systems at random, as Markdown in ``docs/verifier-figures.md``."""

from collections import Counter
from pathlib import Path

from taskflow_deploy.verifier.fuzz.report import FuzzReport
from tests.cluster import measured
from tests.cluster.measured import row
from tests.drills.page import cell

_TARGET = "fuzz"


def write(path: Path, report: FuzzReport) -> None:
    """Write how many requests were answered alike."""
    classes = sorted({name for counts in report.statuses.values() for name in counts})
    total: Counter[str] = sum(report.statuses.values(), Counter())
    found = report.difference
    verdict = "Nothing differed." if found is None else f"They differ: {cell(found.line)}."
    lines = [
        f"{report.pairs:,} made-up requests, each asked of both, in {report.sequences:,} sequences."
        f" {verdict}", "",
        row("Endpoint", *classes),
        "|---|" + "--:|" * len(classes),
        *(_counts(f"`{name}`" if "/" in name else name, counts, classes)
          for name, counts in sorted(report.statuses.items())),
        _counts("All", total, classes), "",
        f"- {report.helping:,} requests more were asked of both and compared: to sign up, and to"
        " list and remove what a sequence left.",
        f"- {report.counts.figures}.",
        f"- Answers of 429 that were waited out: {report.waits.times}.",
        *(f"- {cell(note)}" for note in report.notes),
        f"- {report.seconds:.0f} seconds; `FUZZ_SEED={report.seed}` repeats it.", "",
        *measured.facts(_TARGET, "both backends and both servers of PostgreSQL"),
    ]  # fmt: skip
    measured.write(path, _TARGET, lines)


def _counts(name: str, counts: Counter[str], classes: list[str]) -> str:
    return row(name, *(f"{counts[one]:,}" for one in classes))
