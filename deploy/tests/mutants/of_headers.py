"""Damages headers, the cookie among them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate, parsedate_to_datetime
from functools import partial
from random import Random

from tests.mutants.editing import InapplicableError
from tests.mutants.mutant import Mutant, Target, on_answer, on_header
from tests.mutants.proxy import Answer

_COOKIE = "set-cookie"
_LENGTH = "content-length"
_ADDED = (
    ("server", "uvicorn"), ("x-powered-by", "Python"), ("access-control-allow-origin", "*"),
    ("set-cookie", "seen=1; Path=/"), ("etag", '"1"'), ("x-debug", "0"), ("retry-after", "1"),
    ("access-control-allow-private-network", "true"), ("warning", '110 - "stale"'),
)  # fmt: skip


def header_missing(target: Target, _: Random) -> Iterator[Mutant]:
    """A header is not there."""
    for name in target.recorded.headers:
        damage = on_header(name, lambda _: None)
        yield target.of_header("header missing", name, "left out", damage)


def header_changed(target: Target, random: Random) -> Iterator[Mutant]:
    """A header has another value."""
    for name in sorted(target.recorded.headers.keys() - {_LENGTH, _COOKIE}):
        how, change = random.choice(_other_values(name))
        yield target.of_header("header changed", name, how, on_header(name, change))


def header_added(target: Target, random: Random) -> Iterator[Mutant]:
    """A header is there that was not, or one is there twice."""
    for name, value in random.sample(_ADDED, 3):
        if name not in target.recorded.headers:
            damage = on_answer(partial(_with, name=name, value=value))
            yield target.of_header("header added", name, f"“{value}”", damage)
    name = random.choice(sorted(target.recorded.headers.keys() - {_LENGTH}))
    yield target.of_header(
        "header added", name, "a second time", on_answer(partial(_twice, name=name))
    )


def header_case(target: Target, random: Random) -> Iterator[Mutant]:
    """A header's value has capitals for small letters."""
    for name in sorted(target.recorded.headers.keys() - {_LENGTH, "date"}):
        way = random.choice([str.upper, str.swapcase])
        if not target.recorded.headers[name].isdecimal():
            yield target.of_header("letter case", name, "in other letters", on_header(name, way))


def date_zone(target: Target, _: Random) -> Iterator[Mutant]:
    """The date is that of another zone, or names another one."""
    if "date" in target.recorded.headers:
        for how, by in (("two hours later", 7200), ("an hour earlier", -3600)):
            damage = on_header("date", partial(_later, by=by))
            yield target.of_header("time zone", "date", how, damage)
        damage = on_header("date", lambda text: text[:-3] + "+0000")
        yield target.of_header("time zone", "date", "+0000 for GMT", damage)


def max_age(target: Target, _: Random) -> Iterator[Mutant]:
    """A browser may remember a preflight a second longer or shorter."""
    name = "access-control-max-age"
    if name in target.recorded.headers:
        for by in (-1, 1):
            damage = on_header(name, partial(_plus, by=by))
            yield target.of_header("off by one", name, f"{by:+d} s", damage)


def cookie(target: Target, _: Random) -> Iterator[Mutant]:
    """The cookie has lost an attribute, has another one, or is not there."""
    if _COOKIE in target.recorded.headers:
        for how, change in _other_cookies().items():
            yield target.of_header("cookie", _COOKIE, how, on_header(_COOKIE, change))


def _other_values(name: str) -> list[tuple[str, Callable[[str], str]]]:
    if name == "content-type":
        return [("a charset added", lambda text: f"{text}; charset=utf-8"),
                ("text/html", lambda _: "text/html")]  # fmt: skip
    if name == "x-frame-options":
        return [("SAMEORIGIN", lambda _: "SAMEORIGIN")]
    if name == "access-control-allow-origin":
        return [("every origin", lambda _: "*"), ("no origin", lambda _: "null")]
    return [
        ("its last letter left out", lambda text: text[:-1]),
        ("a letter added", lambda text: f"{text}x"),
        ("its first letter twice", lambda text: text[:1] + text),
        ("its first letter another", lambda text: ("z" if text[:1] != "z" else "y") + text[1:]),
    ]


def _other_cookies() -> dict[str, Callable[[str], str | None]]:
    def attribute(pattern: str, new: str) -> Callable[[str], str]:
        return lambda text: re.sub(pattern, new, text, count=1, flags=re.IGNORECASE)

    return {
        "without HttpOnly": attribute("; httponly", ""),
        "without SameSite": attribute("; samesite=[a-z]+", ""),
        "without Path": attribute("; path=[^;]*", ""),
        "without Max-Age": attribute("; max-age=[0-9]+", ""),
        "SameSite=none": attribute("samesite=[a-z]+", "SameSite=none"),
        "Path=/": attribute("path=[^;]*", "Path=/"),
        "Max-Age in minutes": attribute("max-age=([0-9]+)", r"Max-Age=60\1"),
        "with a domain": lambda text: f"{text}; Domain=example.com",
        "of another name": lambda text: f"x{text}",
        "missing": lambda _: None,
    }


def _later(text: str, by: int) -> str:
    return formatdate(parsedate_to_datetime(text).timestamp() + by, usegmt=True)


def _plus(text: str, by: int) -> str:
    return str(int(text) + by)


def _with(answer: Answer, name: str, value: str) -> Answer:
    return replace(answer, headers=(*answer.headers, (name, value)))


def _twice(answer: Answer, name: str) -> Answer:
    found = answer.header(name)
    if found is None:
        raise InapplicableError(f"no header {name}")
    return _with(answer, name, found)
