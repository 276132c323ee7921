"""Evidence: everything that is known, nothing secret, never in the way of the failure."""

from pathlib import Path

import pytest

from taskflow_deploy import evidence
from taskflow_deploy.errors import PodsError
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import hide
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
_FILES = {
    "failure.txt", "objects.txt", "pods.txt", "events.txt", "logs.txt", "logs-previous.txt",
    "history.txt", "values.txt", "manifest.yaml",
}  # fmt: skip


@pytest.fixture
def cluster(tools: Tools, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> RecordingCluster:
    """A cluster with a deployment."""
    tools.install("kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    revision = {"revision": 1, "status": "deployed", "values": {"backend": {}}}
    tools.change(revisions=[revision], logs="[pod/backend] ready\n", description="Name: backend\n")
    made = RecordingCluster(tools, paths)
    made.start()
    return made


def _capture(paths: Paths, cluster: RecordingCluster) -> dict[str, str]:
    error = PodsError("It crashed.", "Look.", ["line"])
    folder = evidence.capture(paths, cluster, error)
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_what_is_known_is_kept_with_the_command_that_showed_it(
    paths: Paths, cluster: RecordingCluster
) -> None:
    kept = _capture(paths, cluster)
    assert set(kept) == _FILES
    assert kept["failure.txt"] == "It crashed.\nLook.\nline"
    command, said = kept["logs.txt"].split("\n", 1)
    assert command.startswith("$ ")
    assert "logs -l app.kubernetes.io/name=taskflow --all-containers" in command
    assert said == "[pod/backend] ready\n"
    assert "1 deployed" in kept["history.txt"]
    assert "--previous" in kept["logs-previous.txt"]


def test_no_secret_is_kept(paths: Paths, cluster: RecordingCluster, tools: Tools) -> None:
    hide("postgresql://taskflow:pass%40word-1@10.97.0.1:54320/taskflow")
    hide("a-better-auth-secret")
    leak = (f"url postgresql://taskflow:pass%40word-1@10.97.0.1:54320/taskflow pass@word-1 "
            f"a-better-auth-secret sk-ant-api03-abcdefghij {_TOKEN}\n")  # fmt: skip
    tools.change(logs=leak, description=leak)
    revision = {"revision": 1, "status": "deployed", "values": {"leak": leak}}
    tools.change(revisions=[revision])
    kept = _capture(paths, cluster)
    text = "".join(kept.values())
    for secret in ("word-1", "a-better-auth-secret", "sk-ant-api03", _TOKEN):
        assert secret not in text
    assert text.count("[redacted]") >= 15


def test_secrets_themselves_are_never_asked_for(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    _capture(paths, cluster)
    for call in tools.calls("kubectl"):
        assert not [word for word in call if "secret" in word.lower()]


def test_what_cannot_be_had_says_so(
    paths: Paths, cluster: RecordingCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.fail("kubectl", "The connection to the server was refused")
    (tools.folder / "helm").unlink()
    kept = _capture(paths, cluster)
    assert set(kept) == _FILES
    assert "The connection to the server was refused" in kept["pods.txt"]
    assert kept["history.txt"].startswith("not to be had: ")
    assert kept["failure.txt"].startswith("It crashed.")


def test_a_long_log_keeps_its_end(
    paths: Paths, cluster: RecordingCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_MOST_BYTES", 1000)
    tools.change(logs="first\n" + "line\n" * 1000 + "last\n")
    log = _capture(paths, cluster)["logs.txt"]
    assert len(log) == 1000
    assert log.endswith("last\n")
    assert "first" not in log


def test_the_newest_ten_are_kept(
    paths: Paths, cluster: RecordingCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        old = paths.state / "evidence" / f"2025-01-{number + 1:02}T00-00-00Z"
        old.mkdir(parents=True)
        (old / "failure.txt").touch()
    folder = evidence.capture(paths, cluster, PodsError("It crashed."))
    left = sorted(path.name for path in (paths.state / "evidence").iterdir())
    assert left == [*(f"2025-01-{number:02}T00-00-00Z" for number in range(4, 13)), folder.name]
    assert Path(folder).name > "2026"
