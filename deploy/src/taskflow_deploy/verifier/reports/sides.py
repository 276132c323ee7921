"""Puts a recorded and an answered text side by side, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import zip_longest

from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.reports.layout import laid_out
from taskflow_deploy.verifier.reports.units import Unit, is_of_the_run, key, units

# Pairs of lines, and of units of a line, beyond which what lies between the same beginning and the
# same end is one difference: finding more in it would take too long.
_MOST_LINES = 1_000_000
_MOST_UNITS = 40_000
_CONTEXT = 3
_OF_A_VALUE = {"binding", "clock", "token", "type"}


class Mark(Enum):
    """What a line, or a part of one, is."""

    SAME = "same"
    RUN = "run"  # a value of the run in its place
    DIFFERS = "differs"


Parts = list[tuple[str, Mark]]


@dataclass
class Row:
    """A line of each side.

    Attributes
    ----------
    recorded, answered
        The parts of the line, each with what it is; None where a side has no such line.
    skipped
        How many lines that are the same stand here and are not shown; it has no parts then.
    """

    recorded: Parts | None = None
    answered: Parts | None = None
    skipped: int = 0

    @property
    def mark(self) -> Mark:
        """What the line is."""
        if not self.skipped and (self.recorded is None or self.answered is None):
            return Mark.DIFFERS
        marks = {mark for _, mark in [*(self.recorded or []), *(self.answered or [])]}
        return next((mark for mark in (Mark.DIFFERS, Mark.RUN) if mark in marks), Mark.SAME)


def rows(difference: Difference) -> list[Row]:
    """Return the lines of both sides; long stretches of the same are counted only.

    JSON on both sides is laid out, unless it then looks the same and did not before.
    """
    one, other = _lines(difference.recorded, difference.answered)
    keys = [[key(line) for line in lines] for lines in (one, other)]
    found = [
        _row(recorded, answered)
        for begin, end, start, stop in _stretches(keys[0], keys[1], _MOST_LINES)
        for recorded, answered in zip_longest(one[begin:end], other[start:stop])
    ]
    if difference.kind in _OF_A_VALUE and not _has(found, Mark.DIFFERS):
        _raise_first(found)
    return list(_folded(found))


def _lines(recorded: str, answered: str) -> tuple[list[str], list[str]]:
    (head, body), (other_head, other_body) = _halves(recorded), _halves(answered)
    laid, other_laid = laid_out(body), laid_out(other_body)
    if laid is not None and other_laid is not None:
        shows = key(laid) != key(other_laid) or key(body) == key(other_body)
        if shows:
            body, other_body = laid, other_laid
    return _split(head, body), _split(other_head, other_body)


def _halves(text: str) -> tuple[str, str]:
    head, _, body = text.partition("\n\n")
    return head, body


def _split(head: str, body: str) -> list[str]:
    lines = head.split("\n") if head else []
    return [*lines, "", *body.split("\n")] if body else lines


def _row(recorded: str | None, answered: str | None) -> Row:
    if recorded is None or answered is None:
        return Row(_alone(recorded), _alone(answered))
    if recorded == answered:
        return Row([(recorded, Mark.SAME)], [(answered, Mark.SAME)])
    one, other = units(recorded), units(answered)
    row = Row([], [])
    keys = [[unit.key for unit in side] for side in (one, other)]
    for begin, end, start, stop in _stretches(keys[0], keys[1], _MOST_UNITS):
        _add(row, one[begin:end], other[start:stop])
    return row


def _alone(text: str | None) -> Parts | None:
    return None if text is None else [(text, Mark.DIFFERS)]


def _add(row: Row, one: Sequence[Unit], other: Sequence[Unit]) -> None:
    """Add a stretch to both sides of a row."""
    left, right = row.recorded or [], row.answered or []
    if [unit.key for unit in one] == [unit.key for unit in other]:
        for recorded, answered in zip(one, other, strict=True):
            mark = _mark(recorded, answered)
            _append(left, recorded.text, mark)
            _append(right, answered.text, mark)
    else:
        texts = ["".join(unit.text for unit in side) for side in (one, other)]
        has_symbol = any(unit.is_symbol for unit in [*one, *other])  # which stays whole
        same, last = (0, 0) if has_symbol else _same_ends(*texts)
        for side, text in zip((left, right), texts, strict=True):
            end = len(text) - last
            _append(side, text[:same], Mark.SAME)
            _append(side, text[same:end], Mark.DIFFERS)
            _append(side, text[end:], Mark.SAME)
    row.recorded, row.answered = left, right


def _mark(recorded: Unit, answered: Unit) -> Mark:
    if recorded.text == answered.text:
        return Mark.SAME
    return Mark.RUN if is_of_the_run(recorded, answered) else Mark.DIFFERS


def _append(side: Parts, text: str, mark: Mark) -> None:
    if text and side and side[-1][1] is mark:
        side[-1] = (side[-1][0] + text, mark)
    elif text:
        side.append((text, mark))


def _stretches(one: list[str], other: list[str], most: int) -> Iterator[tuple[int, int, int, int]]:
    """Return from where to where two lists are the same or differ, in order."""
    first, last = _same_ends(one, other)
    end, stop = len(one) - last, len(other) - last
    yield 0, first, 0, first
    if (end - first) * (stop - first) > most:
        yield first, end, first, stop
    else:
        matcher = SequenceMatcher(None, one[first:end], other[first:stop], autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            yield first + a, first + b, first + c, first + d
    yield end, len(one), stop, len(other)


def _same_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how much two sequences begin alike, and how much of the rest ends alike."""
    most = min(len(one), len(other))
    first = next((at for at in range(most) if one[at] != other[at]), most)
    rest = most - first
    last = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    return first, last


def _has(found: list[Row], mark: Mark) -> bool:
    return any(row.mark is mark for row in found)


def _raise_first(found: list[Row]) -> None:
    """Mark the first value of the run as the difference: all before it were held and fitted."""
    row = next((row for row in found if row.mark is Mark.RUN), None)
    for side in (row.recorded, row.answered) if row else ():
        at = next(number for number, (_, mark) in enumerate(side or []) if mark is Mark.RUN)
        if side:
            side[at] = (side[at][0], Mark.DIFFERS)


def _folded(found: list[Row]) -> Iterator[Row]:
    near = [row.mark is Mark.DIFFERS for row in found]
    shown = [any(near[max(at - _CONTEXT, 0) : at + _CONTEXT + 1]) for at in range(len(found))]
    skipped = 0
    for at, row in enumerate(found):
        if not shown[at]:
            skipped += 1
            continue
        if skipped:
            yield Row(skipped=skipped)
        skipped = 0
        yield row
    if skipped and skipped < len(found):
        yield Row(skipped=skipped)
