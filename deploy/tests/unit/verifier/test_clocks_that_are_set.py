"""A clock that is set is told once, where it was set, and what comes after is compared anew."""

import time
from email.utils import formatdate

import pytest

from taskflow_deploy.verifier import tokens, verify
from taskflow_deploy.verifier.answers import Answer, Request
from taskflow_deploy.verifier.binding import Binder, Moment
from taskflow_deploy.verifier.naming import ClockSetError, Names
from taskflow_deploy.verifier.recording import RecordingError
from taskflow_deploy.verifier.scenario import Scenario, Step
from taskflow_deploy.verifier.verify import Subject

_STEPS = tuple(Step(f"look {number}", "GET /", "GET", "/", "It is there.") for number in range(4))
_KEY = "a-key-of-the-tests-with-enough-letters"
_SCENARIO = Scenario("clocks", _STEPS, (), frozenset())


class _System:
    """Tells a date with each answer; its clock is set before one answer in each play listed."""

    def __init__(self, *jumps: int) -> None:
        self._jumps, self._ahead, self._count = list(jumps), 0.0, 0

    def open(self) -> "_System":
        """Begin a play."""
        self._jump, self._count = (self._jumps.pop(0) if self._jumps else -1), 0
        return self

    def send(self, _request: Request) -> Answer:
        """Answer with the date."""
        if self._count == self._jump:
            self._ahead += 100.0
        self._count += 1
        date = formatdate(time.time() + self._ahead, usegmt=True)
        now = time.monotonic()
        return Answer(200, (("date", date),), b"here", now, now)

    def close(self) -> None:
        """End a play."""


def test_a_recording_is_made_again_when_the_clock_was_set() -> None:
    recording, itself = verify.calibrate(_SCENARIO, Subject(_System(2, 1).open, "there"))
    assert [one.headers["date"] for one in recording.answers.values()] == ["⟨date⟩"] * 4
    assert itself.passed
    assert itself.notes == []


def test_a_clock_that_is_set_each_time_cannot_be_recorded() -> None:
    with pytest.raises(RecordingError, match="its clock was set each time"):
        verify.calibrate(_SCENARIO, Subject(_System(2, 1, 3).open, "there"))


def test_clocks_that_are_set_at_different_steps_of_two_plays_are_no_difference() -> None:
    recording, _ = verify.calibrate(_SCENARIO, Subject(_System().open, "there"))
    found = verify.verify(_SCENARIO, recording, Subject(_System(1, 2).open, "there"), "itself")
    assert found.passed
    assert [note.rpartition("(")[2] for note in found.notes] == ["look 2)."]


def test_a_clock_that_is_set_at_the_same_step_each_time_is_a_difference() -> None:
    recording, _ = verify.calibrate(_SCENARIO, Subject(_System().open, "there"))
    found = verify.verify(_SCENARIO, recording, Subject(_System(1, 1, 1).open, "there"), "itself")
    assert [(one.step, one.kind, one.place) for one in found.in_order] == [
        ("look 1", "clock", "header date")
    ]


def test_a_token_of_another_time_tells_that_a_clock_was_set() -> None:
    texts = [
        tokens.sign({"sub": "ann", "iat": int(time.time()) + ahead}, _KEY) for ahead in (0, 100)
    ]
    now = time.monotonic()
    names = Names({}, ())
    written = [
        names.write(f"{number} {text}", Moment(now, now)) for number, text in enumerate(texts)
    ]
    binder = Binder({}, (), names.tokens, key=_KEY)
    assert binder.compare(written[0], f"0 {texts[0]}", Moment(now, now)) is None
    assert not binder.was_clock_set
    mismatch = binder.compare(written[1], f"1 {texts[1]}", Moment(now, now))
    assert mismatch is not None
    assert mismatch.expected == "a token issued now"
    assert binder.was_clock_set


def test_a_date_that_does_not_fit_ends_the_recording() -> None:
    names, now = Names({}, ()), time.monotonic()
    names.write(formatdate(time.time(), usegmt=True), Moment(now, now))
    with pytest.raises(ClockSetError):
        names.write(formatdate(time.time() + 100.0, usegmt=True), Moment(now, now))
