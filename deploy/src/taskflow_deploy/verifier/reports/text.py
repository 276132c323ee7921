"""The verdict for a terminal: a row for each endpoint, and the first difference below."""

import math

from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.report import Endpoint, Report
from taskflow_deploy.verifier.reports import words
from taskflow_deploy.verifier.reports.plain import command, one_line, plain, with_ends

COLUMNS = ["endpoint", "verdict", "answers", "ms", "detail"]
_WIDTH = 100
_GAP = 2
_SHORTEST = 20
_LINES = 7
_CURL_LINES = 6


def rows(report: Report, width: int = _WIDTH) -> list[list[str]]:
    """Return a row of cells for each endpoint, under :data:`COLUMNS`.

    Parameters
    ----------
    width
        Characters that a row may take, with two between cells; the last cell is cut to that.
    """
    told = [_cells(endpoint) for endpoint in report.endpoints]
    widths = [max(map(len, cells)) for cells in zip(COLUMNS[:-1], *told, strict=True)]
    room = max(width - sum(widths) - _GAP * len(widths), _SHORTEST)
    return [
        [*cells, one_line(endpoint.detail, room)]
        for cells, endpoint in zip(told, report.endpoints, strict=True)
    ]


def cause(report: Report) -> str:
    """Return the first difference in one line; empty where there is none."""
    return plain(f"{report.first.endpoint}: {report.first.line}") if report.in_order else ""


def first_difference(
    report: Report, width: int = _WIDTH, lines: int | None = _LINES
) -> list[str]:  # fmt: skip
    """Return what the first difference breaks, what was expected, and lines that show it by hand.

    Parameters
    ----------
    width
        Characters of a line of the screen.
    lines
        Lines of the screen that it may take; lines for a shell that have no room are counted, the
        last of them is always there. None for all of them.
    """
    if not report.in_order:
        return []
    found = report.first
    told = [
        one_line(f"breaks: {found.proves}", width),
        one_line(f"expected: {with_ends(found.expected)}", width),
        one_line(f"found: {with_ends(found.found)}", width),
    ]
    return [*told, *_by_hand(found, width, None if lines is None else lines - len(told))]


def _cells(endpoint: Endpoint) -> list[str]:
    return [
        plain(endpoint.name), words.endpoint_verdict(endpoint), f"{endpoint.steps:,}",
        words.milliseconds(endpoint),
    ]  # fmt: skip


def _by_hand(found: Difference, width: int, room: int | None) -> list[str]:
    lines = [command(line) for line in found.curl]
    if room is None or not lines:
        return lines
    if len(lines) <= _CURL_LINES and sum(_height(line, width) for line in lines) <= room:
        return lines
    last = lines[-1]
    before = [f"# first {len(lines) - 1} lines that the report has, then:"] if lines[:-1] else []
    most = width * (room - len(before))
    return [*before, last if len(last) <= most else f"{last[: most - 1]}…"]


def _height(line: str, width: int) -> int:
    return max(math.ceil(len(line) / width), 1)
