"""The proof that nobody but the frontend reaches the backend: a pod of the release's own test."""

import re
import threading
from typing import Any

import pytest
import yaml

from taskflow_deploy import kube
from taskflow_deploy.errors import ClusterError, ContextRefusedError, ContractError
from taskflow_deploy.inside import isolation
from taskflow_deploy.inside.isolation import only_the_frontend
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_FOUND = "This pod does not reach the backend itself, at taskflow-backend-service:8000 (no answer)."
_LABELS = {
    "app.kubernetes.io/name": "taskflow",
    "app.kubernetes.io/instance": "taskflow",
    "app.kubernetes.io/component": "test",
    "app.kubernetes.io/managed-by": "Helm",
}


def hook(name: str) -> dict[str, Any]:
    """Return a test pod as the chart makes it."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"taskflow-test-{name}",
            "labels": _LABELS,
            "annotations": {"helm.sh/hook": "test"},
        },
        "spec": {"containers": [{"name": name, "image": "taskflow-frontend:abc"}]},
    }


@pytest.fixture
def release(cluster: RecordingCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """An installed release with both tests of the chart."""
    monkeypatch.setattr(isolation, "_POLL_SECONDS", 0.01)
    cluster.start()
    hooks = "".join(
        f"---\n# Source: taskflow/templates/test-{name}-pod.yaml\n{yaml.safe_dump(hook(name))}"
        for name in ("isolation", "journey")
    )
    tools.change(
        hooks=hooks,
        revisions=[{"revision": 1, "status": "deployed", "values": {}}],
        phases=["Pending", "Running", "Succeeded"],
        logs=f"ok      The backend answers through the frontend.\nok      {_FOUND}\n",
    )
    return tools


def pods(tools: Tools) -> list[str]:
    """Return the names of the pods that are there."""
    return [name for name in tools.state("objects", {}) if name.startswith("Pod/")]


def applied(tools: Tools) -> dict[str, Any]:
    """Return the pod that was made."""
    text = tools.said_to("kubectl", "apply")
    [made] = yaml.safe_load(text)["items"]
    found: dict[str, Any] = made
    return found


def test_the_releases_own_test_is_run_beside_helms(
    release: Tools, cluster: RecordingCluster
) -> None:
    assert only_the_frontend(cluster) == _FOUND
    made = applied(release)
    assert made["spec"] == hook("isolation")["spec"]
    assert made["metadata"]["labels"] == {**_LABELS, **kube.OWN_LABELS}
    assert made["metadata"].keys() == {"name", "labels"}, "no hook of Helm's"
    assert re.fullmatch(r"taskflow-test-isolation-[a-z]{5}", made["metadata"]["name"])
    assert pods(release) == []
    [logs] = release.calls("kubectl", "logs")
    assert logs[2:] == [made["metadata"]["name"], "--container", "isolation", "--tail=20"]


def test_where_the_backend_is_reached_its_line_is_told(
    release: Tools, cluster: RecordingCluster
) -> None:
    line = "Network policies are not enforced by this cluster: this pod reached the-backend:8000."
    release.change(phases=["Failed"], logs=f"ok      so far\nFAILED  {line}\n")
    with pytest.raises(ContractError) as caught:
        only_the_frontend(cluster)
    assert caught.value.message == line
    assert pods(release) == []


def test_a_pod_that_says_nothing_proves_nothing(release: Tools, cluster: RecordingCluster) -> None:
    release.change(logs="")
    with pytest.raises(ContractError, match=r"The pod taskflow-test-isolation-\w+ said nothing"):
        only_the_frontend(cluster)


def test_a_good_line_of_a_pod_that_failed_proves_nothing(
    release: Tools, cluster: RecordingCluster
) -> None:
    release.change(phases=["Failed"])
    with pytest.raises(ContractError, match="does not reach"):
        only_the_frontend(cluster)


def test_a_release_without_that_test_proves_nothing(
    release: Tools, cluster: RecordingCluster
) -> None:
    release.change(hooks=f"---\n{yaml.safe_dump(hook('journey'))}")
    with pytest.raises(ContractError, match="no test of its isolation"):
        only_the_frontend(cluster)
    assert release.calls("kubectl", "apply") == []


def test_without_a_release_that_is_told(release: Tools, cluster: RecordingCluster) -> None:
    release.change(revisions=[])
    with pytest.raises(ClusterError, match="The release cannot be read"):
        only_the_frontend(cluster)


def test_a_pod_that_does_not_end_is_not_waited_for(
    release: Tools, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_MOST_SECONDS", 0.1)
    waiting = {"state": {"waiting": {"reason": "ErrImageNeverPull"}}}
    release.change(phases=["Pending"], pod_status={"containerStatuses": [waiting]})
    with pytest.raises(ClusterError, match=r"did not end within 0\.1 s: ErrImageNeverPull\.$"):
        only_the_frontend(cluster)
    assert pods(release) == []


def test_a_pod_that_cannot_be_made_is_told(release: Tools, cluster: RecordingCluster) -> None:
    release.fail("kubectl apply", "Error from server (Forbidden): quota")
    with pytest.raises(ClusterError, match="could not be made") as caught:
        only_the_frontend(cluster)
    assert caught.value.details == ["Error from server (Forbidden): quota"]


def test_a_cluster_that_goes_away_is_told(release: Tools, cluster: RecordingCluster) -> None:
    release.fail("kubectl get pod", "connection refused")
    with pytest.raises(ClusterError, match="does not answer"):
        only_the_frontend(cluster)
    assert pods(release) == []


def test_ctrl_c_removes_the_pod(
    release: Tools, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_seconds: float) -> None:
        assert len(pods(release)) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr("taskflow_deploy.inside.isolation.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        only_the_frontend(cluster)
    assert pods(release) == []


def test_what_a_killed_run_left_is_removed_and_what_runs_is_left(
    release: Tools, cluster: RecordingCluster
) -> None:
    def left(name: str, phase: str, manager: str) -> tuple[str, dict[str, Any]]:
        labels = {**_LABELS, "app.kubernetes.io/managed-by": manager}
        made = {"kind": "Pod", "metadata": {"name": name, "labels": labels},
                "status": {"phase": phase}}  # fmt: skip
        return f"Pod/taskflow/{name}", made

    stays = [left("beside", "Running", "taskflow"), left("helms", "Succeeded", "Helm")]
    release.change(objects=dict([left("old", "Failed", "taskflow"), *stays]))
    only_the_frontend(cluster)
    assert pods(release) == [name for name, _ in stays]


def test_nothing_is_made_in_a_cluster_that_is_not_ours(
    release: Tools, cluster: RecordingCluster
) -> None:
    cluster.refuses = "it is another's"
    with pytest.raises(ContextRefusedError, match="it is another's"):
        only_the_frontend(cluster)
    assert release.calls("kubectl", "apply") == []


def test_two_may_run_side_by_side(release: Tools, cluster: RecordingCluster) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(only_the_frontend(cluster)))
               for _ in range(2)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [_FOUND, _FOUND]
    assert pods(release) == []
