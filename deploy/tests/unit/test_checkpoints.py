"""What each checkpoint accepts and refuses, where the pipeline's tests do not show it."""

from typing import Any

import pytest

from taskflow_deploy.checkpoints import built, chart, loaded, pods, prerequisites
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.errors import (
    ContextRefusedError,
    DatabaseUnreachableError,
    ImageLoadError,
    PodsError,
    PortInUseError,
)
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.settings import Settings
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_ID = "sha256:" + "a" * 64


@pytest.fixture
def cluster(tools: Tools, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> RecordingCluster:
    """A cluster, not started."""
    tools.install("kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    return RecordingCluster(tools, paths)


@pytest.fixture
def deployment(paths: Paths, cluster: RecordingCluster) -> Deployment:
    """A deployment whose images are built."""
    settings = Settings(None, "a-secret-of-the-tests-with-enough-letters", "", 30300)
    made = Deployment(paths, Output(), settings, cluster, database_url="postgresql://u:p@h/d")
    for part in ("backend", "frontend"):
        name = f"taskflow-{part}"
        made.images[name] = BuiltImage(f"{name}:abc", _ID, {}, cached=True)
    return made


def _given(deployment: Deployment, url: str) -> Deployment:
    settings = Settings(url, deployment.settings.better_auth_secret, "", 30300)
    return Deployment(deployment.paths, deployment.output, settings, deployment.cluster)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_database_on_localhost_cannot_be_reached_from_a_pod(
    deployment: Deployment, tools: Tools, host: str
) -> None:
    with pytest.raises(DatabaseUnreachableError, match="localhost") as caught:
        prerequisites.run(_given(deployment, f"postgresql://u:p@{host}/app"))
    assert "unset it" in caught.value.resolution
    assert tools.calls() == [], "nothing was started"


def test_a_database_that_does_not_let_us_in_is_told_before_anything_starts(
    deployment: Deployment, tools: Tools, database_url: str
) -> None:
    user, _, rest = database_url.rpartition("@")
    wrong = f"{user.rpartition(':')[0]}:wrong-password@{rest}"
    nobody = "postgresql://u:p@127.0.0.2:1/app"
    for url, why in ((wrong, "InvalidPasswordError"), (nobody, "ConnectionRefusedError")):
        with pytest.raises(DatabaseUnreachableError, match=why) as caught:
            prerequisites.run(_given(deployment, url))
        assert "wrong-password" not in str(caught.value) + "".join(caught.value.details)
    assert tools.calls() == []


def test_a_given_database_is_used_as_it_was_given(
    deployment: Deployment, database_url: str
) -> None:
    mine = _given(deployment, database_url.replace("postgresql://", "postgresql+asyncpg://"))
    assert prerequisites.run(mine) == "minikube cluster, your database at 127.0.0.2"
    assert mine.database_url == mine.settings.database_url
    assert (deployment.paths.state / "cluster-kind").read_text("ascii") == "minikube"


def test_a_context_that_is_not_ours_is_refused_before_anything_is_written(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools, database_url: str
) -> None:
    cluster.kind = "embedded"
    with pytest.raises(ContextRefusedError):
        prerequisites.run(_given(deployment, database_url))
    assert [call[1:3] for call in tools.calls("kubectl")] == [["config", "view"]]
    assert tools.calls("helm") == []


@pytest.mark.parametrize(("namespace", "free"), [("default", False), ("taskflow", True)])
def test_a_node_port_of_another_service_is_named(
    deployment: Deployment, tools: Tools, database_url: str, namespace: str, free: bool
) -> None:
    metadata = {"name": "theirs", "namespace": namespace}
    services = [
        {"metadata": {"name": "plain", "namespace": "default"}, "spec": {}},
        {"metadata": metadata, "spec": {"ports": [{"port": 80, "nodePort": 30300}]}},
    ]
    tools.change(services=services)
    if free:
        prerequisites.run(_given(deployment, database_url))
        return
    with pytest.raises(PortInUseError, match="30300 belongs to the service theirs") as caught:
        prerequisites.run(_given(deployment, database_url))
    assert "TASKFLOW_NODE_PORT" in caught.value.resolution


def test_an_image_that_the_node_has_is_not_built_again(
    deployment: Deployment, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    assert built.run(deployment).startswith("built taskflow-backend:")
    assert "taskflow-backend is built on python:3.11-slim" in capsys.readouterr().err
    for image in deployment.images.values():
        deployment.cluster.load(image)
    assert built.run(deployment) == "sources unchanged"
    assert len(tools.calls("cluster", "build")) == 2


def test_an_image_with_another_id_is_refused(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools
) -> None:
    assert loaded.run(deployment) == "taskflow-backend:abc, taskflow-frontend:abc"
    cluster.loses_images = True
    tools.change(node_images={"taskflow-backend:abc": "sha256:old"})
    with pytest.raises(ImageLoadError) as caught:
        loaded.run(deployment)
    for part in ("sha256:old", _ID, "taskflow-backend:abc"):
        assert part in caught.value.message
    tools.change(node_images={})
    with pytest.raises(ImageLoadError, match="no image"):
        loaded.run(deployment)


def test_values_hold_no_secret_but_change_with_it(deployment: Deployment) -> None:
    first = chart.chart_values(deployment)
    assert first["backend"]["image"] == {"repository": "taskflow-backend", "tag": "abc"}
    assert first["frontend"]["service"] == {"nodePort": 30300}
    assert first["backend"]["config"]["corsOrigins"] == "http://127.0.0.1:30300"
    assert deployment.settings.better_auth_secret not in repr(first)
    deployment.database_url = "postgresql://u:another@h/d"
    second = chart.chart_values(deployment)
    assert second["backend"]["secrets"] != first["backend"]["secrets"]
    assert second["frontend"] == first["frontend"], "only the backend uses the database"


def _pod(**changes: Any) -> dict[str, Any]:
    """Return a pod that is new and ready, but for the changes."""
    pod: dict[str, Any] = {
        "metadata": {"name": "backend-1", "labels": {"component": "backend"}},
        "spec": {"containers": [{"image": "taskflow-backend:abc"}]},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "backend", "imageID": f"docker://{_ID}"}],
        },
    }
    for path, value in changes.items():
        part: Any = pod
        *way, last = path.split("__")
        for step in way:
            part = part[step]
        part[last] = value
    return pod


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, None),
        ({"metadata__deletionTimestamp": "2026-01-20T10:30:00Z"}, "backend-1 to end"),
        ({"spec__containers": [{"image": "taskflow-backend:old"}]}, "backend-1 to be replaced"),
        ({"status__conditions": []}, "backend-1 to be ready"),
        ({"status": {}}, "backend-1 to be ready"),
        (
            {"status__conditions": [{"type": "Ready", "status": "False"}]},
            "backend-1 to be ready",
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


def _waiting(reason: str, message: str = "because") -> list[dict[str, Any]]:
    state = {"waiting": {"reason": reason, "message": message}}
    return [{"name": "backend", "state": state}]


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
