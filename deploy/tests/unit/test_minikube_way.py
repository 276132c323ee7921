"""The way to a hidden node: a real process that listens, dies, comes back, and leaves nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskflow_deploy.clusters.minikube import cluster as minikube
from taskflow_deploy.clusters.minikube import forward, way
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.clusters.minikube.way import Way
from taskflow_deploy.errors import ClusterError, PortInUseError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools

_SECONDS = 20.0
_POLL_SECONDS = 0.02


@pytest.fixture
def tools(tools: Tools) -> Tools:
    """A machine with Minikube, whose frontend has a pod."""
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.change(forwarded_pod="first", published=32769)
    return tools


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def cluster(
    tools: Tools, paths: Paths, output: Output, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MinikubeCluster]:
    """A cluster whose node is hidden, started."""
    monkeypatch.setattr(minikube, "_is_reached", lambda *_place: False)
    made = MinikubeCluster(paths, output)
    made.start()
    yield made
    made.release_way()


@pytest.fixture
def found(paths: Paths) -> Way:
    """What looks at the forward from outside."""
    return Way(paths)


def _until(so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while not so():
        assert time.monotonic() < deadline, what
        time.sleep(_POLL_SECONDS)


def _group(pid: int) -> list[int]:
    """Return the living processes of a group."""
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, _parent, group, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(group) == pid and state != "Z":
                members.append(int(folder.name))
    return sorted(members)


def _at_work(found: Way) -> way.Running:
    running = found.running()
    assert running is not None
    return running


def test_a_port_of_this_host_leads_to_the_frontend(
    cluster: MinikubeCluster, tools: Tools, found: Way, port: int
) -> None:
    cluster.make_reachable(port)
    assert forward.answers(port)
    first = _at_work(found)
    assert (first.port, first.whole, len(_group(first.pid))) == (port, True, 2)
    assert tools.calls("kubectl", "port-forward") == [
        ["kubectl", "port-forward", "--address", "127.0.0.1", "service/taskflow-frontend-service",
         f"{port}:http"]
    ]  # fmt: skip
    assert [part.name for part in cluster.status().parts if part.well] == ["minikube", "forward"]
    cluster.make_reachable(port)
    assert _at_work(found).pid == first.pid, "one is enough"


def test_it_comes_back_when_its_pod_is_another(
    cluster: MinikubeCluster, tools: Tools, found: Way, port: int, paths: Paths
) -> None:
    cluster.make_reachable(port)
    before = _group(_at_work(found).pid)
    tools.change(forwarded_pod="second")
    _until(lambda: _group(_at_work(found).pid)[-1] not in before, "kubectl was not started again")
    _until(lambda: forward.answers(port), "nothing came back")
    log = (paths.logs / "forward.log").read_text(encoding="utf-8")
    assert "error: lost connection to pod\nforward: kubectl ended with 1; it is started" in log


def test_it_comes_back_when_kubectl_is_killed(
    cluster: MinikubeCluster, found: Way, port: int
) -> None:
    cluster.make_reachable(port)
    pid = _at_work(found).pid
    [kubectl] = [member for member in _group(pid) if member != pid]
    os.kill(kubectl, signal.SIGKILL)
    _until(lambda: kubectl not in _group(pid) and forward.answers(port), "it did not come back")


def test_a_forward_that_was_killed_is_replaced_with_all_that_it_left(
    cluster: MinikubeCluster, found: Way, port: int
) -> None:
    cluster.make_reachable(port)
    first = _at_work(found)
    os.kill(first.pid, signal.SIGKILL)
    _until(lambda: not _at_work(found).whole, "it did not die")
    assert forward.answers(port), "kubectl goes on, and nobody would start it again"
    assert not cluster.status().parts[-1].well
    cluster.make_reachable(port)
    assert _at_work(found).whole
    _until(lambda: not _group(first.pid), "something is left")


@pytest.mark.parametrize("end", ["stop", "delete", "release_way"])
def test_nothing_is_left(
    cluster: MinikubeCluster, found: Way, port: int, paths: Paths, end: str
) -> None:
    cluster.make_reachable(port)
    pid = _at_work(found).pid
    getattr(cluster, end)()
    _until(lambda: not _group(pid), "something is left")
    assert not forward.answers(port)
    assert found.running() is None
    assert list(paths.run.iterdir()) == []
    assert (paths.logs / "forward.log").exists() == (end != "delete")
    cluster.release_way()


def test_what_does_not_listen_to_a_signal_is_killed(
    found: Way, port: int, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = (
        "import signal, sys; from http.server import *\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"HTTPServer(('127.0.0.1', {port}), BaseHTTPRequestHandler).serve_forever()"
    )
    monkeypatch.setattr(way, "_CLOSE_SECONDS", 0.3)
    found.open([sys.executable, "-c", deaf], port, paths.state)
    pid = _at_work(found).pid
    found.close()
    _until(lambda: not _group(pid), "something is left")


def test_it_ends_by_itself_when_the_cluster_is_gone(
    cluster: MinikubeCluster, found: Way, port: int, paths: Paths
) -> None:
    cluster.make_reachable(port)
    pid = _at_work(found).pid
    cluster.kubeconfig.unlink()
    _until(lambda: not _group(pid), "it goes on without a cluster")
    assert list(paths.run.iterdir()) == []


def test_another_port_replaces_the_first(cluster: MinikubeCluster, found: Way, port: int) -> None:
    cluster.make_reachable(port)
    first = _at_work(found).pid
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        other = int(listener.getsockname()[1])
    cluster.make_reachable(other)
    assert _at_work(found).port == other
    _until(lambda: not _group(first), "something is left")
    assert not forward.answers(port)


def test_a_port_of_another_program_is_left_to_it(
    cluster: MinikubeCluster, found: Way, port: int
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with pytest.raises(PortInUseError, match=f"Port {port} of this machine") as caught:
            cluster.make_reachable(port)
    assert "TASKFLOW_NODE_PORT" in caught.value.resolution
    assert caught.value.mend == f"TASKFLOW_NODE_PORT={port + 1} ./taskflow up"
    assert found.running() is None


def test_a_way_through_which_nothing_comes_is_told_with_its_log(
    cluster: MinikubeCluster, tools: Tools, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.change(forwarded_pod=None)
    monkeypatch.setattr(way, "_OPEN_SECONDS", 2.0)
    with pytest.raises(ClusterError, match="Nothing comes through the forward") as caught:
        cluster.make_reachable(port)
    assert "pod is not running. Current status=Pending" in caught.value.details[0]
    assert caught.value.mend == "./taskflow logs forward"
    tools.change(forwarded_pod="first")
    cluster.make_reachable(port)


def test_a_forward_that_does_not_start_is_told(
    found: Way, port: int, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "_MODULE", "taskflow_deploy.no_such_module")
    with pytest.raises(ClusterError, match="does not start") as caught:
        found.open(["true"], port, paths.state)
    assert "no_such_module" in caught.value.details[-1]


def test_there_is_never_a_second_one(
    cluster: MinikubeCluster, found: Way, port: int, paths: Paths
) -> None:
    cluster.make_reachable(port)
    words = [sys.executable, "-m", way._MODULE, str(paths.run / "forward.json"),
             str(paths.logs / "forward.log"), str(port), str(paths.state), "true"]  # fmt: skip
    second = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (
        1,
        "another forward of this instance is at work\n",
    )
    assert _at_work(found).port == port


def test_a_node_that_is_reached_needs_no_way(
    cluster: MinikubeCluster, found: Way, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.make_reachable(port)
    cluster._found = None
    monkeypatch.setattr(minikube, "_is_reached", lambda *_place: True)
    cluster.make_reachable(port)
    assert found.running() is None, "one from before is ended"
    assert cluster.address() == "192.168.49.2"


def test_the_record_of_one_that_died_means_nothing(found: Way, paths: Paths) -> None:
    paths.run.mkdir(parents=True)
    record = paths.run / "forward.json"
    record.write_text(f'{{"pid": {os.getpid()}, "port": 1, "command": []}}', encoding="utf-8")
    assert found.running() is None
    found.close()
    assert not record.exists()
