"""Writes what a comparison by chance found into a folder, in the forms of a verification's report.

The page and the document for continuous integration have a row for each endpoint, whose one step
is all that was asked of it.
"""

from collections import Counter
from pathlib import Path

from taskflow_deploy.verifier import reports
from taskflow_deploy.verifier.binding import pieces
from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.fuzz.report import FuzzDifference, FuzzReport
from taskflow_deploy.verifier.report import Answered, Endpoint, Report
from taskflow_deploy.verifier.symbols import Symbol


def write(report: FuzzReport, folder: Path, *, name: str = "API") -> None:
    """Write ``report.html``, ``report.json`` and ``junit.xml`` into a folder.

    Parameters
    ----------
    folder
        It is made where there is none.
    name
        What was asked, for people.

    Raises
    ------
    OSError
        They could not be written.
    """
    reports.write(as_report(report), folder, name=name, data=report.to_json())


def as_report(report: FuzzReport) -> Report:
    """Return what was found as the report of a verification."""
    found = None if report.difference is None else _difference(report.difference)
    names = dict.fromkeys([*sorted(report.statuses), *([found.endpoint] if found else [])])
    rows = [_row(report, name) for name in names]
    for row in rows:
        if found is not None and row.name == found.endpoint:
            row.differences.append(found)
    for text in report.left_out:
        operation, _, reason = text.partition(": ")
        rows.append(Endpoint(operation, left_out=[f"all: {reason}"]))
    return Report(
        report.candidate, "from this machine", report.reference, rows, report.counts,
        report.seconds, [f"{report.figures}.", *report.notes], [] if found is None else [found],
    )  # fmt: skip


def _row(report: FuzzReport, name: str) -> Endpoint:
    counts = report.statuses.get(name, Counter())
    row = Endpoint(name, steps=sum(counts.values()))
    if counts:
        told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        row.answered.append(Answered(f"made-up requests: {told}", 0.0))
    return row


def _difference(found: FuzzDifference) -> Difference:
    return Difference(
        f"made-up requests, {found.calls} in a row", found.endpoint,
        "Both systems answer the same requests alike.",
        found.kind, found.place, found.reference, found.candidate,
        ("# the reference", *found.curl_reference, "# the candidate", *found.curl_candidate),
        _with_symbols(found.answers[0]), found.answers[1],
    )  # fmt: skip


def _with_symbols(text: str) -> str:
    """Write the reference's own values as symbols: they are not what the candidate lacks."""
    return "".join(
        piece if isinstance(piece, str) else str(Symbol(piece.kind, None))
        for piece in pieces(text, {}, ())
    )
