"""Both systems are asked together, patiently, and it is told which of them is away."""

import time
from dataclasses import dataclass, field

import pytest

from taskflow_deploy.verifier.answers import Answer, Request, UnreachableError
from taskflow_deploy.verifier.fuzz.asking import Both, FuzzError, Reply, Silence
from taskflow_deploy.verifier.verify import Subject

_PROBE = Request("GET", "/probe")
_REQUESTS = (Request("GET", "/one"), Request("GET", "/other"))


@dataclass
class _Scripted:
    """A way to a system that answers as it is told; None hangs up."""

    statuses: list[int | None]
    wait: str = "0"
    asked: list[str] = field(default_factory=list)
    opened: int = 0

    def open(self) -> "_Scripted":
        self.opened += 1
        return self

    def close(self) -> None:
        pass

    def send(self, request: Request) -> Answer:
        self.asked.append(request.path)
        status = self.statuses.pop(0) if self.statuses else 200
        if status is None:
            raise UnreachableError("hung up")
        now = time.monotonic()
        return Answer(status, (("retry-after", self.wait),), b"", now, now)


def _both(one: _Scripted, other: _Scripted, said: list[str] | None = None) -> Both:
    subjects = [
        Subject(system.open, f"http://{name}") for system, name in ((one, "a"), (other, "b"))
    ]
    told: list[str] = [] if said is None else said
    return Both(subjects[0], subjects[1], _PROBE, told.append)


def _statuses(replies: list[Reply]) -> list[int | None]:
    return [None if isinstance(reply, Silence) else reply.status for reply in replies]


def test_who_answers_429_alone_is_asked_again() -> None:
    one, other = _Scripted([201]), _Scripted([429, 429, 201])
    with _both(one, other) as both:
        assert _statuses(both.ask(_REQUESTS)) == [201, 201]
    assert (one.asked, other.asked) == (["/one"], ["/other"] * 3)
    assert {name: len(waits) for name, waits in both.waits.by_side.items()} == {
        "reference": 0, "candidate": 2,
    }  # fmt: skip


def test_it_is_waited_as_long_as_was_asked_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    said: list[str] = []
    with _both(_Scripted([429], "7"), _Scripted([429], "7"), said) as both:
        assert _statuses(both.ask(_REQUESTS)) == [200, 200]
    assert [round(seconds) for seconds in slept] == [7, 7]
    assert both.waits.seconds == pytest.approx(14, abs=0.5)
    assert said == ["The reference wants 7 s of patience.", "The candidate wants 7 s of patience."]


def test_patience_has_an_end() -> None:
    with _both(_Scripted([429] * 99), _Scripted([])) as both:
        assert _statuses(both.ask(_REQUESTS)) == [429, 200]


def test_no_answer_of_a_system_that_is_there_is_none() -> None:
    with _both(_Scripted([]), _Scripted([None])) as both:
        assert both.ask(_REQUESTS)[1] == Silence("hung up", is_late=False)


def test_silence_that_lasts_is_told_from_a_hang_up() -> None:
    hasty = [Request(one.method, one.path, seconds=0.0) for one in _REQUESTS]
    with _both(_Scripted([]), _Scripted([None])) as both:
        assert both.ask(hasty)[1] == Silence("hung up", is_late=True)


def test_one_that_waits_leaves_the_way_to_the_other_alone() -> None:
    one, other = _Scripted([]), _Scripted([429])
    with _both(one, other) as both:
        assert both.ask_one(both.sides[1], _REQUESTS[1]).status == 200
    assert (one.opened, other.opened) == (1, 2)


def test_a_system_that_is_away_stops_it() -> None:
    with _both(_Scripted([]), _Scripted([None, None])) as both:
        with pytest.raises(FuzzError, match=r"The candidate \(http://b\) does not answer: hung up"):
            both.ask(_REQUESTS)
        both.sides[0].transport = _Scripted([None])
        with pytest.raises(FuzzError, match=r"The reference \(http://a\) does not answer"):
            both.ask_one(both.sides[0], _PROBE)


def test_both_are_asked_at_the_same_time() -> None:
    class Slow(_Scripted):
        def send(self, request: Request) -> Answer:
            time.sleep(0.2)
            return super().send(request)

    with _both(Slow([]), Slow([])) as both:
        began = time.monotonic()
        both.ask(_REQUESTS)
    assert time.monotonic() - began < 0.39
