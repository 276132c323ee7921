"""Texts with symbols where values were: how a recording writes down what differs from run to run.

``⟨uuid4#2⟩`` is the second UUID of a recording, the same wherever it comes back; ``⟨run⟩`` is
the mark of the run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN, _CLOSE = "⟨", "⟩"
_SYMBOL = re.compile(f"{_OPEN}(?P<kind>[^{_CLOSE}#]+)(?:#(?P<number>\\d+))?{_CLOSE}")


@dataclass(frozen=True)
class Symbol:
    """A symbol in a recorded text."""

    kind: str
    number: int | None = None

    def __str__(self) -> str:
        number = "" if self.number is None else f"#{self.number}"
        return f"{_OPEN}{self.kind}{number}{_CLOSE}"


def split(template: str) -> Iterator[str | Symbol]:
    """Return the literals and symbols of a recorded text, in order."""
    end = 0
    for match in _SYMBOL.finditer(template):
        if match.start() > end:
            yield template[end : match.start()]
        number = match["number"]
        yield Symbol(match["kind"], None if number is None else int(number))
        end = match.end()
    if end < len(template):
        yield template[end:]


def is_free(text: str) -> bool:
    """Tell whether a text can be written down: it holds nothing that looks like a symbol."""
    return _OPEN not in text
