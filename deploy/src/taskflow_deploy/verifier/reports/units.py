"""Takes a line of an answer apart, so that values of a run are told from what has to be the same.

In what was answered, values that had not been held against the recorded ones yet are written as
they came. Where a symbol of their kind was recorded, they are not the difference.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskflow_deploy.verifier import values
from taskflow_deploy.verifier.symbols import Symbol, split

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_MOMENTS = ("time", "date")


@dataclass(frozen=True)
class Unit:
    """A word, a sign, white space, a symbol, or a value of a run.

    Attributes
    ----------
    key
        The same for values of one kind.
    is_symbol
        Whether it is a symbol.
    """

    text: str
    key: str
    is_symbol: bool = False


def units(text: str) -> list[Unit]:
    """Return the units of a text, in order."""
    return [unit for piece in split(text) for unit in _of_piece(piece)]


def key(text: str) -> str:
    """Return a text with the kind of each value in its place."""
    return "".join(unit.key for unit in units(text))


def is_of_the_run(recorded: Unit, answered: Unit) -> bool:
    """Tell whether two units of one key are a symbol and a value that may stand for it.

    Moments of one second are one text, and shown as any symbol that stands for it.
    """
    if not recorded.is_symbol:
        return False
    has_no_number = "#" not in answered.text
    return not answered.is_symbol or has_no_number or recorded.key[1:].startswith(_MOMENTS)


def _of_piece(piece: str | Symbol) -> Iterator[Unit]:
    if isinstance(piece, Symbol):
        yield Unit(str(piece), _key(piece.kind), is_symbol=True)
        return
    end = 0
    for value in values.find(piece, {}):
        yield from _words(piece[end : value.start])
        yield Unit(value.text, _key(value.kind))
        end = value.end
    yield from _words(piece[end:])


def _words(text: str) -> Iterator[Unit]:
    return (Unit(word, word) for word in _WORD.findall(text))


def _key(kind: str) -> str:
    """Return one key for the kinds that :func:`.values.alike` takes for each other."""
    return f"⟨{kind.replace('.6', '.0')}⟩"
