"""Names the places of a JSON text, as it is written: for people, and to tell differences apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[\[\]{}:,]'
)
_WHITESPACE = " \t\r\n"


class NotJsonError(ValueError):
    """A text is no JSON."""


@dataclass(frozen=True)
class Place:
    """A value in a JSON text.

    Attributes
    ----------
    path
        Such as ``body[0].title``.
    text
        The value as written; of an object or a list, its first bracket.
    start
        Where, in characters.
    """

    path: str
    text: str
    start: int

    @property
    def kind(self) -> str:
        """What holds other values; empty for what holds none."""
        return {"{": "an object", "[": "a list"}.get(self.text, "")


def scan(text: str) -> list[Place]:
    """Return all values of a JSON text, in order.

    Raises
    ------
    NotJsonError
        It is none, or is nested too deeply to be read.
    """
    try:
        return list(_Scanner(text).value("body", last=True))
    except RecursionError:
        raise NotJsonError from None


def at(text: str, offset: int) -> str:
    """Return the path of what stands at an offset, or the offset itself where it is no JSON."""
    try:
        places = scan(text)
    except NotJsonError:
        return f"body, character {offset}"
    before = [place for place in places if place.start <= offset]
    return before[-1].path if before else "body"


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def value(self, path: str, *, last: bool = False) -> Iterator[Place]:
        start, token = self._next()
        if token in {"]", "}", ":", ","}:
            raise NotJsonError
        yield Place(path, token, start)
        if token == "{":  # noqa: S105 - a bracket
            yield from self._members(path)
        elif token == "[":  # noqa: S105 - a bracket
            yield from self._items(path)
        if last and self._text[self._at :].strip(_WHITESPACE):
            raise NotJsonError

    def _members(self, path: str) -> Iterator[Place]:
        if self._ends("}"):
            return
        while True:
            _, key = self._next()
            if not key.startswith('"') or self._next()[1] != ":":
                raise NotJsonError
            yield from self.value(f"{path}.{key[1:-1]}")
            if self._after_one("}"):
                return

    def _items(self, path: str) -> Iterator[Place]:
        if self._ends("]"):
            return
        number = 0
        while True:
            yield from self.value(f"{path}[{number}]")
            number += 1
            if self._after_one("]"):
                return

    def _ends(self, bracket: str) -> bool:
        before = self._at
        if self._next()[1] == bracket:
            return True
        self._at = before
        return False

    def _after_one(self, bracket: str) -> bool:
        _, token = self._next()
        if token not in {",", bracket}:
            raise NotJsonError
        return token == bracket

    def _next(self) -> tuple[int, str]:
        while self._text[self._at : self._at + 1] in _WHITESPACE and self._at < len(self._text):
            self._at += 1
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise NotJsonError
        self._at = match.end()
        return match.start(), match.group()
