"""An API server is ours by its authority and its address, and by nothing less."""

import json
import sys
from pathlib import Path

import pytest

from taskflow_deploy.clusters.minikube import profile
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.errors import ClusterError
from tests.unit.minikube_machine import cluster, tools
from tests.unit.standins import minikube
from tests.unit.tools import Tools

__all__ = ["cluster", "tools"]

_THEIRS = "-----BEGIN CERTIFICATE-----\ndGhlaXJz\n-----END CERTIFICATE-----\n"
_OURS = "https://192.168.49.2:8443"


def _authority() -> str:
    return profile.authority().read_text(encoding="ascii")


def test_the_profiles_node_is_ours(cluster: MinikubeCluster) -> None:
    assert cluster.refusal(_OURS, _authority()) is None
    assert cluster.refusal(_OURS, _authority().replace("\n", "\r\n")) is None, "written otherwise"


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("https://192.168.58.2:8443", "its address is 192.168.58.2:8443, and the node's 192.168."),
        ("https://192.168.49.2:6443", "its address is 192.168.49.2:6443, and the node's 192.168."),
        ("https://192.168.49.2", "its address is 192.168.49.2:443, and the node's 192.168.49.2:8"),
        ("http://192.168.49.2:8443", "http://192.168.49.2:8443 is not https"),
        ("https://127.0.0.1:32769", "port 32769 of this host does not lead to the profile's node"),
        ("https://taskflow:8443", "its address is taskflow:8443, and the node's"),
    ],
)
def test_another_address_is_refused(cluster: MinikubeCluster, server: str, reason: str) -> None:
    assert (cluster.refusal(server, _authority()) or "").startswith(reason)


def test_a_published_port_of_this_host_is_the_node_where_it_is_hidden(
    cluster: MinikubeCluster, tools: Tools
) -> None:
    tools.change(published=32769)
    assert cluster.refusal("https://127.0.0.1:32769", _authority()) is None
    assert cluster.refusal("https://[::1]:32769", _authority()) is None
    assert "does not lead" in (cluster.refusal("https://127.0.0.1:32770", _authority()) or "")
    assert "its address is" in (cluster.refusal("https://10.0.0.1:32769", _authority()) or "")


@pytest.mark.parametrize("authority", [_THEIRS, "", "no certificate"])
def test_another_authority_is_refused(cluster: MinikubeCluster, authority: str) -> None:
    assert cluster.refusal(_OURS, authority) == "its certificate authority is not Minikube's"


def test_without_minikubes_authority_nothing_is_ours(cluster: MinikubeCluster) -> None:
    kept = _authority()
    profile.authority().unlink()
    reason = cluster.refusal(_OURS, kept) or ""
    assert reason.startswith("Minikube's certificate authority cannot be read from /")


def test_another_profile_is_not_ours(cluster: MinikubeCluster, tools: Tools) -> None:
    kept = _authority()
    tools.change(profile=None)
    assert cluster.refusal(_OURS, kept) == "Minikube has no profile taskflow"


@pytest.mark.parametrize(
    "said",
    ["", "no JSON", '{"error": {}}', '{"valid": [{"Name": "taskflow"}]}',
     '{"valid": [{"Name": "taskflow", "Config": {"Nodes": 1, "KubernetesConfig": {}}}]}'],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_told(
    cluster: MinikubeCluster, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(minikube, "_profiles", lambda *_call: sys.stdout.write(said))
    with pytest.raises(ClusterError, match="list of profiles cannot be read") as caught:
        cluster.refusal(_OURS, _authority())
    assert caught.value.mend == "minikube profile list"
    assert said in "\n".join(caught.value.details)


@pytest.mark.parametrize("nodes", [[], [{"ControlPlane": True, "IP": "", "Port": 8443}]])
def test_a_profile_whose_start_was_cut_short_has_no_node(
    cluster: MinikubeCluster, monkeypatch: pytest.MonkeyPatch, nodes: list[dict[str, object]]
) -> None:
    config = {"Nodes": nodes, "KubernetesConfig": {}}
    said = json.dumps({"valid": [{"Name": "taskflow", "Config": config}]})
    monkeypatch.setattr(minikube, "_profiles", lambda *_call: sys.stdout.write(said))
    assert cluster.refusal(_OURS, _authority()) == "Minikube has no profile taskflow"


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("", "HOME/.minikube"),
        ("/data", "/data/.minikube"),
        ("/data/.minikube", "/data/.minikube"),
        ("/data/.minikube/", "/data/.minikube"),
        ("/data/minikube", "/data/minikube/.minikube"),
    ],
)
def test_minikubes_home_is_found_by_its_own_rule(
    monkeypatch: pytest.MonkeyPatch, given: str, folder: str
) -> None:
    monkeypatch.setenv("MINIKUBE_HOME", given)
    assert profile.home() == Path(folder.replace("HOME", str(Path.home())))
    assert profile.authority() == profile.home() / "ca.crt"
