"""Requests whose values stand open, so that each system can be asked with values of its own."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """What each system is given a value of its own of: a mark, the address it is asked at."""

    name: str


@dataclass(frozen=True)
class Kept:
    """A value of an earlier answer.

    Attributes
    ----------
    index
        Which answer, from 0.
    place
        Where in it: see :func:`..play.pick`.
    is_upper
        Whether its letters are made capitals.
    """

    index: int
    place: str
    is_upper: bool = False


@dataclass(frozen=True)
class Latest:
    """What the latest answers told under a name; it is known once they are there.

    Attributes
    ----------
    name
        Such as ``task_id``: see :attr:`Call.tells`.
    back
        How many answers that told it are passed over.
    is_upper
        See :class:`Kept`.
    """

    name: str
    back: int = 0
    is_upper: bool = False


Hole = Word | Kept | Latest
Template = tuple[str | Hole, ...]
"""A text with holes. A character of U+DC80 to U+DCFF stands for a byte that is no UTF-8."""


@dataclass(frozen=True)
class Call:
    """A request to both systems.

    Attributes
    ----------
    row
        What it is counted under, such as ``GET /tasks``.
    headers
        In order; one may come twice.
    body
        None for none.
    tells
        Names of :class:`Latest`, each with the place of its value in the answer.
    """

    row: str
    method: str
    path: Template
    headers: tuple[tuple[str, Template], ...] = ()
    body: Template | None = None
    tells: tuple[tuple[str, str], ...] = ()

    @property
    def holes(self) -> list[Hole]:
        """What stands open, in order."""
        templates = [self.path, *(value for _, value in self.headers), self.body or ()]
        return [part for template in templates for part in template if not isinstance(part, str)]


def joined(*parts: str | Hole | Template) -> Template:
    """Return one template of many; texts beside each other become one."""
    whole: list[str | Hole] = []
    for part in _flat(parts):
        if isinstance(part, str) and whole and isinstance(whole[-1], str):
            whole[-1] += part
        elif part != "":
            whole.append(part)
    return tuple(whole)


def _flat(parts: Iterable[str | Hole | Template]) -> Iterable[str | Hole]:
    for part in parts:
        if isinstance(part, tuple):
            yield from part
        else:
            yield part
