"""What the tests share: folders of their own, stand-ins on PATH, and nobody's settings."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from taskflow_deploy import redaction
from taskflow_deploy.checkpoints import pods, steadiness
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.contract import verify
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.settings import Settings
from tests.unit import services
from tests.unit.command import CommandLine
from tests.unit.deployments import IMAGE_ID, Run
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_SETTINGS = (
    "DATABASE_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRET_PREVIOUS",
    "ANTHROPIC_API_KEY", "TASKFLOW_NODE_PORT",
    "TASKFLOW_INSTANCE", "TASKFLOW_CLUSTER", "TASKFLOW_UV", "NO_COLOR", "FORCE_COLOR", "COLUMNS",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(redaction, "_known", set())


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """An instance of the test's own, of this checkout."""
    state = tmp_path / "state" / "t"
    state.mkdir(parents=True)
    return Paths(REPOSITORY, tmp_path / "cache", state, tmp_path / "run" / "t", "t")


@pytest.fixture
def output() -> Output:
    """What the code under test speaks through; capsys hears it."""
    return Output()


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A folder that is all of PATH, without any stand-in yet."""
    made = Tools(tmp_path / "bin", tmp_path / "world.json")
    monkeypatch.setenv("PATH", str(made.folder))
    monkeypatch.setenv("MINIKUBE_HOME", str(tmp_path / "minikube"))
    return made


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A database on a real server."""
    with services.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def backend_port(database_url: str) -> Iterator[int]:
    """Where the real backend answers on 127.0.0.1."""
    with services.backend(database_url) as port:
        yield port


@pytest.fixture
def python() -> str:
    """The interpreter that has the deployer installed."""
    return sys.executable


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """The command line, on an instance of the test's own."""

    def listen() -> tuple[str, str]:
        said = capsys.readouterr()
        return said.out, said.err

    return CommandLine(tmp_path, monkeypatch, listen)


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
        made.images[name] = BuiltImage(f"{name}:abc", IMAGE_ID, {}, cached=True)
    return made


@pytest.fixture
def whole(
    tools: Tools, paths: Paths, database_url: str, backend_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:  # fmt: skip
    """A machine with a cluster, on which the real backend answers at the node port."""
    tools.install("kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    monkeypatch.setattr(pods, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(steadiness, "STEADY_SECONDS", 0.05)
    monkeypatch.setattr(steadiness, "_TELLING_SECONDS", 0.05)
    monkeypatch.setattr("taskflow_deploy.settling._POLL_SECONDS", 0.01)
    return Run(tools, paths, database_url, backend_port)


@pytest.fixture
def run(whole: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, where only the first endpoint is asked, to save time."""
    whole_scenario = verify.asked()
    health = replace(whole_scenario, steps=whole_scenario.steps[:1], cleanup=())
    monkeypatch.setattr(verify, "asked", lambda: health)
    return whole
