"""Gives a mutant to the verifier, and judges what it reports."""

import http.client
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.scenario import Scenario, Step
from taskflow_deploy.verifier.verify import Subject, verify
from tests.mutants.mutant import Account, Mutant, Seen
from tests.mutants.of_answers import LATE
from tests.mutants.proxy import Answer, Asked, Proxy, Untouched

_REFUSED = 400
_OF_EACH = 2
_WITHIN = 1.0
"""Seconds that an answer may take where late answers are looked for."""


@dataclass(frozen=True)
class System:
    """What is verified, and how it is reached.

    Attributes
    ----------
    proxy
        Stands before it.
    port
        Where it answers itself.
    database_url
        Where its data is.
    origin
        The origin of its pages.
    key
        The key that signs its tokens.
    stranger
        An account that no step knows.
    """

    proxy: Proxy
    port: int
    database_url: str
    origin: str
    key: str
    stranger: Account


@dataclass(frozen=True)
class Verdict:
    """What the verifier said of a mutant.

    Attributes
    ----------
    is_caught
        Whether the first difference is at the right place.
    found
        The first difference, for people.
    expected
        Where it has to be.
    """

    mutant: Mutant
    is_caught: bool
    found: str
    expected: str


class Once:
    """The rule by which the answer to one step is damaged, in each run of the scenario."""

    def __init__(self, mutant: Mutant, scenario: Scenario, stranger: Account) -> None:
        self._mutant, self._stranger = mutant, stranger
        self._steps = [step.id for step in scenario.all]
        self._answers: dict[str, Answer] = {}
        self.damaged: list[tuple[Answer, Answer]] = []
        self.is_asked_otherwise = False

    def begin(self) -> None:
        """Note that the scenario begins anew."""
        self._answers.clear()

    def ask(self, asked: Asked) -> Asked:
        """Change the request of the step, if the mutant says how."""
        if self._mutant.ask is None or self._now != self._mutant.step.id:
            return asked
        self.is_asked_otherwise = True
        return self._mutant.ask(asked)

    def answer(self, _: Asked, answer: Answer) -> Answer:
        """Damage the answer of the step."""
        step = self._now
        self._answers[step] = answer
        if step != self._mutant.step.id:
            return answer
        damaged = self._mutant.damage(answer, Seen(self._answers.__getitem__, self._account))
        self.damaged.append((answer, damaged))
        return damaged

    @property
    def _now(self) -> str:
        # Whatever is asked after the last step, because an answer was damaged, is of no interest.
        return self._steps[min(len(self._answers), len(self._steps) - 1)]

    @property
    def has_fired(self) -> bool:
        """Whether something else was sent than the system's own request and answer."""
        changed = [before != after for before, after in self.damaged]
        return bool(changed) and (all(changed) or self.is_asked_otherwise)

    def _account(self, name: str) -> Account:
        if name == "a stranger":
            return self._stranger
        return account(json.loads(self._answers[f"sign up {name}"].body))


def account(signed_up: Any) -> Account:
    """Return the account that a signup told of."""
    return Account(signed_up["user"]["id"], signed_up["user"]["email"], signed_up["token"])


def make_stranger(port: int, email: str) -> Account:
    """Sign up, and add a task."""
    made = account(_post(port, "/api/v1/auth/signup", {"email": email, "password": "x" * 8}))
    task = _post(port, "/api/v1/tasks", {"title": "of a stranger"}, made.token)
    return replace(made, task=task)


def check_undamaged(system: System, scenario: Scenario, recording: Recording) -> Report:
    """Verify the system through the proxy, which leaves everything as it is.

    Raises
    ------
    AssertionError
        Something differs, or a step was left out: nothing can be said of mutants then.
    """
    system.proxy.rule = Untouched()
    report = verify(scenario, recording, _subject(system, lambda: None), "the recording")
    assert report.passed, report.explanation
    assert report.compared == len(scenario.all)
    return report


def shortened(scenario: Scenario, recording: Recording) -> Scenario:
    """Return a scenario with no more than two of the requests of each step that are refused."""
    count: Counter[str] = Counter()
    left = []
    for step in scenario.steps:
        group = step.id.partition(", ")[0]
        count[group] += recording.answers[step.id].status >= _REFUSED
        if count[group] <= _OF_EACH or recording.answers[step.id].status < _REFUSED:
            left.append(step)
    return replace(scenario, steps=tuple(left))


def until(scenario: Scenario, step: Step) -> Scenario:
    """Return a scenario that ends with a step and the cleanup, for those in a hurry."""
    if step in scenario.cleanup:
        return scenario
    return replace(scenario, steps=scenario.steps[: scenario.steps.index(step) + 1])


def judge(system: System, scenario: Scenario, recording: Recording, mutant: Mutant) -> Verdict:
    """Verify a system that one mutant damages.

    Raises
    ------
    AssertionError
        The mutant never fired, or changed nothing.
    """
    if mutant.kind == LATE:
        parts = [tuple(replace(step, within=_WITHIN) for step in part)
                 for part in (scenario.steps, scenario.cleanup)]  # fmt: skip
        scenario = replace(scenario, steps=parts[0], cleanup=parts[1])
    rule = Once(mutant, scenario, system.stranger)
    system.proxy.rule = rule
    report = verify(scenario, recording, _subject(system, rule.begin), "the recording")
    system.proxy.rule = Untouched()
    assert not system.proxy.errors, (mutant.name, system.proxy.errors)
    assert rule.has_fired, f"{mutant.name}: it changed nothing"
    places = sorted(mutant.places(*rule.damaged[-1]))
    assert places, f"{mutant.name}: the answer says the same as before"
    expected = f"{mutant.shown_at}, {' or '.join(places[:4])}"
    if not report.in_order:
        return Verdict(mutant, is_caught=False, found="nothing", expected=expected)
    first = report.first
    is_caught = first.endpoint == mutant.shown_at and first.place in places
    if not mutant.endpoint:
        is_caught = is_caught and first.step == mutant.step.id
    return Verdict(mutant, is_caught, f"{first.endpoint}: {first.kind}: {first.line}", expected)


def not_caught(verdicts: Sequence[Verdict]) -> list[str]:
    """Return a line for each mutant that was not caught at its place."""
    return [f"{one.mutant.name}: expected at {one.expected}, found {one.found}"
            for one in verdicts if not one.is_caught]  # fmt: skip


def _subject(system: System, begin: Callable[[], None]) -> Subject:
    def open_way() -> Http:
        begin()
        return Http(system.proxy.url)

    return Subject(open_way, system.proxy.url, {"origin": system.origin}, system.key)


def _post(port: int, path: str, body: object, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, json.dumps(body), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
