"""Going back is waited for, and what does not come up is told with its cause."""

from typing import Any

import pytest

from taskflow_deploy import settling
from taskflow_deploy.errors import PodsError
from taskflow_deploy.output import Output
from tests.unit.deployments import Run
from tests.unit.pods import event, pod, restarted, waiting
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_REVISION = "deployment.kubernetes.io/revision"
_READY = {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1}
_CRASHING: dict[str, Any] = {
    "status__containerStatuses": [restarted(2, 3)], "status__conditions": [],
}  # fmt: skip
_NO_IMAGE: dict[str, Any] = {
    "status__containerStatuses": waiting("ErrImageNeverPull"), "status__conditions": [],
}  # fmt: skip


def _deployment(*, seen: int = 2, ready: int = 0) -> dict[str, Any]:
    labels = {"app": "taskflow", "component": "backend"}
    metadata = {"name": "taskflow-backend", "namespace": "taskflow", "labels": labels}
    return {
        "kind": "Deployment",
        "metadata": {**metadata, "generation": 2, "annotations": {_REVISION: "3"}},
        "spec": {"replicas": 1},
        "status": {**_READY, "observedGeneration": seen, "readyReplicas": ready},
    }


def _replica_set(revision: str, made: str) -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"taskflow-backend-{made}",
            "namespace": "taskflow",
            "labels": {"app": "taskflow", "pod-template-hash": made},
            "annotations": {_REVISION: revision},
            "ownerReferences": [{"name": "taskflow-backend"}],
        },
    }


def _pod(made: str, **changes: Any) -> dict[str, Any]:
    found = pod(**changes)
    found["metadata"] |= {"name": f"backend-{made}"}
    found["metadata"]["labels"]["pod-template-hash"] = made
    return {"kind": "Pod", **found}


@pytest.fixture
def settle(run: Run, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Wait for a moment, where revision 3 is wanted and revision 2 has failed."""
    monkeypatch.setattr(settling, "_READY_SECONDS", 0.3)
    cluster: RecordingCluster = run.cluster
    cluster.start()

    def settle(*pods: dict[str, Any], events: Any = (), **deployment: Any) -> None:
        tools.change(
            pods=list(pods), events=list(events), deployments=[_deployment(**deployment)],
            replicasets=[_replica_set("2", "bad"), _replica_set("3", "old")],
        )  # fmt: skip
        settling.wait(Output(), cluster)

    return settle


def test_it_ends_once_the_pods_of_before_are_alone_and_ready(settle: Any) -> None:
    settle(_pod("old"), ready=1)
    with pytest.raises(PodsError, match=r"was not ready after 0 s\.$"):
        settle(_pod("old"), _pod("bad", **_CRASHING), ready=1)
    with pytest.raises(PodsError, match=r"was not ready after 0 s\.$"):
        settle(_pod("old"), ready=1, seen=1)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        (_CRASHING, r"backend-old: its container backend keeps ending with code 3\.$"),
        (_NO_IMAGE, "backend-old: ErrImageNeverPull: because$"),
    ],
)
def test_what_cannot_come_up_is_told_at_once(
    settle: Any, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], cause: str
) -> None:
    monkeypatch.setattr(settling, "_READY_SECONDS", 60.0)
    with pytest.raises(PodsError, match=rf"^What was gone back to does not run: {cause}"):
        settle(_pod("old", **changes))


def test_pods_of_what_failed_are_no_cause(settle: Any) -> None:
    slow, bad = _pod("old", status__conditions=[]), _pod("bad", **_CRASHING)
    with pytest.raises(PodsError, match=r"was not ready after 0 s: backend-old runs but"):
        settle(slow, bad)
    # The cluster has not even seen that another revision is wanted.
    with pytest.raises(PodsError, match=r"was not ready after 0 s\.$"):
        settle(slow, bad, seen=1)


def test_what_comes_too_late_is_told_with_its_likeliest_cause(settle: Any) -> None:
    events = [event("Unhealthy", "backend-old", "Readiness probe failed: 503")]
    told = r"after 0 s: backend-old runs but is not ready: Readiness probe failed: 503$"
    with pytest.raises(PodsError, match=told):
        settle(_pod("old", status__conditions=[]), events=events)
