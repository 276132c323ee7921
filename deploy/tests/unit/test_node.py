"""What the running cluster must give before anything is deployed to it."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from taskflow_deploy.checkpoints import node
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Found, Verdict
from taskflow_deploy.errors import (
    ClusterError,
    DeployError,
    ForbiddenError,
    PortInUseError,
    ResourcesError,
)
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


@pytest.fixture
def started(deployment: Deployment, cluster: RecordingCluster) -> Deployment:
    """A deployment whose cluster runs."""
    cluster.start()
    return deployment


def _node(**changes: Any) -> list[dict[str, Any]]:
    ready = {"type": "Ready", "status": "True"}
    status = {
        "conditions": [ready],
        "nodeInfo": {"kubeletVersion": "v1.37.2"},
        "allocatable": {"cpu": "1930m", "memory": "8000000Ki"},
        **changes,
    }
    return [{"kind": "Node", "metadata": {"name": "node"}, "status": status}]


def _renewed(seconds_ago: float) -> list[dict[str, Any]]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.5Z", time.gmtime(time.time() - seconds_ago))
    metadata = {"name": "node", "namespace": "kube-node-lease"}
    return [{"kind": "Lease", "metadata": metadata, "spec": {"renewTime": moment}}]


def _change(tools: Tools, state: dict[str, Any]) -> None:
    """Change the cluster; a lease is renewed so many seconds before now."""
    if "renewed" in state:
        state = {"leases": _renewed(state["renewed"])}
    tools.change(**state)


def _port(namespace: str) -> list[dict[str, Any]]:
    plain = {"kind": "Service", "metadata": {"name": "plain", "namespace": "default"}, "spec": {}}
    metadata = {"name": "theirs", "namespace": namespace}
    return [
        plain,
        {
            "kind": "Service",
            "metadata": metadata,
            "spec": {"ports": [{"port": 80, "nodePort": 30300}]},
        },
    ]


@pytest.mark.parametrize(
    ("look", "state", "said"),
    [
        (node.health, {}, "node ready, Kubernetes v1.37.2"),
        (node.disk, {"free": 3 * 10**9}, "3.0 GB free in the node"),
        (node.names, {}, "answers"),
        (node.versions, {"versions": ("v1.36.1", "v1.37.2")}, "kubectl v1.36.1, server v1.37.2"),
        (node.clock, {"renewed": 9}, "the node's and this machine's agree"),
        (node.port, {"services": _port("taskflow")}, "30300 is free or ours"),
        (node.release, {}, "not installed yet"),
        (node.permissions, {}, "may make all 3 kinds that are needed"),
        (
            node.room, {"nodes": _node()},
            "the pods ask for 0.5 cores and 512 Mi, the node has 1.93 and 7812 Mi",
        ),
    ],
)  # fmt: skip
def test_what_is_well_is_told_with_its_figure(
    started: Deployment, tools: Tools, look: Callable[[Deployment], str | Found],
    state: dict[str, Any], said: str,
) -> None:  # fmt: skip
    _change(tools, state)
    assert look(started) == said


@pytest.mark.parametrize(
    ("look", "state", "error", "message"),
    [
        (node.health, {"nodes": []}, ClusterError, "The cluster has no node."),
        (
            node.health,
            {"nodes": _node(conditions=[
                {"type": "Ready", "status": "False", "message": "no network plugin"}])},
            ClusterError, "The node is not well: no network plugin",
        ),
        (
            node.health,
            {"nodes": _node(conditions=[
                {"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True"}])},
            ClusterError, "The node is not well: DiskPressure",
        ),
        (
            node.disk, {"free": 10**9},
            ResourcesError, "There are only 1.0 GB free in the node; 2 GB are needed.",
        ),
        (node.clock, {"renewed": 100}, ResourcesError, "clock and this machine's are at"),
        (node.clock, {"renewed": -40}, ResourcesError, "clock and this machine's are at"),
        (
            node.port, {"services": _port("default")},
            PortInUseError, "Node port 30300 belongs to the service theirs.",
        ),
        (
            node.permissions, {"forbidden": ["deployments"]},
            ForbiddenError, "The cluster does not let us make deployments.",
        ),
        (
            node.room, {"nodes": _node(allocatable={"cpu": "400m", "memory": "8Gi"})},
            ResourcesError, "The pods find no place: the pods ask for 0.5 cores and 512 Mi, the "
            "node has 0.4 and 8192 Mi",
        ),
        (
            node.room, {"nodes": _node(allocatable={"cpu": "4", "memory": "400Mi"})},
            ResourcesError, "the node has 4 and 400 Mi",
        ),
    ],
)  # fmt: skip
def test_what_is_not_well_is_an_error_that_names_a_command(
    started: Deployment, tools: Tools, look: Callable[[Deployment], str | Found],
    state: dict[str, Any], error: type[DeployError], message: str,
) -> None:  # fmt: skip
    _change(tools, state)
    with pytest.raises(error) as caught:
        look(started)
    assert message in caught.value.message
    assert caught.value.mend or caught.value.resolution


def test_a_dns_that_is_down_is_an_error(started: Deployment, cluster: RecordingCluster) -> None:
    cluster.out_of_reach.add("dns")
    with pytest.raises(ClusterError, match="DNS does not answer"):
        node.names(started)


@pytest.mark.parametrize(
    ("look", "state", "reason"),
    [
        (node.versions, {"versions": ("v1.35.0", "v1.37.2")}, "2 minor versions apart"),
        (
            node.release,
            {"revisions": [{"revision": 3, "status": "pending-upgrade", "values": {}}]},
            "revision 3, pending-upgrade: a command was interrupted; up repairs it.",
        ),
    ],
)
def test_what_works_nevertheless_is_a_warning(
    started: Deployment, tools: Tools, look: Callable[[Deployment], str | Found],
    state: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    tools.change(**state)
    found = look(started)
    assert isinstance(found, Found)
    assert found.verdict is Verdict.WARNED
    assert reason in found.reason


@pytest.mark.parametrize(
    ("quantity", "value"), [("250m", 0.25), ("2", 2.0), ("1.5", 1.5), ("0", 0.0)]
)
def test_cores_are_read(quantity: str, value: float) -> None:
    assert node.cpu(quantity) == value


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("256Mi", 256 * 2**20), ("1Gi", 2**30), ("8000000Ki", 8_000_000 * 1024), ("1024", 1024)],
)
def test_bytes_are_read(quantity: str, value: float) -> None:
    assert node.size(quantity) == value
