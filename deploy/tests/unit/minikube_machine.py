"""Fixtures of a machine with Minikube, Docker, kubectl and Helm, and of the cluster on it."""

import pytest

from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools


@pytest.fixture
def tools(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A machine with Minikube."""
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    return tools


@pytest.fixture
def cluster(tools: Tools, paths: Paths, output: Output) -> MinikubeCluster:
    """The cluster, started."""
    made = MinikubeCluster(paths, output)
    made.start()
    return made
