"""Compares a running system with what a reference answered."""

import secrets
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from taskflow_deploy.verifier import curl
from taskflow_deploy.verifier.answers import Transport
from taskflow_deploy.verifier.binding import Binder
from taskflow_deploy.verifier.compare import Fault, compare
from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.naming import ClockSetError
from taskflow_deploy.verifier.play import Played, Player
from taskflow_deploy.verifier.recording import Recording, RecordingError, moment_of, record
from taskflow_deploy.verifier.report import Endpoint, Report
from taskflow_deploy.verifier.scenario import Scenario
from taskflow_deploy.verifier.showing import answer_text, recorded_text

_LETTERS = 10
_LIVE = "A live model speaks: its own words, and further tools that it used, are ignored."
_TIMES = 3


@dataclass(frozen=True)
class Subject:
    """A system to be asked.

    Attributes
    ----------
    open
        Opens a way to it.
    url
        Where it answers, for people.
    words
        What each run is given beside its own mark, such as the origin of its pages. These are
        variables of the scenario, and symbols in what is answered.
    key
        The key that signs its tokens, where it is known.
    model_is_live
        Whether a real language model speaks in it.
    way
        From where it is asked, for people.
    """

    open: Callable[[], Transport]
    url: str
    words: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    model_is_live: bool = False
    way: str = "from this machine"

    def marked(self) -> dict[str, str]:
        """Return the words of one run; its mark is as long as any other, and like no other."""
        letters = (secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))
        return {"run": "".join(letters), **self.words}


def verify(scenario: Scenario, recording: Recording, subject: Subject, reference: str) -> Report:
    """Compare a system with a recording.

    Where a moment does not fit, all is asked again, since a clock may have been set meanwhile, and
    that can change any answer: a token of before is one of the future after it. A difference is
    reported if the same one is found each time.

    Parameters
    ----------
    reference
        What was recorded, for people.
    """
    began = time.monotonic()
    report, was_clock_set = _run(scenario, recording, subject, reference)
    for _ in range(_TIMES - 1):
        if not (report.in_order and was_clock_set):
            break
        again, was_clock_set = _run(scenario, recording, subject, reference)
        again.notes.append(f"Asked again: at first, {report.in_order[0].line}.")
        repeated = {found.key for found in report.in_order} & {
            found.key for found in again.in_order
        }
        report = again
        if repeated:
            break
    report.seconds = time.monotonic() - began
    return report


def calibrate(scenario: Scenario, subject: Subject) -> tuple[Recording, Report]:
    """Record a reference and compare it with itself.

    What differs there is the reference's fault: it varies, and nobody declared how.

    Raises
    ------
    RecordingError
        It cannot be recorded.
    """
    recording = _record(scenario, subject)
    return recording, verify(scenario, recording, subject, "itself")


def _record(scenario: Scenario, subject: Subject) -> Recording:
    for _ in range(_TIMES):
        words, transport = subject.marked(), subject.open()
        try:
            return record(scenario, transport, words, subject.key)
        except ClockSetError:
            continue
        finally:
            transport.close()
    raise RecordingError(
        "The reference cannot be recorded: its clock was set each time, or tells no moments that "
        "fit together."
    )


def _run(
    scenario: Scenario, recording: Recording, subject: Subject, reference: str
) -> tuple[Report, bool]:
    """Return what one play found, and whether a clock seems to have been set meanwhile."""
    words = subject.marked()
    constants = {*scenario.constants, *recording.literals}
    binder = Binder(words, constants, recording.tokens, recording.written, subject.key)
    report = Report(subject.url, subject.way, reference, counts=binder.counts)
    rows = {name: Endpoint(name) for name in scenario.endpoints}
    report.endpoints = list(rows.values())
    if subject.model_is_live:
        report.notes.append(_LIVE)
    transport = subject.open()
    player = Player(scenario, transport, {**words, **({"key": subject.key} if subject.key else {})})
    try:
        for played in player.play():
            row = rows[played.step.endpoint]
            if played.is_left_out or played.step.id not in recording.answers:
                row.left_out.append(f"{played.step.id}: {played.reason or 'not recorded'}")
                continue
            fault = _judge(played, recording, binder, subject)
            if played.answer is not None:
                binder.counts.receive(played.answer)
                row.add(played.step.id, played.answer.received - played.answer.sent)
                binder.ended(played.step.id, moment_of(played.answer))
            if fault is not None:
                lines = curl.chain(scenario, played.step, subject.url, words)
                found = _difference(played, fault, recording, binder, lines)
                row.differences.append(found)
                report.in_order.append(found)
    finally:
        transport.close()
    return report, binder.was_clock_set


def _judge(played: Played, recording: Recording, binder: Binder, subject: Subject) -> Fault | None:
    if played.request is None:
        return Fault("unasked", "answer", "one", played.reason)
    if played.answer is None:
        return Fault("unanswered", "answer", "one", f"none ({played.reason})")
    recorded = recording.answers[played.step.id]
    return compare(
        played.step, played.answer, recorded, binder, model_is_live=subject.model_is_live
    )


def _difference(
    played: Played, fault: Fault, recording: Recording, binder: Binder, lines: list[str]
) -> Difference:
    answer = played.answer
    return Difference(
        played.step.id, played.step.endpoint, played.step.proves,
        fault.kind, fault.place, fault.expected, fault.found, tuple(lines),
        recorded_text(recording.answers[played.step.id]),
        "" if answer is None else answer_text(answer, binder),
    )  # fmt: skip
