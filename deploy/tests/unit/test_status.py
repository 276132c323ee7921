"""Status: one look says whether it is up, what runs, and what happened last."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy import journal, kube, lock, records, sources, status
from taskflow_deploy.clusters.base import ClusterStatus, PartStatus
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.records import Verified
from taskflow_deploy.runner import Completed
from tests.unit.pods import event, pod, restarted
from tests.unit.recording import RecordingCluster
from tests.unit.served import Health, serve
from tests.unit.tools import Tools

_NOW = 1_000_000_000.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where something answers."""
    with serve(Health) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def deployed(tools: Tools, cluster: RecordingCluster, paths: Paths, url: str) -> RecordingCluster:
    """A cluster with revision 2, verified, made of the sources here."""
    cluster.start()
    images = {image.name: image.reference for image in sources.images(REPOSITORY)}
    pods = [pod(part, images[f"taskflow-{part}"]) for part in ("backend", "frontend")]
    for number, one in enumerate(pods):
        one["metadata"]["creationTimestamp"] = "2026-01-20T10:30:00Z"
        one["status"]["phase"] = "Running"
        one["status"]["containerStatuses"][0] |= {"ready": True, "restartCount": number}
    revisions = [{"revision": n, "status": s, "values": {}} for n, s in
                 ((1, "superseded"), (2, "deployed"))]  # fmt: skip
    tools.change(pods=pods, revisions=revisions, events=[])
    records.remember(paths, Verified(2, "", url, "2026-01-20T10:31:00Z"))
    return cluster


def _change(tools: Tools, number: int, **changes: Any) -> None:
    pods = tools.state("pods")
    pods[number]["status"] |= changes
    tools.change(pods=pods)


def test_a_deployment_that_is_well_is_up(deployed: RecordingCluster, paths: Paths) -> None:
    found = status.look(paths, deployed)
    assert (found.state, found.reason) == ("up", "")
    assert (found.revision, found.verified) == (2, "2026-01-20T10:31:00Z")
    assert found.differs == []
    assert [(one.name, one.ready, one.containers, one.restarts) for one in found.pods] == [
        ("backend-1", 1, 1, 0),
        ("frontend-1", 1, 1, 1),
    ]
    assert all(one.age > 0 and one.memory is None for one in found.pods)
    assert (found.last, found.evidence) == (None, None)


def test_a_pod_that_is_not_ready_is_the_reason(
    deployed: RecordingCluster, paths: Paths, tools: Tools
) -> None:
    _change(tools, 0, conditions=[{"type": "Ready", "status": "False"}])
    found = status.look(paths, deployed)
    assert (found.state, found.reason) == ("ill", "backend-1 runs but is not ready.")


def test_a_pod_that_is_ready_is_well_however_often_it_was_started_again(
    deployed: RecordingCluster, paths: Paths, tools: Tools
) -> None:
    again = restarted(3, ready=True)
    old = event("FailedCreate", "taskflow-migrations-1", "quota")
    _change(tools, 0, containerStatuses=[again])
    tools.change(events=[old])
    assert status.look(paths, deployed).state == "up"
    _change(tools, 1, conditions=[{"type": "Ready", "status": "False"}])
    assert status.look(paths, deployed).reason.startswith("frontend-1 runs but is not ready")
    tools.change(pods=[])
    assert (
        status.look(paths, deployed).reason == "taskflow-migrations-1 cannot make its pods: quota"
    )


def test_an_address_that_does_not_answer_is_the_reason(
    deployed: RecordingCluster, paths: Paths, url: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    for address, told in (
        (f"{url}/broken", f"{url}/broken/health answers with 503, not 200."),
        (closed, f"{closed} does not answer: [Errno 111] Connection refused."),
    ):
        records.remember(paths, Verified(2, "", address))
        found = status.look(paths, deployed)
        assert (found.state, found.reason) == ("ill", told)


def test_a_release_without_pods_is_ill_and_none_is_not_deployed(
    deployed: RecordingCluster, paths: Paths, tools: Tools
) -> None:
    tools.change(pods=[])
    assert status.look(paths, deployed).reason == "There is no pod."
    tools.change(revisions=[])
    records.forget(paths)
    found = status.look(paths, deployed)
    assert (found.state, found.url, found.revision) == ("not deployed", "not deployed", None)


def test_a_cluster_that_is_stopped_keeps_what_is_deployed(
    deployed: RecordingCluster, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = ClusterStatus(exists=True, running=False)
    monkeypatch.setattr(deployed, "status", lambda: stopped)
    found = status.look(paths, deployed)
    assert (found.state, found.reason) == ("stopped", "The cluster is stopped.")


def test_a_revision_that_was_not_verified_and_other_sources_are_told(
    deployed: RecordingCluster, paths: Paths, tools: Tools
) -> None:
    revisions = [*tools.state("revisions"), {"revision": 3, "status": "deployed", "values": {}}]
    pods = tools.state("pods")
    pods[1]["spec"]["containers"][0]["image"] = "taskflow-frontend:old"
    tools.change(pods=pods, revisions=revisions)
    found = status.look(paths, deployed)
    assert (found.revision, found.verified, found.differs) == (3, "", ["frontend"])


def test_pods_of_jobs_that_went_well_are_left_out(
    deployed: RecordingCluster, paths: Paths, tools: Tools
) -> None:
    done = pod("migrations", status__phase="Succeeded")
    tools.change(pods=[*tools.state("pods"), done])
    assert len(status.look(paths, deployed).pods) == 2


def test_memory_is_what_the_node_tells(
    deployed: RecordingCluster, paths: Paths, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    pods = tools.state("pods")
    for one in pods:
        one["spec"]["nodeName"] = "node"
    tools.change(pods=pods)
    told = {"pods": [
        {"podRef": {"name": "backend-1", "namespace": "taskflow"},
         "memory": {"workingSetBytes": 117_000_000}},
        {"podRef": {"name": "frontend-1", "namespace": "other"},
         "memory": {"workingSetBytes": 1}},
        {"podRef": {"name": "frontend-1", "namespace": "taskflow"},
         "memory": {"workingSetBytes": 0}},
    ]}  # fmt: skip
    asked: list[tuple[str, ...]] = []
    real = kube.kubectl

    def kubectl(cluster: Any, *words: str, **given: Any) -> Any:
        if words[:2] != ("get", "--raw"):
            return real(cluster, *words, **given)
        asked.append(words)
        return Completed([], 0, json.dumps(told), "", 0.0)

    monkeypatch.setattr(kube, "kubectl", kubectl)
    found = status.look(paths, deployed)
    assert [one.memory for one in found.pods] == [117_000_000, None]
    assert [call[2] for call in asked] == ["/api/v1/nodes/node/proxy/stats/summary"]


def test_the_last_command_is_told_by_how_it_ended(paths: Paths) -> None:
    assert status.last_command(paths) is None
    noted = journal.begin(paths, "up")
    noted.note("built", "began")
    found = status.last_command(paths)
    assert found is not None
    assert (found.command, found.how, found.reason) == ("up", "killed", "at built")
    with lock.exclusive(paths):
        found = status.last_command(paths)
    assert found is not None
    assert found.how == "running"
    noted.note("pods.ready", "failed", reason="It crashed.")
    noted.end("failed")
    found = status.last_command(paths)
    assert found is not None
    assert (found.how, found.reason) == ("failed", "It crashed.")
    noted.end("verified")
    found = status.last_command(paths)
    assert found is not None
    assert (found.how, found.reason) == ("verified", "")


def test_a_database_of_the_users_is_asked_whether_it_takes_connections(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("DATABASE_URL", f"postgresql://u:a-password@127.0.0.1:{port}/d")
        told = f"yours (DATABASE_URL), 127.0.0.1:{port}"
        assert status._database(paths) == PartStatus("database", True, f"{told}, takes connections")
    found = status._database(paths)
    assert not found.well
    assert found.detail.startswith(f"{told}, does not answer: ")
    monkeypatch.setenv("DATABASE_URL", "mysql://h/d")
    assert status._database(paths).detail.startswith("DATABASE_URL is not the URL")
    monkeypatch.delenv("DATABASE_URL")
    assert status._database(paths) == PartStatus("postgresql", False, "not created")
    assert list(paths.state.iterdir()) == [], "to look leaves nothing behind"


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2001-09-09T01:46:30Z", 10),
        ("2001-09-09T01:46:30.500Z", 9.5),
        ("2001-09-09T01:46:30", 10),
        ("2001-09-09T01:46:50Z", 0),
        ("", 0),
    ],
)
def test_times_are_read_as_records_journals_and_kubernetes_write_them(
    moment: str, seconds: float
) -> None:
    assert status.seconds_since(moment, lambda: _NOW) == seconds


def test_a_lock_that_nobody_holds_is_not_held(paths: Paths) -> None:
    assert not lock.is_held(paths)
    with lock.exclusive(paths):
        assert lock.is_held(paths)
        (paths.state / "kept").touch()
    assert Path(paths.lock).exists()
    assert not lock.is_held(paths)
