"""What checkers say and is accepted, from ``helm/checks/waivers.toml``."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.chart.renderings import SETS
from tests.chart.rules.manifests import Objects, identity
from tests.chart.tools import CHECKS

# A check, and the object that does not pass it.
Finding = tuple[str, str]


@dataclass(frozen=True)
class Waiver:
    """A check that some objects need not pass, where they are made with one of some values."""

    check: str
    objects: tuple[str, ...]
    reason: str
    only: tuple[str, ...]


@cache
def waivers(checker: str) -> list[Waiver]:
    """Return a checker's waivers."""
    return [
        Waiver(each["check"], tuple(each["objects"]), each["reason"], tuple(each.get("only", SETS)))
        for each in _file()["waiver"]
        if each["checker"] == checker
    ]


@cache
def checks_off(checker: str) -> dict[str, str]:
    """Return the checks of a checker that cannot apply, with the reasons."""
    return {each["check"]: each["reason"] for each in _file()["off"]
            if each["checker"] == checker}  # fmt: skip


def checkers() -> set[str]:
    """Return the checkers that the file speaks of."""
    return {each["checker"] for entries in _file().values() for each in entries}


def accepted(checker: str, name: str, objects: Objects) -> set[Finding]:
    """Return what a checker must find in the objects of one set of values: no more, no less."""
    made = {identity(found) for found in objects}
    return {
        (waiver.check, named)
        for waiver in waivers(checker)
        for named in waiver.objects
        if name in waiver.only and named in made
    }


def readable(findings: Iterable[Finding]) -> list[str]:
    """Return findings as lines for a failing test."""
    return sorted(f"{check}: {named}" for check, named in findings)


@cache
def _file() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((CHECKS / "waivers.toml").read_text(encoding="utf-8"))
