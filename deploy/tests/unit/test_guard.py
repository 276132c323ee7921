"""Nothing is written to a cluster that is not plainly ours."""

import base64
import json
from typing import Any

import pytest

from taskflow_deploy.clusters.guard import require_our_cluster
from taskflow_deploy.errors import ContextRefusedError
from taskflow_deploy.paths import Paths
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


@pytest.fixture
def cluster(tools: Tools, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> RecordingCluster:
    """A started cluster whose kubeconfig a test may change."""
    tools.install("kubectl")
    tools.play_without_processes(monkeypatch)
    made = RecordingCluster(tools, paths)
    made.start()
    return made


def _change(paths: Paths, server: str = "", user: dict[str, Any] | None = None) -> None:
    view = json.loads(paths.kubeconfig.read_text(encoding="utf-8"))
    if server:
        view["clusters"][0]["cluster"]["server"] = server
    if user is not None:
        view["users"][0]["user"] = user
    paths.kubeconfig.write_text(json.dumps(view), encoding="utf-8")


@pytest.mark.parametrize(
    "server",
    [
        "https://192.168.49.2:8443",
        "https://127.0.0.1:32769",
        "https://[::1]:6443",
        "https://10.97.0.2",
    ],
)
def test_a_local_address_is_ours(cluster: RecordingCluster, paths: Paths, server: str) -> None:
    _change(paths, server)
    require_our_cluster(cluster)


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("https://34.118.2.9", "its address 34.118.2.9 is public"),
        ("https://[2a00:1450::1]:443", "its address 2a00:1450::1 is public"),
        ("https://abc.gr7.eu-west-1.eks.amazonaws.com", "amazonaws.com' is not at a local address"),
        ("https://localhost:6443", "'https://localhost:6443' is not at a local address"),
        ("https://[::1", "is not at a local address"),
        ("not an address", "is not at a local address"),
    ],
)
def test_an_address_elsewhere_is_refused(
    cluster: RecordingCluster, paths: Paths, server: str, reason: str
) -> None:
    _change(paths, server)
    _refused(cluster, reason)


@pytest.mark.parametrize("login", ["exec", "auth-provider"])
def test_a_login_by_a_program_is_refused(
    cluster: RecordingCluster, paths: Paths, login: str
) -> None:
    _change(paths, user={login: {"command": "aws"}})
    _refused(cluster, "it logs in by a program, as cloud clusters do")


def test_a_context_of_another_name_is_refused(cluster: RecordingCluster, paths: Paths) -> None:
    text = paths.kubeconfig.read_text(encoding="utf-8")
    paths.kubeconfig.write_text(text.replace('"taskflow"', '"prod"'), encoding="utf-8")
    cluster.context = "prod"
    _refused(cluster, "it is not the context that TaskFlow makes")


def test_a_context_that_is_not_there_is_refused(cluster: RecordingCluster, paths: Paths) -> None:
    paths.kubeconfig.unlink()
    with pytest.raises(ContextRefusedError, match="cannot be read") as caught:
        require_our_cluster(cluster)
    assert caught.value.details == ["error: cannot locate context taskflow"]


def test_a_context_that_names_no_user_or_no_cluster_is_no_crash(
    cluster: RecordingCluster, paths: Paths
) -> None:
    view = json.loads(paths.kubeconfig.read_text(encoding="utf-8"))
    view["contexts"][0]["context"]["user"] = ""
    paths.kubeconfig.write_text(json.dumps(view), encoding="utf-8")
    require_our_cluster(cluster)
    view["contexts"][0]["context"]["cluster"] = ""
    paths.kubeconfig.write_text(json.dumps(view), encoding="utf-8")
    _refused(cluster, "'' is not at a local address")


def test_an_api_that_is_not_the_chosen_clusters_is_refused(
    cluster: RecordingCluster, paths: Paths
) -> None:
    cluster.refuses = "its address is another profile's"
    _refused(cluster, "its address is another profile's")


def test_an_authority_that_is_not_the_chosen_clusters_is_refused(
    cluster: RecordingCluster, paths: Paths
) -> None:
    view = json.loads(paths.kubeconfig.read_text(encoding="utf-8"))
    theirs = base64.b64encode(b"of somebody else").decode()
    view["clusters"][0]["cluster"]["certificate-authority-data"] = theirs
    paths.kubeconfig.write_text(json.dumps(view), encoding="utf-8")
    _refused(cluster, "no authority of https://192.168.49.2:8443")


def _refused(cluster: RecordingCluster, reason: str) -> None:
    with pytest.raises(ContextRefusedError) as caught:
        require_our_cluster(cluster)
    assert f"The context {cluster.context} is refused: " in caught.value.message
    assert reason in caught.value.message
    assert "--cluster embedded or minikube" in caught.value.resolution
