"""What Minikube's way needs is measured, judged and comes with the command that mends it."""

import platform
import shutil
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy import runner
from taskflow_deploy.checks import Result, Verdict, perform, side_by_side
from taskflow_deploy.clusters.minikube import cluster as minikube
from taskflow_deploy.clusters.minikube import engine, mending
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools

_GIGABYTE = 10**9
_PROCESS = runner._process
_ALL = ["docker", "minikube", "kubectl", "helm", "docker-memory", "docker-cpus", "docker-disk"]


@pytest.fixture
def tools(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A machine with all that is needed, which is Linux on an ordinary PC."""
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    _is(monkeypatch, "Linux", "6.1.0-28-amd64")
    _has_disk(monkeypatch, 50)
    return tools


@pytest.fixture
def cluster(tools: Tools, paths: Paths, output: Output) -> MinikubeCluster:
    """The cluster, not started."""
    return MinikubeCluster(paths, output)


def _is(monkeypatch: pytest.MonkeyPatch, system: str, release: str = "24.1.0") -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "release", lambda: release)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def _has_disk(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    def usage(_folder: Path) -> Any:
        return shutil._ntuple_diskusage(0, 0, int(gigabytes * _GIGABYTE))

    monkeypatch.setattr(shutil, "disk_usage", usage)


def _look(cluster: MinikubeCluster, name: str) -> Result:
    [check] = [check for check in cluster.requirements() if check.id == f"prerequisites.{name}"]
    return perform(check, None)


def _is_so(result: Result, verdict: Verdict, reason: str, mend: str = "") -> None:
    assert (result.verdict, result.mend) == (verdict, mend), result
    assert reason in result.reason


def test_a_machine_that_has_all_passes_with_the_figures(cluster: MinikubeCluster) -> None:
    results = [perform(check, None) for check in cluster.requirements()]
    assert [result.id for result in results] == [f"prerequisites.{name}" for name in _ALL]
    assert {result.verdict for result in results} == {Verdict.PASSED}
    reasons = [result.reason for result in results]
    assert reasons[0].startswith("docker 29.0.4, answers in 0.")
    assert reasons[1:6] == [
        "minikube 1.38.1", "kubectl 1.37.0", "helm 4.0.1", "16.0 GB of memory", "8 processors",
    ]  # fmt: skip
    assert reasons[6].startswith("50.0 GB free in /")


def test_they_may_be_looked_at_at_once_and_change_nothing(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_process", _PROCESS)  # real ones: several at a time
    before = dict(tools.world.values)
    monkeypatch.setattr(engine, "_ANSWER_SECONDS", 20.0)  # seven stand-ins take turns
    results = side_by_side(cluster.requirements(), None)
    assert [result.id for result in results] == [f"prerequisites.{name}" for name in _ALL]
    assert {result.verdict for result in results} == {Verdict.PASSED}, results
    assert len(tools.calls("docker", "info")) == 1, "three checks ask, Docker is asked once"
    tools.world.load()
    assert tools.world.values == before


@pytest.mark.parametrize(
    ("name", "said", "version", "verdict", "reason"),
    [
        ("docker", "docker_version", "24.0.9", "failed", "docker 24.0.9 is too old: 25.0 or newer"),
        ("docker", "docker_version", "25.0.0", "passed", "docker 25.0.0, answers in"),
        ("docker", "docker_version", "30.1.0", "warned", "newer than any that was known here"),
        ("minikube", "minikube_version", "v1.35.0", "failed", "1.35.0 is too old: 1.36 or newer"),
        ("minikube", "minikube_version", "v1.36.0", "passed", "minikube 1.36.0"),
        ("minikube", "minikube_version", "v1.40.0-beta.0", "passed", "minikube 1.40.0"),
        ("minikube", "minikube_version", "v2.0.0", "warned", "minikube 2.0.0: newer than any"),
        ("minikube", "minikube_version", "dev", "warned", "minikube says 'dev', which is no vers"),
        ("kubectl", "kubectl_version", "v1.32.4-dispatcher", "failed", "kubectl 1.32.4 is too old"),
        ("kubectl", "kubectl_version", "v1.33.0", "passed", "kubectl 1.33.0"),
        ("helm", "helm_version", "v3.19.0+g3d8990f", "failed", "helm 3.19.0 is too old: 4.0 or"),
        ("helm", "helm_version", "v5.0.0", "warned", "helm 5.0.0: newer than any"),
    ],
)
def test_versions_are_judged(
    cluster: MinikubeCluster, tools: Tools, name: str, said: str, version: str, verdict: str,
    reason: str,
) -> None:  # fmt: skip
    tools.change(**{said: version})
    result = _look(cluster, name)
    assert result.verdict == verdict
    assert reason in result.reason
    assert result.mend == (mending.install(name) if verdict == "failed" else "")
    assert result.error is None or result.error.exit_code == 20


@pytest.mark.parametrize("name", ["docker", "minikube", "kubectl", "helm"])
def test_what_is_missing_comes_with_its_installation(
    tools: Tools, paths: Paths, output: Output, name: str
) -> None:
    (tools.folder / name).unlink()
    result = _look(MinikubeCluster(paths, output), name)
    _is_so(result, Verdict.FAILED, f"{name} is not installed.", mending.install(name))


def test_a_program_that_does_not_say_its_version_is_installed_anew(
    cluster: MinikubeCluster, tools: Tools
) -> None:
    tools.fail("helm version", "Segmentation fault", code=139)
    result = _look(cluster, "helm")
    _is_so(result, Verdict.FAILED, "helm does not say its version.", mending.install("helm"))
    assert result.error is not None
    assert result.error.details[-1] == "Segmentation fault"


@pytest.mark.parametrize(
    ("system", "release", "message", "mend"),
    [
        ("Linux", "6.1.0", "Is the docker daemon running?", "sudo systemctl start docker"),
        ("Linux", "6.6.87-microsoft-standard-WSL2", "no pipe", "docker desktop start"),
        ("Darwin", "24.1.0", "no socket", "docker desktop start"),
        ("Linux", "6.1.0", "permission denied while trying to connect", mending.JOIN_DOCKER),
    ],
)
def test_an_engine_that_does_not_answer_is_started(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch, system: str,
    release: str, message: str, mend: str,
) -> None:  # fmt: skip
    _is(monkeypatch, system, release)
    tools.change(docker_engine=False, docker_error=message)
    result = _look(cluster, "docker")
    _is_so(result, Verdict.FAILED, "Docker's engine does not answer.", mend)
    assert result.error is not None
    assert result.error.details == [message]
    for name in ("docker-memory", "docker-cpus", "docker-disk"):
        _is_so(_look(cluster, name), Verdict.SKIPPED, "Docker's engine does not answer")


def test_an_engine_that_hangs_is_given_two_seconds(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine._ANSWER_SECONDS == 2.0
    monkeypatch.setattr(runner, "_process", _PROCESS)
    monkeypatch.setattr(engine, "_ANSWER_SECONDS", 0.3)
    tools.put("docker", "#!/bin/sh\nexec /bin/sleep 20\n")
    result = _look(cluster, "docker")
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    assert result.error.details == ["It said nothing for 0.3 s."]
    assert result.seconds < 5
    assert not minikube.available()


@pytest.mark.parametrize(
    "said",
    [
        # Docker's program in front of podman's socket.
        {"Client": {"Version": "29.0.4", "ApiVersion": "1.52"},
         "Server": {"Version": "5.4.2", "Components": [{"Name": "Podman Engine"}]}},
        # podman under Docker's name.
        {"Client": {"Version": "5.4.2", "APIVersion": "5.4.2"}},
    ],
)  # fmt: skip
def test_podman_in_disguise_is_refused(
    cluster: MinikubeCluster, tools: Tools, said: dict[str, Any]
) -> None:
    assert minikube.available()
    tools.change(docker_says=said)
    result = _look(cluster, "docker")
    _is_so(result, Verdict.FAILED, "called docker here is podman", mending.install("docker"))
    assert not minikube.available()


def test_docker_without_its_builder_is_refused(cluster: MinikubeCluster, tools: Tools) -> None:
    tools.change(docker_builder=False)
    _is_so(_look(cluster, "docker"), Verdict.FAILED, "buildx, is not installed",
           "sudo apt-get install docker-buildx-plugin")  # fmt: skip


@pytest.mark.parametrize(
    ("gigabytes", "verdict", "reason"),
    [
        (2.9, "failed", "Docker was given 2.9 GB of memory; 3 GB are needed."),
        (3.0, "warned", "3.0 GB of memory; the plan is 8 GB, so Minikube gets less."),
        (7.9, "warned", "7.9 GB of memory; the plan is 8 GB, so Minikube gets less."),
        (8.0, "passed", "8.0 GB of memory"),
    ],
)
def test_memory_is_what_docker_was_given(
    cluster: MinikubeCluster, tools: Tools, gigabytes: float, verdict: str, reason: str
) -> None:
    tools.change(docker_memory=int(gigabytes * _GIGABYTE))
    result = _look(cluster, "docker-memory")
    assert result.verdict == verdict
    assert reason in result.reason
    assert result.mend == ("./taskflow dev" if verdict == "failed" else "")
    assert result.error is None or result.error.exit_code == 24


@pytest.mark.parametrize(
    ("cores", "verdict", "reason"),
    [
        (1, "failed", "Docker was given 1 of the 2 processors that Kubernetes needs."),
        (2, "warned", "2 processors; the plan is 4."),
        (4, "passed", "4 processors"),
    ],
)
def test_processors_are_those_that_docker_was_given(
    cluster: MinikubeCluster, tools: Tools, cores: int, verdict: str, reason: str
) -> None:
    tools.change(docker_cores=cores)
    result = _look(cluster, "docker-cpus")
    assert result.verdict == verdict
    assert reason in result.reason
    assert result.error is None or result.error.exit_code == 24


@pytest.mark.parametrize(
    ("release", "told", "mend", "advice"),
    [
        ("6.1.0", {"docker_host": "colima"}, "colima stop && colima start --cpu 4 --memory 8",
         "Give it more."),
        ("6.6.87-microsoft-standard-WSL2", {}, "wsl.exe --shutdown", "in .wslconfig first"),
        ("24.1.0", {"docker_system": "Docker Desktop"}, "docker desktop restart",
         "Raise them in Docker Desktop first"),
        ("6.1.0", {}, "", "It has all that this machine has."),
    ],
)  # fmt: skip
def test_how_docker_gets_more_depends_on_what_it_runs_in(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch, release: str,
    told: dict[str, str], mend: str, advice: str,
) -> None:  # fmt: skip
    _is(monkeypatch, "Linux", release)
    tools.change(docker_memory=4 * _GIGABYTE, docker_cores=2, **told)
    for name in ("docker-memory", "docker-cpus"):
        _is_so(_look(cluster, name), Verdict.WARNED, advice, mend)


@pytest.mark.parametrize(
    ("gigabytes", "verdict", "reason"),
    [
        (5.9, "failed", "5.9 GB free in /"),
        (6.0, "warned", "; Minikube asks for 20 GB"),
        (20.0, "passed", "20.0 GB free in /"),
    ],
)
def test_disk_is_measured_where_docker_keeps_images(
    cluster: MinikubeCluster, monkeypatch: pytest.MonkeyPatch, gigabytes: float, verdict: str,
    reason: str,
) -> None:  # fmt: skip
    _has_disk(monkeypatch, gigabytes)
    result = _look(cluster, "docker-disk")
    assert result.verdict == verdict
    assert reason in result.reason
    assert result.mend == ("" if verdict == "passed" else "docker system prune")
    assert result.error is None or result.error.exit_code == 12


def test_a_profile_that_exists_needs_less(
    cluster: MinikubeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start()
    _has_disk(monkeypatch, 3.5)
    _is_so(_look(cluster, "docker-disk"), Verdict.PASSED, "3.5 GB free in /")
    _has_disk(monkeypatch, 2.5)
    _is_so(_look(cluster, "docker-disk"), Verdict.FAILED, "3 GB are needed", "docker system prune")


def test_the_store_of_containerd_counts_where_it_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cluster: MinikubeCluster, tools: Tools
) -> None:
    small = tmp_path / "containerd"
    small.mkdir()
    monkeypatch.setattr(engine, "_CONTAINERD", small)
    free = {small: 1 * _GIGABYTE}

    def usage(folder: Path) -> Any:
        return shutil._ntuple_diskusage(0, 0, free.get(folder, 50 * _GIGABYTE))

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert _look(cluster, "docker-disk").verdict is Verdict.PASSED
    tools.change(docker_store=[["driver-type", "io.containerd.snapshotter.v1"]])
    _is_so(_look(cluster, "docker-disk"), Verdict.FAILED, f"1.0 GB free in {small}",
           "docker system prune")  # fmt: skip


def test_a_disk_in_a_machine_of_dockers_own_is_asked_of_the_node(
    cluster: MinikubeCluster, tools: Tools
) -> None:
    tools.change(docker_host="docker-desktop")
    untold = "Docker keeps its disk to itself; Minikube can tell once it runs"
    _is_so(_look(cluster, "docker-disk"), Verdict.SKIPPED, untold)
    cluster.start()
    result = _look(cluster, "docker-disk")
    assert "GB free in the node" in result.reason or "GB free in the node" in str(result.error)
    cluster.stop()
    _is_so(_look(cluster, "docker-disk"), Verdict.SKIPPED, untold)


@pytest.mark.parametrize("program", ["docker", "minikube", "kubectl", "helm"])
def test_each_system_has_its_installation(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    _is(monkeypatch, "Darwin")
    name = "--cask docker-desktop" if program == "docker" else program
    assert mending.install(program) == f"brew install {name}"
    assert mending.install_builder() == "brew install docker-buildx"
    _is(monkeypatch, "Linux")
    assert mending.install(program).startswith("curl -fsSL")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    for fetched in ("minikube", "kubectl"):
        assert "arm64" in mending.install(fetched)
        assert mending.install(fetched).endswith(f"sudo install {fetched} /usr/local/bin/{fetched}")
