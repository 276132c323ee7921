"""Plays a scenario: asks one step after the other, and keeps what later steps need."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from taskflow_deploy.verifier import tokens
from taskflow_deploy.verifier.answers import Answer, Request, Transport, UnreachableError
from taskflow_deploy.verifier.scenario import (
    PLACE_PART,
    MissingVariableError,
    Scenario,
    Step,
    fill,
)


@dataclass(frozen=True)
class Played:
    """What came of a step.

    Attributes
    ----------
    request
        None where it was not asked.
    answer
        None where none came.
    reason
        Why there is no request or no answer.
    is_left_out
        Whether it was not asked because it cannot be here, which is no fault.
    """

    step: Step
    request: Request | None = None
    answer: Answer | None = None
    reason: str = ""
    is_left_out: bool = False


@dataclass
class Player:
    """One play of a scenario.

    Attributes
    ----------
    known
        The variables: what the run was given, and what was kept so far.
    """

    scenario: Scenario
    transport: Transport
    known: dict[str, str] = field(default_factory=dict)
    _received: dict[str, float] = field(default_factory=dict)

    def play(self) -> Iterator[Played]:
        """Ask all steps; those that clean up are asked when the others failed as well."""
        cleaned = False
        try:
            for step in self.scenario.steps:
                yield self._ask(step)
            cleaned = True
            for step in self.scenario.cleanup:
                yield self._ask(step)
        finally:
            if not cleaned:  # whoever played it stopped in the middle
                for step in self.scenario.cleanup:
                    self._ask(step)

    def _ask(self, step: Step) -> Played:
        missing = [name for name in step.needs if not self.known.get(name)]
        if missing:
            return Played(step, reason=f"not known here: {', '.join(missing)}", is_left_out=True)
        try:
            for name, claims in step.sign.items():
                told = {key: fill(value, self.known) if isinstance(value, str) else value
                        for key, value in claims.items()}  # fmt: skip
                self.known[name] = tokens.sign(told, self.known["key"])
            path, headers, body = step.fill(self.known)
        except MissingVariableError as error:
            reason = f"not asked, since no answer before told {error.args[0]}"
            return Played(step, reason=reason)
        if step.apart is not None:
            other, seconds = step.apart
            passed = time.monotonic() - self._received.get(other, float("-inf"))
            time.sleep(max(0.0, seconds - passed))
        # Later than it may be, so that an answer that is too late is told from none.
        request = Request(step.method, path, headers, body, step.within * 2)
        try:
            answer = self.transport.send(request)
        except UnreachableError as error:
            return Played(step, request, reason=str(error))
        self._received[step.id] = answer.received
        for name, place in step.keep.items():
            found = pick(answer, place)
            if found is not None:
                self.known[name] = found
        return Played(step, request, answer)


def pick(answer: Answer, place: str) -> str | None:
    """Return what stands at a place of an answer; None where there is nothing.

    Parameters
    ----------
    place
        ``user.id`` or ``[0].id`` in its JSON, ``cookie NAME`` or ``header NAME``.
    """
    kind, _, name = place.partition(" ")
    if name and kind == "header":
        return answer.header(name) or None
    if name and kind == "cookie":
        return _cookies(answer).get(name)
    try:
        data: Any = json.loads(answer.body)
    except ValueError:
        return None
    for number, key in PLACE_PART.findall(place):
        try:
            data = data[int(number)] if number else data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data if isinstance(data, str) else None


def _cookies(answer: Answer) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in answer.header("set-cookie").splitlines():
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        except CookieError:
            continue
    return found
