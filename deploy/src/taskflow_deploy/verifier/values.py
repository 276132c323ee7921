"""Finds the values in a text that differ from run to run, each by its type.

Everything between them is a literal, which has to be the same byte for byte.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_PATTERN = re.compile(
    r"(?P<token>eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+)"
    r"|(?P<uuid>(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-]))"
    r"|(?P<time>\d{4}-\d\d-\d\d(?P<between>[T ])\d\d:\d\d:\d\d(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?(?![\w:]))"
    r"|(?P<date>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)"
    r"|(?P<hex>(?<![\w-])[0-9a-f]{32}(?![\w-]))"
)
_MICROSECONDS = 6
# Servers look at the clock once a second for a date, and later when they are busy.
_DATE_SECONDS = 5.0


@dataclass(frozen=True)
class Value:
    """A value that differs from run to run.

    Attributes
    ----------
    kind
        Its type and the way it is written, such as ``uuid4`` or ``timeT.0Z`` (no digits after
        the second, zone ``Z``); two values of other kinds are never the same.
    text
        As it was written.
    start
        Where, in characters.
    instant
        The moment that it names, in seconds since the epoch; None where it names none.
    resolution
        In seconds: the moment lies within this of ``instant``.
    """

    kind: str
    text: str
    start: int
    instant: float | None = None
    resolution: float = 1.0

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def find(text: str, words: Mapping[str, str], constants: Collection[str] = ()) -> Iterator[Value]:
    """Find the values of a text, in order.

    Parameters
    ----------
    text
        A body, or a header's value.
    words
        What this run was given, by name: the run's own mark, the address it asks.
    constants
        What the scenario itself writes down; it is literal wherever it comes back.
    """
    found = sorted([*_words(text, words), *_typed(text)], key=lambda value: value.start)
    end = 0
    for value in found:
        if value.start >= end and value.text not in constants:
            yield value
            end = value.end


def _words(text: str, words: Mapping[str, str]) -> Iterator[Value]:
    for name, word in words.items():
        for match in re.finditer(re.escape(word), text):
            yield Value(name, word, match.start())


def _typed(text: str) -> Iterator[Value]:
    for match in _PATTERN.finditer(text):
        start, written = match.start(), match.group()
        match match.lastgroup if match["time"] is None else "time":
            case "uuid":
                yield Value(f"uuid{written[14]}", written, start)
            case "token":
                yield Value("token", written, start)
            case "hex":
                yield Value("hex32", written, start)
            case "date":
                moment = parsedate_to_datetime(written).timestamp()
                yield Value("date", written, start, moment, _DATE_SECONDS)
            case _:
                value = _time(match, start)
                if value is not None:
                    yield value


def _time(match: re.Match[str], start: int) -> Value | None:
    written, fraction, zone = match["time"], match["fraction"] or "", match["zone"] or ""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:  # a thirteenth month is a literal, and no time at all
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    kind = f"time{match['between']}.{len(fraction)}{zone}"
    return Value(kind, written, start, moment.timestamp(), 10.0 ** -len(fraction))


def alike(recorded: str, found: str) -> bool:
    """Tell whether a value of a kind may stand where one of another was recorded.

    Some writers leave six zeros after the second out; such a value has none then.
    """
    if recorded == found:
        return True
    return f".{_MICROSECONDS}" in recorded and recorded.replace(f".{_MICROSECONDS}", ".0") == found
