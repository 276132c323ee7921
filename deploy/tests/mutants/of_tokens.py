"""Damages tokens, in bodies and in the cookie: as somebody can who has no key to sign with."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from tests.mutants.editing import InapplicableError, Keys
from tests.mutants.mutant import Damage, Mutant, Seen, Target, from_before, on_header, on_value

_TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")
_DAY = 86_400
Change = Callable[[str, Seen], str]


def token(target: Target, _: Random) -> Iterator[Mutant]:
    """A token says something else, or is not signed as it was."""
    for how, change in _changes():
        yield from _in_answer(target, "token", how, change)


def expiry(target: Target, _: Random) -> Iterator[Mutant]:
    """A token ends a second too early or too late."""
    for by in (-1, 1):
        yield from _in_answer(target, "off by one", f"exp {by:+d} s", partial(_expiring, by=by))


def _in_answer(target: Target, kind: str, how: str, change: Change) -> Iterator[Mutant]:
    """Return a mutant for each place of an answer where a token stands."""
    for keys, found in target.values:
        if isinstance(found, str) and found.startswith("⟨token"):
            yield target.simple(kind, keys, how, from_before(partial(_of_body, change, keys)))
    if "⟨token" in target.recorded.headers.get("set-cookie", ""):
        damage = from_before(partial(_of_cookie, change))
        yield target.of_header(kind, "set-cookie", how, damage)


def _of_body(change: Change, keys: Keys, seen: Seen) -> Damage:
    return on_value(keys, lambda text: _replaced(str(text), seen, change))


def _of_cookie(change: Change, seen: Seen) -> Damage:
    return on_header("set-cookie", lambda text: _replaced(text, seen, change))


def _expiring(text: str, _: Seen, by: int) -> str:
    return _claims(text, lambda told: told | {"exp": told["exp"] + by})


def _changes() -> Iterator[tuple[str, Change]]:
    def other(text: str, seen: Seen) -> str:
        return _claims(text, lambda told: told | {"sub": seen.account("a stranger").id})

    yield "of another user", other
    yield "without sub", lambda text, _: _claims(text, lambda told: _without(told, "sub"))
    yield "without iat", lambda text, _: _claims(text, lambda told: _without(told, "iat"))
    yield "without exp", lambda text, _: _claims(text, lambda told: _without(told, "exp"))
    yield "with a claim more", lambda text, _: _claims(text, lambda told: told | {"role": "admin"})
    yield "issued a day ago", lambda text, _: _claims(text, _a_day_ago)
    yield "exp as a text", lambda text, _: _claims(text, lambda t: t | {"exp": str(t["exp"])})
    yield "of another algorithm", lambda text, _: _header(text, {"alg": "HS512", "typ": "JWT"})
    yield "of no algorithm", lambda text, _: _header(text, {"alg": "none", "typ": "JWT"})
    yield "another header", lambda text, _: _header(text, {"typ": "JWT", "alg": "HS256"})
    yield "signature cut off", lambda text, _: text.rpartition(".")[0] + "."
    yield "signature shorter", lambda text, _: text[:-1]
    yield "signature another", lambda text, _: text[:-9] + _other_letter(text[-9]) + text[-8:]


def _replaced(text: str, seen: Seen, change: Change) -> str:
    if _TOKEN.search(text) is None:
        raise InapplicableError("no token")
    return _TOKEN.sub(lambda match: change(match.group(), seen), text, count=1)


def _claims(text: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    first, claims, signature = text.split(".")
    return f"{first}.{_encoded(change(_decoded(claims)))}.{signature}"


def _header(text: str, new: dict[str, Any]) -> str:
    return ".".join([_encoded(new), *text.split(".")[1:]])


def _a_day_ago(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"iat": told["iat"] - _DAY, "exp": told["exp"] - _DAY}


def _without(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: found for key, found in told.items() if key != name}


def _other_letter(letter: str) -> str:
    return "A" if letter != "A" else "B"


def _decoded(part: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


def _encoded(told: dict[str, Any]) -> str:
    text = json.dumps(told, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
