"""The first cause of pods that are not ready, in one sentence."""

from typing import Any

import pytest

from taskflow_deploy import first_cause
from taskflow_deploy.first_cause import Cause
from tests.unit.pods import ended, event, pod, restarted, waiting

_NO_PLACE = {"type": "PodScheduled", "status": "False", "message": "Insufficient memory"}
_LOOPS: dict[str, Any] = {
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
}


def _hopeless(
    *pods: dict[str, Any], waited: float = 0, events: Any = (), before: Any = None
) -> Cause | None:
    return first_cause.hopeless(pods, events, waited=waited, restarts_before=before or {})


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, 100),
        ({"status__containerStatuses": waiting("ContainerCreating")}, 100),
        (
            {"status__containerStatuses": waiting(
                "CreateContainerConfigError",
                "failed to sync configmap cache: timed out waiting for the condition")},
            100,
        ),
        ({"status__conditions": [_NO_PLACE]}, 10),
        ({"status__containerStatuses": [{"name": "backend", "restartCount": 1}]}, 0),
        ({"status__initContainerStatuses": [ended("first", 0)]}, 100),
        (
            {"metadata__deletionTimestamp": "now",
             "status__containerStatuses": waiting("ErrImageNeverPull")},
            0,
        ),
    ],
)  # fmt: skip
def test_what_may_still_become_ready_is_waited_for(changes: dict[str, Any], seconds: float) -> None:
    assert _hopeless(pod(**changes), waited=seconds) is None


@pytest.mark.parametrize(
    ("changes", "seconds", "kind", "sentence"),
    [
        (
            {"status__containerStatuses": waiting("CreateContainerConfigError")},
            0, "configuration", "backend-1: CreateContainerConfigError: because",
        ),
        (
            {"status__initContainerStatuses": waiting("ErrImageNeverPull")},
            0, "image", "backend-1: ErrImageNeverPull: because",
        ),
        (
            {"status__containerStatuses": waiting("InvalidImageName")},
            0, "image", "backend-1: InvalidImageName: because",
        ),
        (
            {"status__conditions": [_NO_PLACE]},
            16, "place", "backend-1 finds no place: Insufficient memory",
        ),
        (
            {"status__containerStatuses": [restarted(2)]},
            0, "crash", "backend-1: its container backend keeps ending with code 137.",
        ),
        (
            {"status__containerStatuses": [restarted(1, 1, **_LOOPS)]},
            0, "crash", "backend-1: its container backend keeps ending with code 1.",
        ),
        (
            {"status__containerStatuses": [
                restarted(1, 3, state={"terminated": {"exitCode": 4}})]},
            0, "crash", "backend-1: its container backend keeps ending with code 4.",
        ),
        (
            {"status__containerStatuses": [restarted(1, 137, "OOMKilled", **_LOOPS)]},
            0, "memory",
            "backend-1: its container backend needs more memory than its limit of 512Mi.",
        ),
        (
            {"status__reason": "Evicted", "status__message": "The node was low on memory."},
            0, "evicted", "backend-1 was evicted: The node was low on memory.",
        ),
        (
            {"status__phase": "Failed", "status__containerStatuses": [ended("migrate", 3)]},
            0, "crash", "backend-1: its container migrate keeps ending with code 3.",
        ),
    ],
)  # fmt: skip
def test_waiting_ends_where_it_would_be_in_vain(
    changes: dict[str, Any], seconds: float, kind: str, sentence: str
) -> None:
    cause = _hopeless(pod(**changes), waited=seconds)
    assert cause is not None
    assert (cause.kind, cause.sentence, cause.pod) == (kind, sentence, "backend-1")


def test_restarts_of_before_do_not_count() -> None:
    looping = pod(status__containerStatuses=[restarted(6, 1)])
    assert first_cause.restarts(looping) == {"backend-1/backend": 6}
    assert _hopeless(looping, before={"backend-1/backend": 5}) is None
    cause = _hopeless(looping, before={"backend-1/backend": 4})
    assert cause is not None
    assert cause.sentence.endswith("ending with code 1.")


def test_what_others_wait_for_is_the_cause_and_what_follows_is_not_told() -> None:
    crashing = [restarted(2)]
    front = pod("frontend", status__containerStatuses=crashing)
    cause = _hopeless(front, pod("backend", status__containerStatuses=crashing))
    assert cause is not None
    assert cause.pod == "backend-1"


def test_pods_that_may_not_even_be_made_are_told_from_pods_that_wait() -> None:
    events = [event("FailedCreate", "taskflow-backend-5d4f", "violates PodSecurity")]
    cause = _hopeless(pod("frontend"), waited=4, events=events)
    assert cause == Cause(
        "taskflow-backend-5d4f cannot make its pods: violates PodSecurity", "rejected"
    )
    assert _hopeless(pod("frontend"), waited=1, events=events) is None, "it is tried again at once"
    made = pod(metadata__name="taskflow-backend-5d4f-x")
    assert _hopeless(made, waited=4, events=events) is None


@pytest.mark.parametrize(
    ("since", "is_told"),
    [("", True), ("2026-01-20T10:30:00.900Z", True), ("2026-01-20T10:30:01.000Z", False)],
)
def test_what_could_not_be_made_before_is_no_cause_of_now(since: str, is_told: bool) -> None:
    events = [event("FailedCreate", "taskflow-backend-5d4f")]
    assert bool(first_cause.find([], events, since)) == is_told


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        (
            {"status": {"initContainerStatuses": [
                ended("first", 0), {"name": "migrate", "state": {"running": {}}}]}},
            "init", "backend-1: its init container migrate has not ended.",
        ),
        (
            {"status__conditions": []},
            "probe", "backend-1 runs but is not ready: Readiness probe failed: 503",
        ),
    ],
)  # fmt: skip
def test_without_a_plain_fault_the_likeliest_cause_is_told(
    changes: dict[str, Any], kind: str, sentence: str
) -> None:
    events = [event("Unhealthy", "backend-1", "Readiness probe failed: 503")]
    assert _hopeless(pod(**changes), waited=100, events=events) is None
    cause = first_cause.find([pod("frontend"), pod(**changes)], events)
    assert cause is not None
    assert (cause.kind, cause.sentence) == (kind, sentence)


def test_a_ready_pod_that_was_started_again_now_and_then_is_no_cause() -> None:
    often = pod(status__containerStatuses=[restarted(7)])
    assert first_cause.find([often], []) is None
    waits = pod("frontend", status__conditions=[])
    cause = first_cause.find([often, waits], [])
    assert cause is not None
    assert cause.pod == "frontend-1"


@pytest.mark.parametrize("conditions", [[], [{"type": "Ready", "status": "True"}]])
@pytest.mark.parametrize(
    ("since", "status", "sentence"),
    [
        ("2026-01-20T10:30:00.700Z", restarted(1, 3), "ended with code 3."),
        ("2026-01-20T10:30:00.700Z", restarted(2, 3), "keeps ending with code 3."),
        ("2026-01-20T10:30:00.700Z", restarted(1, 137, "OOMKilled"),
         "needs more memory than its limit of 512Mi."),
        ("2026-01-20T10:30:01.000Z", restarted(1, 3), None),
        ("2026-01-20T10:30:00.700Z", restarted(1, 0), None),
        ("2026-01-20T10:30:00.700Z", restarted(1, 255, "Unknown"), None),
        ("", restarted(1, 3), None),
    ],
    ids=["once", "twice", "memory", "before", "in a good way", "with its node",
         "nobody knows since when"],
)  # fmt: skip
def test_a_pod_that_came_to_a_bad_end_meanwhile_is_the_cause_even_if_it_runs_again(
    since: str, status: dict[str, Any], sentence: str | None, conditions: list[dict[str, str]]
) -> None:
    again = pod(status__containerStatuses=[status], status__conditions=conditions)
    cause = first_cause.find([pod("frontend"), again], [], since)
    told = cause and cause.sentence
    if sentence:
        assert told == f"backend-1: its container backend {sentence}"
    elif conditions:
        assert told is None
    elif status["restartCount"] == 1:
        assert told == "backend-1 runs but is not ready."


def test_nothing_is_found_where_every_pod_is_ready_or_came_to_a_good_end() -> None:
    done = pod("migrations", status={"phase": "Succeeded", "conditions": []})
    assert first_cause.find([pod(), pod("frontend"), done], []) is None


@pytest.mark.parametrize(
    ("cause", "first"),
    [
        (Cause("", "crash", "p-1", "backend"),
         "./taskflow kubectl logs p-1 --container backend --previous"),
        (Cause("", "probe", "p-1", "backend"), "./taskflow kubectl logs p-1 --container backend"),
        (Cause("", "image", "p-1", "backend"), "./taskflow kubectl describe pod p-1"),
        (Cause("", "place", "p-1"), "./taskflow kubectl describe pod p-1"),
        (Cause("", "rejected"), "./taskflow kubectl get events --sort-by=.lastTimestamp"),
    ],
)  # fmt: skip
def test_each_kind_of_cause_has_the_command_that_shows_more(cause: Cause, first: str) -> None:
    told = first_cause.commands(cause)
    assert told[0] == first
    assert len(told) == 2
