"""Changes one thing of an answer, and nothing else."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.mutants.proxy import Answer

Keys = tuple[str | int, ...]
_MARK = "the place of a raw text"


class InapplicableError(Exception):
    """An answer has nothing of the kind that is to be damaged."""


def place(keys: Sequence[str | int]) -> str:
    """Return the name of a place in a body, such as ``body[0].title``."""
    return "body" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)


def walk(data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Return each value in a JSON document with the way to it, in order."""
    yield keys, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*keys, key))
    if isinstance(data, list):
        for number, value in enumerate(data):
            yield from walk(value, (*keys, number))


def read(answer: Answer) -> Any:
    """Return the JSON of a body.

    Raises
    ------
    InapplicableError
        It is none, or :func:`write` would write it in another way.
    """
    try:
        data = json.loads(answer.body)
        same = write(data) == answer.body
    except ValueError:
        raise InapplicableError("the body is no JSON") from None
    if not same:
        raise InapplicableError("the body is written in an unusual way")
    return data


def write(data: Any) -> bytes:
    """Return JSON as the system under test writes it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def document(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    """Return an answer with another document, which ``change`` makes of its own."""
    return replace(answer, body=write(change(read(answer))))


def value(answer: Answer, keys: Keys, change: Callable[[Any], Any]) -> Answer:
    """Return an answer in which ``change`` was made to the value at a place."""
    if not keys:
        return document(answer, change)

    def change_inside(data: Any) -> Any:
        holder, key = locate(data, keys)
        holder[key] = change(holder[key])
        return data

    return document(answer, change_inside)


def raw(answer: Answer, keys: Keys, change: Callable[[str], str]) -> Answer:
    """Return an answer in which the text of the value at a place was written in another way."""
    kept: list[str] = []

    def mark(found: Any) -> str:
        kept.append(write(found).decode())
        return _MARK

    marked = value(answer, keys, mark).body.decode()
    return replace(answer, body=marked.replace(f'"{_MARK}"', change(kept[0]), 1).encode())


def locate(data: Any, keys: Keys) -> tuple[Any, Any]:
    """Return the object or list that holds a value, and its key; a list's last where it is short.

    Raises
    ------
    InapplicableError
        There is no such place.
    """
    holder: Any = None
    last: str | int = ""
    for key in keys:
        holder, last = data, key
        if isinstance(key, int):
            if not isinstance(data, list) or not data:
                raise InapplicableError(f"no item at {place(keys)}")
            last = min(key, len(data) - 1)
        elif not isinstance(data, dict) or key not in data:
            raise InapplicableError(f"nothing at {place(keys)}")
        data = data[last]
    return holder, last


def header(answer: Answer, name: str, change: Callable[[str], str | None]) -> Answer:
    """Return an answer with another value of a header; None takes it away.

    Raises
    ------
    InapplicableError
        There is no such header.
    """
    found = answer.header(name)
    if found is None:
        raise InapplicableError(f"no header {name}")
    new = change(found)
    headers = []
    for key, old in answer.headers:
        if key.lower() != name:
            headers.append((key, old))
        elif new is not None:
            headers.append((key, new))
    return replace(answer, headers=tuple(headers))


def differing(before: Answer, after: Answer) -> set[str]:
    """Return the places of two JSON bodies at which they are not the same."""
    one, other = _flat(before), _flat(after)
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _flat(answer: Answer) -> dict[str, Any]:
    return {
        place(keys): type(found) if isinstance(found, dict | list) else (type(found), found)
        for keys, found in walk(read(answer))
    }
