"""When a pod counts, when waiting ends, and what is done where one does not come back."""

import time
from typing import Any

import pytest

from taskflow_deploy.checkpoints import pods, steadiness
from taskflow_deploy.checkpoints.deployment import Deployment, Wishes
from taskflow_deploy.errors import PodsError
from taskflow_deploy.redaction import hide
from taskflow_deploy.watch import Watch
from tests.unit.pods import ended, event, pod, restarted, waiting
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


@pytest.fixture
def started(
    deployment: Deployment, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> Deployment:
    """A deployment whose cluster runs, waited for quickly."""
    cluster.start()
    monkeypatch.setattr(pods, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(steadiness, "STEADY_SECONDS", 0.1)
    monkeypatch.setattr(steadiness, "_TELLING_SECONDS", 0.1)
    deployment.wishes = Wishes(ready_seconds=0.5)
    return deployment


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, None),
        ({"metadata__deletionTimestamp": "2026-01-20T10:30:00Z"}, "backend-1 to end"),
        ({"spec__containers": [{"image": "taskflow-backend:old"}]}, "backend-1 to be replaced"),
        ({"status": {}}, "backend-1 to be ready (no container yet)"),
        ({"status__conditions": []}, "backend-1 to be ready (backend has started)"),
        (
            {"status__conditions": [{"type": "Ready", "status": "False"}]},
            "backend-1 to be ready (backend has started)",
        ),
        (
            {
                "status__conditions": [],
                "status__containerStatuses": [{"name": "backend", "ready": True}],
            },
            "backend-1 to be ready (its containers are)",
        ),
        (
            {"status__conditions": [], "status__containerStatuses": waiting("PodInitializing")},
            "backend-1 to be ready (backend: PodInitializing)",
        ),
        (
            {
                "status__conditions": [],
                "status__initContainerStatuses": [ended("first", 0), ended("migrate", 3)],
            },
            "backend-1 to be ready (migrate ended with code 3)",
        ),
    ],
)
def test_a_pod_counts_when_it_is_new_and_ready(
    deployment: Deployment, changes: dict[str, Any], missing: str | None
) -> None:
    assert pods.awaited(deployment, pod(**changes)) == missing


def _wait(deployment: Deployment) -> str:
    with Watch(deployment.cluster) as watch:
        return pods.Wait(deployment, watch).until_ready()


def test_ready_pods_are_told_with_the_seconds_that_they_took(
    started: Deployment, tools: Tools
) -> None:
    tools.change(pods=[pod(), pod("frontend")])
    assert _wait(started).startswith("2 pods after 0.")


def _rolling(**status: int) -> dict[str, Any]:
    """Return the backend's Deployment in its second generation."""
    metadata = {"name": "taskflow-backend", "labels": {"app": "taskflow"}, "generation": 2}
    well = {"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1},
            "status": {**well, **status}}  # fmt: skip


@pytest.mark.parametrize(
    "status",
    [{"observedGeneration": 1}, {"updatedReplicas": 0}, {"replicas": 2}, {"readyReplicas": 0}],
    ids=str,
)
def test_old_pods_do_not_count_although_their_image_is_the_new_one(
    started: Deployment, tools: Tools, status: dict[str, int]
) -> None:
    tools.change(pods=[pod(), pod("frontend")], deployments=[_rolling(**status)])
    with pytest.raises(PodsError, match=r"after 0 s: taskflow-backend to replace its pods\."):
        _wait(started)
    tools.change(deployments=[_rolling()])
    assert _wait(started).startswith("2 pods")


def test_a_ready_pod_that_runs_another_image_is_refused(started: Deployment, tools: Tools) -> None:
    other = [{"name": "backend", "imageID": "docker://sha256:" + "b" * 64}]
    tools.change(pods=[pod(status__containerStatuses=other), pod("frontend")])
    with pytest.raises(PodsError, match="backend-1 runs docker://sha256:bbb") as caught:
        pods.identity(started)
    assert caught.value.mend == "./taskflow up --rebuild"
    tools.change(pods=[pod(), pod("frontend")])
    assert pods.identity(started) == "2 pods run exactly what was built"


def test_a_crash_is_told_with_the_last_words_of_what_crashed(
    started: Deployment, tools: Tools
) -> None:
    crashing = pod(status__containerStatuses=[restarted(2, 3)], status__conditions=[])
    tools.change(pods=[crashing, pod("frontend")], logs="Traceback:\nRuntimeError: no such table\n")
    with pytest.raises(PodsError) as caught:
        _wait(started)
    assert caught.value.message == (
        "backend-1: its container backend keeps ending with code 3. "
        "It said: “RuntimeError: no such table”."
    )
    assert caught.value.mend.endswith("logs backend-1 --container backend --previous")


def test_what_a_successor_says_is_not_what_the_one_that_crashed_said(
    started: Deployment, tools: Tools
) -> None:
    crashing = pod(status__containerStatuses=[restarted(2, 3)], status__conditions=[])
    tools.change(pods=[crashing, pod("frontend")], logs="RuntimeError: it\n")
    with pytest.raises(PodsError, match="It said: “RuntimeError: it”"):
        _wait(started)
    assert all("--previous" in call for call in tools.calls("kubectl", "logs"))


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ("unable to retrieve container logs for containerd://c0ffee\n", "code 3."),
        (f"{'.' * 190} a-secret-that-is-shortened\n", f"code 3. It said: “{'.' * 190} [redacted”."),
        ("It was MY_TOKEN=nobodys\n", "code 3. It said: “It was MY_TOKEN=[redacted]”."),
    ],
    ids=["no log is left", "a long line", "a variable"],
)
def test_last_words_are_a_containers_own_and_no_half_of_a_secret(
    started: Deployment, tools: Tools, log: str, told: str
) -> None:
    hide("a-secret-that-is-shortened")
    crashing = pod(status__containerStatuses=[restarted(2, 3)], status__conditions=[])
    tools.change(pods=[crashing, pod("frontend")], logs=log)
    with pytest.raises(PodsError) as caught:
        _wait(started)
    assert caught.value.message == f"backend-1: its container backend keeps ending with {told}"


def test_pods_that_never_become_ready_are_named_at_the_end(
    started: Deployment, tools: Tools,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(pods, "_HEARTBEAT_SECONDS", 0.0)
    with pytest.raises(PodsError, match=r"Not ready after 0 s: the pods to appear\."):
        _wait(started)
    tools.change(
        pods=[pod(status__conditions=[])],
        events=[event("Unhealthy", "backend-1", "Readiness probe failed: 503")],
        logs="what a request was answered\n",
    )
    with pytest.raises(PodsError, match=r"runs but is not ready: Readiness probe failed: 503$"):
        _wait(started)
    assert "waiting for backend-1 to be ready" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (
            pod(status__containerStatuses=[restarted(1, 1)]),
            "backend-1: its container backend keeps",
        ),
        (
            pod(status__containerStatuses=[ended("backend", 3)], status__conditions=[]),
            r"^Ready, but not for 5 s: backend-1: its container backend ended with code 3\. It sa",
        ),
        (
            pod(status__conditions=[]),
            r"^Ready, but not for 5 s: backend-1 runs but is not ready: Readiness probe failed",
        ),
    ],
    ids=["restarted", "ended", "fallen"],
)
def test_a_pod_that_is_ready_for_a_moment_only_does_not_count(
    started: Deployment, tools: Tools, monkeypatch: pytest.MonkeyPatch,
    later: dict[str, Any], told: str,
) -> None:  # fmt: skip
    started.changed = True
    monkeypatch.setattr(steadiness, "STEADY_SECONDS", 5.0)
    started.journal.entries.append({"at": "2026-01-20T10:29:59.900Z"})
    events = [event("Unhealthy", "backend-1", "Readiness probe failed: 503")]
    tools.change(pods=[pod(), pod("frontend")], events=events)
    looks = iter(range(100))
    seen = Watch.wait

    def wait(watch: Watch, seconds: float) -> None:
        if next(looks) == 3:
            tools.change(pods=[later, pod("frontend")])
        seen(watch, seconds)

    monkeypatch.setattr(Watch, "wait", wait)
    with pytest.raises(PodsError, match=told):
        _wait(started)


def test_the_moment_is_counted_from_when_the_new_pods_are_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([0.0, 1.0, 2.5, 3.0, 4.0, 5.6])
    monkeypatch.setattr(steadiness, "STEADY_SECONDS", 2.5)
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    new, other = [pod(), pod("frontend")], [pod(), pod("frontend-2")]
    steady = steadiness.Steadiness()
    assert not steady.look([pod(status__conditions=[]), pod("frontend")], 2), "not ready at 0"
    assert not steady.look(new, 2), "ready since 1"
    assert not steady.look(new, 2), "1.5 s later"
    assert not steady.look(new[:1], 2), "one of them is not told of"
    assert not steady.look(other, 2), "others, ready since 3"
    assert not steady.look(other, 2), "1 s later"
    assert steady.look(other, 2), "2.6 s later"


def test_a_container_that_was_started_again_is_not_steady(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([0.0, 0.1, 1.0, 2.2])
    monkeypatch.setattr(steadiness, "_TELLING_SECONDS", 2.0)
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    steady, again = steadiness.Steadiness(), restarted(1, 0) | {"ready": True}
    steady.look([pod(), pod("frontend")], 2)
    later = [pod(status__containerStatuses=[again]), pod("frontend")]
    assert not steady.look(later, 2), "the cause may be told in a moment"
    assert not steady.look(later, 2)
    told_at_once = steady.fell
    assert not steady.look(later, 2)
    assert (told_at_once, steady.fell) == ("", "backend-1/backend was started again")


def test_a_pod_that_fell_is_not_steady_even_if_it_is_ready_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([0.0, 1.0, 1.5, 3.1])
    monkeypatch.setattr(steadiness, "STEADY_SECONDS", 2.5)
    monkeypatch.setattr(steadiness, "_TELLING_SECONDS", 2.0)
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    steady, well = steadiness.Steadiness(), [pod(), pod("frontend")]
    steady.look(well, 2)
    assert not steady.look([pod(status__conditions=[]), pod("frontend")], 2)
    assert not steady.look(well, 2)
    told_at_once = steady.fell
    assert not steady.look(well, 2)
    assert (told_at_once, steady.fell) == ("", "backend-1 fell")


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed"])
def test_a_pod_that_does_not_come_back_with_the_node_is_replaced_once(
    started: Deployment, tools: Tools,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changed: bool,
) -> None:  # fmt: skip
    started.changed = changed
    monkeypatch.setattr(pods, "_COMES_BACK_SECONDS", 0.05)
    tools.change(pods=[pod("frontend"), pod(status__conditions=[])])
    if changed:  # a new release has to come up by itself
        with pytest.raises(PodsError, match="backend-1 runs but is not ready"):
            _wait(started)
    else:
        assert _wait(started).startswith("2 pods")
        assert "backend-1 does not come back: it is replaced." in capsys.readouterr().err
    deleted = [call for call in tools.calls() if "delete" in call]
    assert len(deleted) == (0 if changed else 1)
