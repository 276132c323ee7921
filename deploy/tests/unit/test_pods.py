"""When a pod counts, when waiting is in vain, and what is done where one does not come back."""

from typing import Any

import pytest

from taskflow_deploy.checkpoints import pods
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import PodsError
from tests.unit.deployments import IMAGE_ID
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


def _pod(**changes: Any) -> dict[str, Any]:
    """Return a pod that is new and ready, but for the changes."""
    pod: dict[str, Any] = {
        "metadata": {"name": "backend-1", "labels": {"component": "backend"}},
        "spec": {"containers": [{"image": "taskflow-backend:abc"}]},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "backend", "imageID": f"docker://{IMAGE_ID}"}],
        },
    }
    for path, value in changes.items():
        part: Any = pod
        *way, last = path.split("__")
        for step in way:
            part = part[step]
        part[last] = value
    return pod


def _waiting(reason: str, message: str = "because") -> list[dict[str, Any]]:
    state = {"waiting": {"reason": reason, "message": message}}
    return [{"name": "backend", "state": state}]


def _ended(name: str, code: int) -> dict[str, Any]:
    return {"name": name, "state": {"terminated": {"exitCode": code}}}


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
            {"status__conditions": [], "status__containerStatuses": _waiting("PodInitializing")},
            "backend-1 to be ready (backend: PodInitializing)",
        ),
        (
            {
                "status__conditions": [],
                "status__initContainerStatuses": [_ended("first", 0), _ended("migrate", 3)],
            },
            "backend-1 to be ready (migrate ended with code 3)",
        ),
    ],
)
def test_a_pod_counts_when_it_is_new_and_ready(
    deployment: Deployment, changes: dict[str, Any], missing: str | None
) -> None:
    assert pods.awaited(deployment, _pod(**changes)) == missing


def test_a_ready_pod_that_runs_another_image_is_refused(deployment: Deployment) -> None:
    other = [{"name": "backend", "imageID": "docker://sha256:" + "b" * 64}]
    with pytest.raises(PodsError, match="backend-1 runs docker://sha256:bbb"):
        pods.awaited(deployment, _pod(status__containerStatuses=other))


_NO_PLACE = {"type": "PodScheduled", "status": "False", "message": "Insufficient memory"}


@pytest.mark.parametrize(
    ("changes", "seconds", "cause"),
    [
        ({}, 100, None),
        ({"status__containerStatuses": _waiting("ContainerCreating")}, 100, None),
        (
            {"status__containerStatuses": _waiting("CreateContainerConfigError")},
            0,
            "backend-1: CreateContainerConfigError: because",
        ),
        (
            {"status__containerStatuses": _waiting(
                "CreateContainerConfigError",
                "failed to sync configmap cache: timed out waiting for the condition")},
            100,
            None,
        ),
        (
            {"status__initContainerStatuses": _waiting("ErrImageNeverPull")},
            0,
            "backend-1: ErrImageNeverPull: because",
        ),
        ({"status__conditions": [_NO_PLACE]}, 10, None),
        ({"status__conditions": [_NO_PLACE]}, 16, "backend-1 finds no place: Insufficient memory"),
        (
            {
                "status__containerStatuses": [
                    {"name": "backend", "restartCount": 2,
                     "lastState": {"terminated": {"exitCode": 137}}}
                ]
            },
            0,
            "backend-1: its container backend keeps ending with code 137.",
        ),
        ({"status__containerStatuses": [{"name": "backend", "restartCount": 1}]}, 0, None),
        (
            {
                "metadata__deletionTimestamp": "now",
                "status__containerStatuses": _waiting("ErrImageNeverPull"),
            },
            0,
            None,
        ),
    ],
)  # fmt: skip
def test_waiting_ends_where_it_would_be_in_vain(
    changes: dict[str, Any], seconds: float, cause: str | None
) -> None:
    assert pods.hopeless(_pod(**changes), seconds, {}) == cause


def test_restarts_of_before_do_not_count() -> None:
    ended = {"name": "backend", "restartCount": 6, "lastState": {"terminated": {"exitCode": 1}}}
    pod = _pod(status__containerStatuses=[ended])
    assert pods.restarts(pod) == {"backend-1/backend": 6}
    assert pods.hopeless(pod, 0, {"backend-1/backend": 5}) is None
    assert str(pods.hopeless(pod, 0, {"backend-1/backend": 4})).endswith("ending with code 1.")


def test_pods_that_never_become_ready_are_named_at_the_end(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    cluster.start()
    monkeypatch.setattr(pods, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(pods, "_LIMIT_SECONDS", 0.3)
    monkeypatch.setattr(pods, "_HEARTBEAT_SECONDS", 0.0)
    with pytest.raises(PodsError, match="the pods to appear"):
        pods.run(deployment)
    pod = _pod(status__conditions=[])
    pod["metadata"]["namespace"] = "taskflow"
    pod["metadata"]["labels"]["app"] = "taskflow"
    tools.change(pods=[pod])
    with pytest.raises(PodsError, match="backend-1 to be ready"):
        pods.run(deployment)
    assert "waiting for backend-1 to be ready" in capsys.readouterr().err


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed"])
def test_a_pod_that_does_not_come_back_with_the_node_is_replaced_once(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changed: bool,
) -> None:  # fmt: skip
    cluster.start()
    deployment.changed = changed
    monkeypatch.setattr(pods, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(pods, "_COMES_BACK_SECONDS", 0.05)
    monkeypatch.setattr(pods, "_LIMIT_SECONDS", 0.5)
    ready, stuck = _pod(), _pod(status__conditions=[])
    ready["metadata"].update(name="frontend-1")
    ready["metadata"]["labels"]["component"] = "frontend"
    ready["spec"]["containers"][0]["image"] = "taskflow-frontend:abc"
    for pod in (ready, stuck):
        pod["metadata"]["namespace"] = "taskflow"
        pod["metadata"]["labels"]["app"] = "taskflow"
    tools.change(pods=[ready, stuck])
    if changed:  # a new release has to come up by itself
        with pytest.raises(PodsError, match="backend-1 to be ready"):
            pods.run(deployment)
    else:
        assert pods.run(deployment) == "2 pods ready"
        assert "backend-1 does not come back: it is replaced." in capsys.readouterr().err
    deleted = [call for call in tools.calls() if "delete" in call]
    assert len(deleted) == (0 if changed else 1)
