"""What each checkpoint accepts and refuses, where the pipeline's tests do not show it."""

from dataclasses import replace

import pytest

from taskflow_deploy import built_images, sources
from taskflow_deploy.checkpoints import built, chart, loaded, prerequisites, rendering
from taskflow_deploy.checkpoints.deployment import Deployment, Wishes
from taskflow_deploy.checkpoints.passing import hold
from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.contract.static import check
from taskflow_deploy.contract.static.sides import Disagreement
from taskflow_deploy.errors import (
    ChartError,
    ContextRefusedError,
    DatabaseUnreachableError,
    ImageLoadError,
    PortInUseError,
    SourcesError,
)
from taskflow_deploy.settings import Settings
from tests.unit.deployments import IMAGE_ID
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


def _given(deployment: Deployment, url: str) -> Deployment:
    settings = Settings(url, deployment.settings.better_auth_secret, "", 30300)
    return Deployment(deployment.paths, deployment.output, settings, deployment.cluster)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_database_on_localhost_cannot_be_reached_from_a_pod(
    deployment: Deployment, tools: Tools, host: str
) -> None:
    with pytest.raises(DatabaseUnreachableError, match="localhost") as caught:
        hold(prerequisites.CHECKPOINT, _given(deployment, f"postgresql://u:p@{host}/app"))
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
            hold(prerequisites.CHECKPOINT, _given(deployment, url))
        assert "wrong-password" not in str(caught.value) + "".join(caught.value.details)
    assert tools.calls() == []


def test_a_given_database_is_used_as_it_was_given(
    deployment: Deployment, database_url: str
) -> None:
    mine = _given(deployment, database_url.replace("postgresql://", "postgresql+asyncpg://"))
    assert (
        hold(prerequisites.CHECKPOINT, mine).fact == "minikube cluster, your database at 127.0.0.2"
    )
    assert mine.database_url == mine.settings.database_url
    assert (deployment.paths.state / "cluster-kind").read_text("ascii") == "minikube"


def test_a_context_that_is_not_ours_is_refused_before_anything_is_written(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools, database_url: str
) -> None:
    cluster.kind = "embedded"
    with pytest.raises(ContextRefusedError):
        hold(prerequisites.CHECKPOINT, _given(deployment, database_url))
    assert [call[1:3] for call in tools.calls("kubectl")] == [["config", "view"]]
    assert tools.calls("helm") == []


@pytest.mark.parametrize(("namespace", "free"), [("default", False), ("taskflow", True)])
def test_a_node_port_of_another_service_is_named(
    deployment: Deployment, tools: Tools, database_url: str, namespace: str, free: bool
) -> None:
    metadata = {"name": "theirs", "namespace": namespace}
    services = [
        {"kind": "Service", "metadata": {"name": "plain", "namespace": "default"}, "spec": {}},
        {
            "kind": "Service",
            "metadata": metadata,
            "spec": {"ports": [{"port": 80, "nodePort": 30300}]},
        },
    ]
    tools.change(services=services)
    if free:
        hold(prerequisites.CHECKPOINT, _given(deployment, database_url))
        return
    with pytest.raises(PortInUseError, match="30300 belongs to the service theirs") as caught:
        hold(prerequisites.CHECKPOINT, _given(deployment, database_url))
    assert "TASKFLOW_NODE_PORT" in caught.value.resolution


def test_an_image_that_the_node_has_is_not_built_again(
    deployment: Deployment, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hold(built.CHECKPOINT, deployment).fact.startswith("built taskflow-backend:")
    assert "taskflow-backend is built on python:3.11-slim" in capsys.readouterr().err
    for image in deployment.images.values():
        deployment.cluster.load(image)
    assert hold(built.CHECKPOINT, deployment).fact == "sources unchanged"
    assert len(tools.calls("cluster", "build")) == 2


def test_an_image_that_only_has_the_right_name_is_not_believed(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    images = [image.reference for image in sources.images(deployment.paths.repository)]
    tools.change(node_images=dict.fromkeys(images, "sha256:of-somebody"))
    assert hold(built.CHECKPOINT, deployment).fact.startswith("built "), "nobody knows its id"
    tools.change(node_images=dict.fromkeys(images, "sha256:of-somebody"))
    assert hold(built.CHECKPOINT, deployment).fact == "sources unchanged"
    monkeypatch.setattr(cluster, "load", lambda _image: None)
    with pytest.raises(ImageLoadError, match="The node has sha256:of-somebody") as caught:
        hold(loaded.CHECKPOINT, deployment)
    assert caught.value.mend == "./taskflow up --rebuild"


def test_an_image_whose_sources_changed_meanwhile_is_built_again(
    deployment: Deployment, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sources.images(deployment.paths.repository)
    saved = [replace(before[0], tag="saved"), before[1]]
    told = iter([before, saved])
    with monkeypatch.context() as context:
        context.setattr(built, "images", lambda _repository: next(told))
        context.setattr(sources, "images", lambda _repository: saved)
        with pytest.raises(SourcesError, match="taskflow-backend were changed while"):
            hold(built.CHECKPOINT, deployment)
    hold(loaded.CHECKPOINT, deployment)
    assert hold(built.CHECKPOINT, deployment).fact == f"built {before[0].reference}"


def test_a_rebuild_builds_what_is_there(deployment: Deployment, tools: Tools) -> None:
    hold(built.CHECKPOINT, deployment)
    hold(loaded.CHECKPOINT, deployment)
    deployment.wishes = Wishes(rebuild=True)
    assert hold(built.CHECKPOINT, deployment).fact.startswith("built ")
    assert len(tools.calls("cluster", "build")) == 4


def test_ids_of_builds_are_kept_and_forgotten_with_the_node(deployment: Deployment) -> None:
    assert built_images.recall(deployment.paths, "taskflow-backend:abc") is None
    for number in range(60):
        image = BuiltImage(f"taskflow-backend:{number}", f"sha256:{number}", {}, cached=False)
        built_images.remember(deployment.paths, image)
    assert built_images.recall(deployment.paths, "taskflow-backend:59") == "sha256:59"
    assert built_images.recall(deployment.paths, "taskflow-backend:19") is None, "only forty"
    built_images.forget(deployment.paths)
    assert built_images.recall(deployment.paths, "taskflow-backend:59") is None


def test_an_image_with_another_id_is_refused(
    deployment: Deployment, cluster: RecordingCluster, tools: Tools
) -> None:
    assert hold(loaded.CHECKPOINT, deployment).fact == "taskflow-backend:abc, taskflow-frontend:abc"
    cluster.loses_images = True
    tools.change(node_images={"taskflow-backend:abc": "sha256:old"})
    with pytest.raises(ImageLoadError) as caught:
        hold(loaded.CHECKPOINT, deployment)
    for part in ("sha256:old", IMAGE_ID, "taskflow-backend:abc"):
        assert part in caught.value.message
    tools.change(node_images={})
    with pytest.raises(ImageLoadError, match="no image"):
        hold(loaded.CHECKPOINT, deployment)


def test_values_hold_no_secret_but_change_with_it(deployment: Deployment) -> None:
    first = rendering.values(deployment)
    assert first["backend"]["image"] == {"repository": "taskflow-backend", "tag": "abc"}
    assert first["frontend"]["service"] == {"nodePort": 30300}
    assert first["backend"]["config"]["corsOrigins"] == "http://127.0.0.1:30300"
    assert deployment.settings.better_auth_secret not in repr(first)
    deployment.database_url = "postgresql://u:another@h/d"
    second = rendering.values(deployment)
    assert second["backend"]["secrets"] != first["backend"]["secrets"]
    assert second["frontend"] == first["frontend"], "only the backend uses the database"


def test_the_chart_names_what_was_built_and_until_then_what_would_be(
    deployment: Deployment,
) -> None:
    [backend, frontend] = sources.images(deployment.paths.repository)
    del deployment.images[backend.name]
    made = rendering.values(deployment)
    assert made["backend"]["image"]["tag"] == backend.tag
    assert made["frontend"]["image"]["tag"] == "abc" != frontend.tag


@pytest.mark.parametrize(
    ("address", "port"), [("h", 5432), ("h:15432", 15432), ("u:p@[2001:db8::1]:6543", 6543)]
)
def test_pods_may_leave_towards_the_port_of_the_database(
    deployment: Deployment, address: str, port: int
) -> None:
    deployment.database_url = f"postgresql://{address}/d"
    assert rendering.values(deployment)["networkPolicy"] == {"postgresPort": port}


def test_what_code_and_documents_do_not_agree_on_is_not_deployed(
    deployment: Deployment, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = [
        Disagreement(f"the port of {name}", "1", "2", "a.py:3", "b.yaml", "Make them the same.")
        for name in ("one", "two")
    ]
    monkeypatch.setattr(check, "check", lambda _repository: check.Checked(apart))
    with pytest.raises(ChartError, match=r"the port of one: 1 in a\.py:3, 2 in b\.yaml") as caught:
        hold(chart.CHECKPOINT, deployment)
    assert caught.value.resolution == "Make them the same."
    assert caught.value.details == ["the port of two: 1 in a.py:3, 2 in b.yaml"]
    assert caught.value.mend == "./taskflow verify --static"
    assert not any(call[1] == "upgrade" for call in tools.calls("helm"))
