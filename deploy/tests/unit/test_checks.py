"""Checks: a verdict, seconds, a reason and what mends it; side by side, in order."""

import threading

import pytest

from taskflow_deploy.checks import Check, Found, Verdict, perform, side_by_side, skipped, warned
from taskflow_deploy.errors import ResourcesError


def _fails(_subject: str) -> str:
    raise ResourcesError("Too little.", "Get more.", ["a line"], mend="get more")


def test_a_check_tells_what_it_found() -> None:
    result = perform(Check("a.b", "B", lambda subject: f"{subject} is well"), "it")
    assert (result.id, result.title, result.verdict) == ("a.b", "B", Verdict.PASSED)
    assert result.reason == "it is well"
    assert result.seconds >= 0


@pytest.mark.parametrize(
    ("found", "verdict"),
    [(warned("mind", "do"), Verdict.WARNED), (skipped("unknown", "do"), Verdict.SKIPPED)],
)
def test_what_is_not_simply_well_has_a_reason_and_a_command(found: Found, verdict: Verdict) -> None:
    result = perform(Check("a.b", "B", lambda _: found), "it")
    assert (result.verdict, result.reason, result.mend) == (verdict, found.reason, "do")
    assert result.error is None


def test_an_expected_failure_is_a_verdict_with_the_command_that_mends_it() -> None:
    result = perform(Check("a.b", "B", _fails, mend="not this"), "it")
    assert result.verdict is Verdict.FAILED
    assert result.mend == "get more"
    assert isinstance(result.error, ResourcesError)
    assert result.to_json() == {
        "id": "a.b", "title": "B", "verdict": "failed", "seconds": result.to_json()["seconds"],
        "reason": "Too little.", "mend": "get more",
    }  # fmt: skip


def test_a_failure_without_a_command_has_that_of_its_check() -> None:
    def plain(_subject: str) -> str:
        raise ResourcesError("Too little.")

    assert perform(Check("a.b", "B", plain, mend="the check's"), "it").mend == "the check's"


def test_any_other_error_is_none_of_ours() -> None:
    def fault(_subject: str) -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        perform(Check("a.b", "B", fault), "it")


def test_where_nothing_may_be_changed_the_plan_stands_in() -> None:
    acting: Check[str] = Check("a.b", "B", lambda _: "done", lambda _: "would do")
    looking: Check[str] = Check("a.c", "C", lambda _: "seen")
    assert [r.reason for r in side_by_side([acting, looking], "it", dry=True)] == [
        "would do", "seen",
    ]  # fmt: skip
    assert [r.reason for r in side_by_side([acting, looking], "it")] == ["done", "seen"]


def test_checks_of_a_stage_are_performed_at_the_same_time_and_told_in_order() -> None:
    meeting = threading.Barrier(3, timeout=5)

    def meet(_subject: str) -> str:
        meeting.wait()  # breaks where the others are not performed meanwhile
        return "met"

    checks = [Check(f"a.{n}", str(n), meet) for n in range(3)]
    assert [(r.id, r.reason) for r in side_by_side(checks, "it")] == [
        (f"a.{n}", "met") for n in range(3)
    ]
