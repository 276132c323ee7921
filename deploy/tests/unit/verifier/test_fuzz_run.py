"""How the fuzz goes on and ends: seeds, what cannot be repeated, systems that go away, accounts."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from taskflow_deploy.verifier.answers import Request, UnreachableError
from taskflow_deploy.verifier.fuzz.asking import AwayError, FuzzError
from taskflow_deploy.verifier.fuzz.report import FuzzDifference, FuzzReport
from taskflow_deploy.verifier.fuzz.run import fuzz
from tests.unit.verifier.fake import Fake, fake_api

_PAIRS = 60


def _fuzz(reference: Fake, candidate: Fake, seed: int = 1, pairs: int = _PAIRS) -> FuzzReport:
    return fuzz(fake_api(), reference.subject, candidate.subject, pairs=pairs, seed=seed)


def _found(report: FuzzReport) -> FuzzDifference:
    assert report.difference is not None
    assert not report.passed
    return report.difference


def test_equal_systems_are_alike_and_nothing_is_left_in_them() -> None:
    one, other = Fake("one"), Fake("other")
    report = _fuzz(one, other)
    assert report.passed, report.explanation
    assert report.pairs >= _PAIRS
    assert report.notes == []
    assert one.users == other.users == {}


def test_a_seed_makes_the_same_requests_again() -> None:
    fakes = [Fake() for _ in range(3)]
    reports = [_fuzz(fake, Fake(), seed) for fake, seed in zip(fakes, (5, 5, 6), strict=True)]
    asked = [[one for one in fake.asked if "notes/" not in one] for fake in fakes]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2]
    assert reports[0].statuses == reports[1].statuses


def test_accounts_of_a_sequence_are_removed_when_it_ends() -> None:
    most: list[int] = []
    fake = Fake()

    def note(_request: Request, status: int, data: Any) -> tuple[int, Any]:
        most.append(len(fake.users))
        return status, data

    fake.damage = note
    _fuzz(fake, Fake(), pairs=300)
    made = sum(one == "POST /users" for one in fake.asked)
    assert made > 2 * max(most)


def test_what_differs_only_sometimes_is_told_so() -> None:
    asked = count()

    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        return (status, "odd") if request.path == "/me" and next(asked) == 1 else (status, data)

    found = _found(_fuzz(Fake(), Fake(damage=damage)))
    assert found.only_sometimes
    assert "only sometimes" in found.line


def test_a_request_that_is_not_answered_is_a_difference() -> None:
    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        if (request.method, request.path) == ("GET", "/me"):
            raise UnreachableError("hung up")
        return status, data

    found = _found(_fuzz(Fake(), Fake(damage=damage)))
    assert (found.kind, found.candidate, found.calls) == ("unanswered", "none (hung up)", 1)
    assert found.answers[1] == "no answer (hung up)"


def test_requests_that_neither_answers_are_alike_and_counted() -> None:
    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        if (request.method, request.path) == ("GET", "/me"):
            raise UnreachableError("hung up")
        return status, data

    report = _fuzz(Fake(damage=damage), Fake(damage=damage))
    assert report.passed, report.explanation
    assert report.statuses["GET /me"]["no answer"] > 0
    assert "no answer" in report.figures


def test_it_stops_where_a_system_is_away_from_the_start() -> None:
    with pytest.raises(AwayError, match=r"candidate \(http://b\) does not answer: refused"):
        _fuzz(Fake("a"), Fake("b", is_away=True))
    with pytest.raises(AwayError, match=r"reference \(http://a\) does not answer"):
        _fuzz(Fake("a", is_away=True), Fake("b"))


def test_the_request_that_ends_a_system_is_told() -> None:
    weak = Fake("weak")

    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        weak.is_away = request.path == "/me"
        if weak.is_away:
            raise UnreachableError("hung up")
        return status, data

    weak.damage = damage
    strong, said = Fake("strong"), list[str]()
    with pytest.raises(AwayError) as raised:
        fuzz(fake_api(), strong.subject, weak.subject, pairs=_PAIRS, seed=1, tell=said.append)
    assert "http://weak/me" in raised.value.lines[-1]
    assert strong.users == {}
    assert said[-1].startswith("Accounts are left (")


def test_a_difference_is_kept_where_a_system_ends_while_it_is_made_shorter() -> None:
    weak, asked = Fake("weak"), count()

    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        if request.path == "/me":
            weak.is_away = next(asked) == 3
            return status, "odd"
        return status, data

    weak.damage = damage
    report = _fuzz(Fake("strong"), weak)
    assert _found(report).endpoint == "GET /me"
    assert any(
        note.startswith("There may be a shorter way: The candidate") for note in report.notes
    )
    assert any(note.startswith("Accounts are left") for note in report.notes)


def test_a_list_in_another_order_is_made_two_notes_and_a_look() -> None:
    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        is_list = (request.method, request.path) == ("GET", "/notes") and isinstance(data, list)
        return status, data[::-1] if is_list else data

    found = _found(_fuzz(Fake(), Fake(damage=damage)))
    assert (found.endpoint, found.place, found.kind) == ("GET /notes", "body[0].id", "binding")
    assert found.calls == 3, found.curl_candidate
    assert not found.only_sometimes


def test_what_removing_answers_is_compared_as_well() -> None:
    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        is_note = request.method == "DELETE" and request.path.startswith("/notes/")
        return (500, "oh") if is_note else (status, data)

    found = _found(_fuzz(Fake(), Fake(damage=damage)))
    assert (found.endpoint, found.place) == ("DELETE /notes", "status")
    assert (found.reference, found.candidate) == ("204", "500")


def test_accounts_that_are_no_longer_made_alike_are_a_difference() -> None:
    signups = count()

    def refuse(request: Request, status: int, data: Any) -> tuple[int, Any]:
        is_note = request.method == "DELETE" and request.path.startswith("/notes/")
        return (500, "oh") if is_note else (status, data)

    def refuse_and_change(request: Request, status: int, data: Any) -> tuple[int, Any]:
        status, data = refuse(request, status, data)
        is_other = request.path == "/users" and next(signups) > 0
        return (status, {**data, "more": 1}) if is_other else (status, data)

    report = _fuzz(Fake(damage=refuse), Fake(damage=refuse_and_change))
    assert _found(report).place == "body.more"


def test_an_account_that_stays_is_told() -> None:
    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        return (500, "oh") if request.method == "DELETE" else (status, data)

    report = _fuzz(Fake(damage=damage), Fake(damage=damage))
    assert "An account is left: candidate: DELETE /me answered 500." in report.notes


def test_that_no_account_can_be_made_is_told() -> None:
    def damage(_request: Request, _status: int, _data: Any) -> tuple[int, Any]:
        return 403, "no"

    with pytest.raises(FuzzError, match="No account can be made: POST /users answered 403"):
        _fuzz(Fake(damage=damage), Fake(damage=damage))


def test_that_only_one_limits_is_worth_a_look() -> None:
    limited = count()

    def damage(request: Request, status: int, data: Any) -> tuple[int, Any]:
        return (429, "slow") if request.path == "/me" and next(limited) == 0 else (status, data)

    quick = Fake(damage=damage)
    report = _fuzz_without_waiting(quick)
    assert report.passed
    assert report.waits.times == 1
    assert report.notes == ["Only the candidate answered 429, 1 time: are the limits alike?"]


def _fuzz_without_waiting(candidate: Fake) -> FuzzReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        return _fuzz(Fake(), candidate)


def test_how_far_it_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskflow_deploy.verifier.fuzz.run._TELL_SECONDS", 0.0)
    said: list[str] = []
    fuzz(fake_api(), Fake().subject, Fake().subject, pairs=30, seed=1, tell=said.append)
    assert said[0] == "0 of 30 pairs, all alike."
    assert said[-1].endswith(" of 30 pairs, all alike.")


def test_answers_of_a_language_model_are_left_out_and_told() -> None:
    api = replace(fake_api(), worded=frozenset({"GET /me"}))
    live = replace(Fake().subject, model_is_live=True)
    report = fuzz(api, Fake().subject, live, pairs=30, seed=1)
    assert report.left_out == ["GET /me: a language model words its answers"]
    assert "GET /me" not in report.statuses
