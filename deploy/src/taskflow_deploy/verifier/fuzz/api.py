"""What has to be known of an API before it can be asked at random."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from taskflow_deploy.verifier.answers import Answer, Request
from taskflow_deploy.verifier.fuzz.calls import Call, Kept, Template
from taskflow_deploy.verifier.fuzz.openapi import Operation

RUN, SEQUENCE = "run", "sequence"
"""Words: the mark of the run, and a mark that each sequence of calls has for itself alone."""
MARK_LETTERS = 10


def mark() -> str:
    """Return a mark like no other, of as many letters as any."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(MARK_LETTERS))


Ask = Callable[[Request], Answer]
Undo = Callable[[Ask], str]
"""Removes an account; returns why it could not, or nothing."""


@dataclass(frozen=True)
class Listed:
    """What calls may leave behind in an account: how it is listed, and how each is removed.

    Attributes
    ----------
    listing
        Answers with a list.
    place
        Where in each entry is what ``removal`` needs.
    """

    listing: Call
    place: str
    removal: Callable[[Kept], Call]


@dataclass(frozen=True)
class FuzzedApi:
    """An API, and its own ways.

    Attributes
    ----------
    operations
        What its OpenAPI document says: see :func:`.openapi.read`.
    users
        Names of the accounts that are made once.
    sign_up
        The call that makes one; it has to tell the token under the user's name.
    undo
        Looks at each request and its answer, None where none came: where they may have made an
        account, returns how it is removed.
    listed
        What is removed after each sequence, so that the next begins as if there had been none.
    token
        The name under which calls of a sequence tell tokens.
    tells
        By operation, what later calls may need: see :attr:`.calls.Call.tells`.
    unknown
        By the same names, what is sent where no call told one.
    values
        Values that are worth sending, by ``OPERATION NAME`` or ``NAME`` of a field or parameter.
    bodies
        By operation, whole bodies that are right, as JSON.
    before
        By operation, another that is asked before it half of the time, since it makes what this
        one needs.
    fresh
        Fields and parameters, in the same way, whose values have an effect beyond their sequence:
        each is given the sequence's own mark.
    ending
        Operations that end a login or an account: they are asked only with tokens of the sequence.
    worded
        Operations whose answers a language model words, where a system has one.
    weights
        How often an operation is asked; 10 where nothing is said.
    probe
        What is asked to see that a system is there at all.
    """

    operations: tuple[Operation, ...]
    users: tuple[str, ...]
    sign_up: Callable[[str], Call]
    undo: Callable[[Request, Answer | None], Undo | None]
    probe: Request
    listed: tuple[Listed, ...] = ()
    token: str = "token"  # noqa: S105 - its name
    tells: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    bodies: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    ending: frozenset[str] = frozenset()
    worded: frozenset[str] = frozenset()
    weights: Mapping[str, int] = field(default_factory=dict)

    def worth(self, operation: Operation, name: str) -> tuple[Template, ...]:
        """Return the values that are worth sending in a field or parameter."""
        named = self.values.get(f"{operation.name} {name}")
        return self.values.get(name, ()) if named is None else named

    def is_fresh(self, operation: Operation, name: str) -> bool:
        """Tell whether the values of a field or parameter need the mark of their sequence."""
        return name in self.fresh or f"{operation.name} {name}" in self.fresh

    def told(self, name: str) -> bool:
        """Tell whether any operation tells values under a name."""
        return any(name == one for tells in self.tells.values() for one, _ in tells)
