"""Each instance's configuration is filled in completely, and stays inside its own folders."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from taskflow_deploy.clusters.embedded import certificates, configuration
from taskflow_deploy.clusters.embedded.components import (
    CLUSTER,
    MODULE,
    POLICIES,
    kubernetes_version,
)
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.clusters.embedded.network import node_network
from taskflow_deploy.paths import Paths


@pytest.fixture
def written(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """The configuration of one instance, written."""
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("search lan\nnameserver 127.0.0.53\nnameserver 192.0.2.53\n", "ascii")
    monkeypatch.setattr(configuration, "_RESOLVERS", (tmp_path / "missing", resolv))
    made = Configuration(
        paths, node_network("taskflow"), tmp_path / "programs", tmp_path / "policies"
    )
    made.write()
    return made


def _yaml(written: Configuration, name: str) -> list[Any]:
    return list(yaml.safe_load_all((written.folder / name).read_text(encoding="utf-8")))


def test_no_placeholder_is_left(written: Configuration) -> None:
    files = [path for path in written.folder.rglob("*") if path.is_file()]
    assert len(files) >= 8
    for file in files:
        assert "$" not in file.read_text(encoding="utf-8"), file.name


def test_kubernetes_files_name_the_nodes_addresses(written: Configuration, paths: Paths) -> None:
    init, cluster = _yaml(written, "kubeadm.yaml")
    assert init["localAPIEndpoint"]["advertiseAddress"] == "10.97.0.2"
    assert init["nodeRegistration"]["name"] == paths.instance
    assert cluster["kubernetesVersion"] == kubernetes_version()
    assert cluster["certificatesDir"] == str(written.state / "pki")
    kubelet = _yaml(written, "kubelet.yaml")[0]
    assert kubelet["clusterDNS"] == ["10.96.0.10"]
    assert kubelet["failCgroupV1"] is False
    assert kubelet["cgroupDriver"] == "cgroupfs"
    assert kubelet["cgroupRoot"] == f"/taskflow-{paths.instance}"
    assert _yaml(written, "kube-proxy.yaml")[0]["clusterCIDR"] == "10.244.0.0/24"


def test_the_runtime_keeps_everything_in_the_instances_folders(written: Configuration) -> None:
    text = (written.folder / "containerd.toml").read_text(encoding="utf-8")
    containerd = tomllib.loads(text)
    assert containerd["root"] == str(written.state / "containerd")
    assert containerd["grpc"]["address"] == str(written.containerd_socket)
    cri = containerd["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["sandbox_image"] == configuration.PAUSE_IMAGE
    assert cri["restrict_oom_score_adj"] is True
    assert cri["cni"]["conf_dir"] == str(written.folder / "cni")
    text = (written.folder / "buildkitd.toml").read_text(encoding="utf-8")
    assert str(written.containerd_socket) in text
    assert tomllib.loads(text)["worker"]["containerd"]["namespace"] == "k8s.io"
    cni = json.loads((written.folder / "cni/10-cni.conflist").read_text(encoding="utf-8"))
    assert "10.244.0.0/24" in json.dumps(cni)


def test_the_dns_servers_are_ones_that_the_node_can_reach(written: Configuration) -> None:
    assert (written.folder / "resolv.conf").read_text("utf-8") == "nameserver 192.0.2.53\n"


def test_a_host_without_reachable_servers_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("nameserver 127.0.0.1\nnameserver ::1\n", "nameserver\n", ""):
        (tmp_path / "resolv.conf").write_text(text, encoding="ascii")
        monkeypatch.setattr(configuration, "_RESOLVERS", (tmp_path / "resolv.conf",))
        assert configuration._upstream_servers() == ""


def test_parts_start_after_what_they_need(written: Configuration) -> None:
    node = json.loads((written.folder / "node.json").read_text(encoding="utf-8"))
    after = {part["name"]: part["after"] for part in node["parts"]}
    started: set[str] = set()
    for name, needed in after.items():
        assert started.issuperset(needed), f"{name} before {needed}"
        started.add(name)
    assert after["kubelet"] == ["containerd", "kube-network-policies"], "no pod without policies"
    assert after["kube-apiserver"] == ["etcd"]


def test_each_part_is_a_program_of_ours_or_the_runtime(
    written: Configuration, paths: Paths
) -> None:
    node = json.loads((written.folder / "node.json").read_text(encoding="utf-8"))
    ours = {written.programs / component.name for component in CLUSTER.components}
    ours |= {written.policies / component.name for component in POLICIES.components}
    for part in node["parts"]:
        program = Path(part["argv"][0])
        if part["name"] == "containerd":
            assert str(program) == "containerd"
        else:
            assert program in ours
        assert Path(part["log"]).is_relative_to(paths.logs)
        for word in part["argv"][1:]:
            path = word.partition("=")[2]
            if path.startswith("/"):
                assert Path(path).is_relative_to(paths.state), word
    assert set(node["kept"]) >= {str(paths.state), str(paths.run)}


def test_the_policy_agent_guards_this_nodes_pods_and_says_so_on_the_node_only(
    written: Configuration, paths: Paths
) -> None:
    node = json.loads((written.folder / "node.json").read_text(encoding="utf-8"))
    agent = next(part for part in node["parts"] if part["name"] == "kube-network-policies")
    assert agent["argv"][1:] == [
        f"--kubeconfig={written.state}/kubeconfigs/kube-network-policies.conf",
        f"--hostname-override={paths.instance}",
        f"--metrics-bind-address={agent['ready']}",
    ]
    assert agent["ready"].startswith("127.0.0.1:")
    assert agent["after"] == ["kube-apiserver"]


def test_the_policy_agent_may_only_look(written: Configuration) -> None:
    role, binding = yaml.safe_load_all(written.fill(MODULE / "manifests" / "policies.yaml"))
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
    resources = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert resources == {"pods", "namespaces", "networkpolicies"}
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == [
        certificates.USERS["kube-network-policies"]
    ]


def test_only_the_api_listens_beyond_the_node_itself(written: Configuration) -> None:
    node = json.loads((written.folder / "node.json").read_text(encoding="utf-8"))
    everywhere = "0.0.0.0"  # noqa: S104 - looked for, not listened on
    assert not [part["name"] for part in node["parts"] if everywhere in " ".join(part["argv"])]
    api = next(part for part in node["parts"] if part["name"] == "kube-apiserver")
    assert "--bind-address=10.97.0.2" in api["argv"]
    assert "--authorization-mode=Node,RBAC" in api["argv"]
