"""One way to damage one answer, and where it has to be found."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from taskflow_deploy.verifier.recording import Recorded
from taskflow_deploy.verifier.scenario import Step
from tests.mutants.editing import Keys, differing, header, place, raw, value, walk
from tests.mutants.proxy import Answer, Asked


@dataclass(frozen=True)
class Account:
    """Whose data a damaged system could mix up with the caller's.

    Attributes
    ----------
    task
        One of its tasks, empty where none was added.
    """

    id: str
    email: str
    token: str
    task: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What passed before an answer.

    Attributes
    ----------
    earlier
        Returns the answer that a step got.
    account
        Returns an account by its name: ``Ann``, ``Bob`` or ``a stranger``.
    """

    earlier: Callable[[str], Answer]
    account: Callable[[str], Account]


Damage = Callable[[Answer, Seen], Answer]
Places = Callable[[Answer, Answer], Collection[str]]


@dataclass(frozen=True)
class Mutant:
    """One way to damage one answer.

    Attributes
    ----------
    kind
        Its class.
    step
        Whose answer is damaged.
    field
        What is damaged, such as ``body.user.id``.
    how
        The variation, for people.
    damage
        Returns the damaged answer.
    places
        Returns where the first difference may be found, from the answer before and after.
    ask
        Returns the request that the server gets instead.
    endpoint
        Where the difference shows first, if not in the answer itself.
    """

    kind: str
    step: Step
    field: str
    how: str
    damage: Damage
    places: Places
    ask: Callable[[Asked], Asked] | None = None
    endpoint: str = ""

    @property
    def shown_at(self) -> str:
        """The endpoint that has to be blamed."""
        return self.endpoint or self.step.endpoint

    @property
    def name(self) -> str:
        """The mutant in a few words."""
        return f"{self.kind}: {self.step.id}: {self.field}: {self.how}"


@dataclass(frozen=True)
class Target:
    """A step whose answer can be damaged, with what was recorded of it and of those before."""

    step: Step
    recorded: Recorded
    earlier: Sequence["Target"]

    @cached_property
    def data(self) -> Any:
        """The JSON of its body, with symbols; None where it is none."""
        try:
            return json.loads(self.recorded.body)
        except ValueError:
            return None

    @cached_property
    def values(self) -> list[tuple[Keys, Any]]:
        """All places of the body but the whole."""
        return [] if self.data is None else [pair for pair in walk(self.data) if pair[0]]

    def simple(
        self, kind: str, keys: Keys, how: str, damage: Damage, places: Places | None = None
    ) -> Mutant:
        """Return a mutant of one place of the body, found there unless something else is said."""
        name = place(keys)
        return Mutant(kind, self.step, name, how, damage, places or at(name))

    def of_header(self, kind: str, name: str, how: str, damage: Damage) -> Mutant:
        """Return a mutant of one header, found there."""
        field_name = f"header {name}"
        return Mutant(kind, self.step, field_name, how, damage, at(field_name))

    def was_told(self, symbol: str) -> bool:
        """Tell whether an answer before has told a value."""
        return any(symbol in one.recorded.body for one in self.earlier)


def at(*names: str) -> Places:
    """Return that a difference has to be found at one of these places."""
    return lambda _before, _after: names


def where_different(before: Answer, after: Answer) -> Collection[str]:
    """Return that a difference may be found wherever the bodies are not the same."""
    return differing(before, after)


def on_value(keys: Keys, change: Callable[[Any], Any]) -> Damage:
    """Return the damage of one value of the body."""
    return lambda answer, _seen: value(answer, keys, change)


def on_text(keys: Keys, change: Callable[[str], str]) -> Damage:
    """Return the damage of how one value of the body is written."""
    return lambda answer, _seen: raw(answer, keys, change)


def on_header(name: str, change: Callable[[str], str | None]) -> Damage:
    """Return the damage of one header."""
    return lambda answer, _seen: header(answer, name, change)


def on_answer(change: Callable[[Answer], Answer]) -> Damage:
    """Return the damage of an answer that needs nothing to be known of others."""
    return lambda answer, _seen: change(answer)


def from_before(make: Callable[[Seen], Damage]) -> Damage:
    """Return the damage that what passed before decides."""
    return lambda answer, seen: make(seen)(answer, seen)
