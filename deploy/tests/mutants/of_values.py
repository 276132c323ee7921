"""Damages single values and keys of a JSON body."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from tests.mutants.editing import InapplicableError, Keys
from tests.mutants.mutant import Mutant, Target, on_value

_EXTRA = (("debug", None), ("role", "user"), ("password_hash", "x"), ("deleted", False))
_TIME = "⟨time"
_ID = "⟨uuid"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_CHANGES = Iterator[tuple[str, Callable[[Any], Any]]]


def missing_key(target: Target, _: Random) -> Iterator[Mutant]:
    """A key is not there."""
    for keys, _found in target.values:
        if isinstance(keys[-1], str):
            damage = on_value(keys[:-1], partial(_without, key=keys[-1]))
            yield target.simple("missing key", keys, "left out", damage)


def extra_key(target: Target, random: Random) -> Iterator[Mutant]:
    """A key is there that was not."""
    for keys, found in _objects(target):
        key, new = random.choice(_EXTRA)
        at = random.randrange(len(found) + 1)
        damage = on_value(keys, partial(_with, at=at, pair=(key, new)))
        yield target.simple("extra key", (*keys, key), f"added as number {at + 1}", damage)


def key_order(target: Target, random: Random) -> Iterator[Mutant]:
    """Two keys have changed places."""
    for keys, found in _objects(target):
        one, other = sorted(random.sample(range(len(found)), 2))
        names = list(found)
        damage = on_value(keys, partial(_swapped, one=one, other=other))
        how = f"changed places with {names[other]}"
        yield target.simple("key order", (*keys, names[one]), how, damage)


def value_type(target: Target, _: Random) -> Iterator[Mutant]:
    """A value has another type."""
    yield from _changed(target, "value type", _other_types)


def null_for_empty(target: Target, _: Random) -> Iterator[Mutant]:
    """Nothing is written in another way, or something as nothing."""
    yield from _changed(target, "null for empty", _other_nothings)
    if target.data == []:
        damage = on_value((), lambda _data: None)
        yield target.simple("null for empty", (), "null for an empty list", damage)


def precision(target: Target, _: Random) -> Iterator[Mutant]:
    """A time is told more or less exactly."""
    yield from _changed(target, "precision", _other_precisions)


def time_zone(target: Target, _: Random) -> Iterator[Mutant]:
    """A time is told in another zone, or as that of another."""
    yield from _changed(target, "time zone", _other_zones)


def letter_case(target: Target, _: Random) -> Iterator[Mutant]:
    """A value has capitals for small letters, or small letters for capitals."""
    yield from _changed(target, "letter case", _other_cases)


def wording(target: Target, random: Random) -> Iterator[Mutant]:
    """One letter of a text is another."""
    for keys, found in target.values:
        if isinstance(found, str) and "⟨" not in found and len(found) > 1:
            # In the first letters, since other systems' texts are of other lengths.
            at = random.randrange(min(len(found), 8))
            damage = on_value(keys, partial(_misspelled, at=at))
            yield target.simple("wording", keys, f"letter {at + 1} is another", damage)


def length(target: Target, _: Random) -> Iterator[Mutant]:
    """A text is a letter too short or too long."""
    yield from _changed(target, "off by one", _other_lengths)


def seconds(target: Target, _: Random) -> Iterator[Mutant]:
    """A time that an answer before has told is a second off."""
    for keys, found in target.values:
        if isinstance(found, str) and found.startswith(_TIME) and target.was_told(found):
            for by in (-1, 1):
                damage = on_value(keys, partial(_shifted, by=by))
                yield target.simple("off by one", keys, f"{by:+d} s", damage)


def _objects(target: Target) -> Iterator[tuple[Keys, dict[str, Any]]]:
    for keys, found in [((), target.data), *target.values]:
        if isinstance(found, dict):
            yield keys, found


def _changed(target: Target, kind: str, ways: Callable[[Any], _CHANGES]) -> Iterator[Mutant]:
    """Return a mutant for each way to change each value of a body."""
    for keys, found in target.values:
        for how, change in ways(found):
            yield target.simple(kind, keys, how, on_value(keys, change))


def _other_types(found: Any) -> _CHANGES:
    match found:
        case bool():
            yield "a text for a boolean", lambda data: str(data).lower()
            yield "a number for a boolean", int
        case str():
            yield "a number for a text", len
            yield "an object for a text", lambda _: {}
            yield "a boolean for a text", bool
        case list() | dict():
            yield "a text for a list or an object", str


def _other_nothings(found: Any) -> _CHANGES:
    match found:
        case None:
            yield "an empty text for null", lambda _: ""
            yield "an empty list for null", lambda _: []
            yield "“null” for null", lambda _: "null"
        case str():
            yield "null for a text", lambda _: None
            yield "an empty text for a text", lambda _: ""
        case bool():
            yield "null for a boolean", lambda _: None
        case list():
            yield "null for a list", lambda _: None


def _other_precisions(found: Any) -> _CHANGES:
    if isinstance(found, str) and found.startswith(_TIME):
        yield "a fraction added", lambda text: _text(text).replace("Z", ".250000Z")
        yield "a fraction of zeros added", lambda text: _text(text).replace("Z", ".000Z")
        yield "seconds cut off", lambda text: re.sub(r":\d\dZ$", "Z", _text(text))


def _other_zones(found: Any) -> _CHANGES:
    if isinstance(found, str) and found.startswith(_TIME):
        yield "+00:00 for Z", lambda text: _text(text).replace("Z", "+00:00")
        yield "no zone", lambda text: _text(text).replace("Z", "")
        yield "an hour later", partial(_shifted, by=3600)
        yield "two hours earlier", partial(_shifted, by=-7200)
        yield "of another zone", lambda text: _text(text).replace("Z", "+02:00")


def _other_cases(found: Any) -> _CHANGES:
    if isinstance(found, str) and found.startswith(_ID):
        yield "an id in capitals", lambda text: _text(text).upper()
    elif isinstance(found, str) and "@" in found:
        yield "a capital in an email", lambda text: _text(text).capitalize()
        yield "an email in capitals", lambda text: _text(text).upper()
    elif isinstance(found, str) and found.isupper():
        yield "a code in small letters", lambda text: _text(text).lower()
        yield "a code with one capital", lambda text: _text(text).capitalize()
    elif isinstance(found, str) and "⟨" not in found and found.swapcase() != found:
        yield "capitals and small letters changed", lambda text: _text(text).swapcase()


def _other_lengths(found: Any) -> _CHANGES:
    if isinstance(found, str) and found and "⟨" not in found:
        yield "the last letter left out", lambda text: _text(text)[:-1]
        yield "the last letter twice", lambda text: _text(text) + _text(text)[-1:]


def _shifted(found: Any, by: int) -> str:
    """Return a time so many seconds later."""
    try:
        moment = datetime.strptime(_text(found), _FORMAT)  # noqa: DTZ007
    except ValueError:
        raise InapplicableError(f"{found} is no time") from None
    return (moment + timedelta(seconds=by)).strftime(_FORMAT)


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise InapplicableError("no text")
    return found


def _misspelled(found: Any, at: int) -> str:
    text = _text(found)
    if at >= len(text):
        raise InapplicableError("a shorter text")
    return text[:at] + ("z" if text[at] != "z" else "y") + text[at + 1 :]


def _members(data: Any) -> list[tuple[str, Any]]:
    if not isinstance(data, dict):
        raise InapplicableError("no object")
    return list(data.items())


def _without(data: Any, key: str) -> dict[str, Any]:
    return {name: found for name, found in _members(data) if name != key}


def _with(data: Any, at: int, pair: tuple[str, Any]) -> dict[str, Any]:
    members = _members(data)
    return dict([*members[:at], pair, *members[at:]])


def _swapped(data: Any, one: int, other: int) -> dict[str, Any]:
    members = _members(data)
    if other >= len(members):
        raise InapplicableError("fewer keys")
    members[one], members[other] = members[other], members[one]
    return dict(members)
