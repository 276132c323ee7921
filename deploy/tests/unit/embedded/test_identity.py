"""An API server is the node's by its address and its authority, whatever it is called."""

import pytest

from taskflow_deploy.clusters.embedded.cluster import EmbeddedCluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths

_AUTHORITY = "-----BEGIN CERTIFICATE-----\nours\n-----END CERTIFICATE-----\n"


@pytest.fixture
def node(paths: Paths, output: Output) -> EmbeddedCluster:
    """A cluster whose authority is made, and which does not run."""
    folder = paths.state / "cluster" / "pki"
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text(_AUTHORITY, encoding="ascii")
    return EmbeddedCluster(paths, output, assume_yes=True)


def test_the_nodes_own_api_is_accepted(node: EmbeddedCluster) -> None:
    assert node.refusal(f"https://{node.address()}:6443", _AUTHORITY) is None


@pytest.mark.parametrize(
    ("server", "authority", "reason"),
    [
        ("https://10.97.255.9:6443", _AUTHORITY, "its address is https://10.97.255.9:6443"),
        ("https://{address}:8443", _AUTHORITY, "and the node's is https://"),
        ("https://{address}:6443", _AUTHORITY.replace("ours", "theirs"), "authority is not"),
        ("https://{address}:6443", "", "its certificate authority is not the node's"),
    ],
)
def test_any_other_is_refused(
    node: EmbeddedCluster, server: str, authority: str, reason: str
) -> None:
    told = node.refusal(server.format(address=node.address()), authority)
    assert told is not None
    assert reason in told


def test_a_node_that_does_not_run_reaches_and_resolves_nothing(node: EmbeddedCluster) -> None:
    assert not node.reaches("127.0.0.1", 1)
    assert not node.resolves("kubernetes.default.svc.cluster.local")
