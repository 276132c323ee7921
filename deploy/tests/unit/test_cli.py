"""The command line: help worth reading, one exit code for each failure, data apart from words."""

import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from taskflow_deploy import lock
from taskflow_deploy.cli.main import app
from taskflow_deploy.contract.static import check
from taskflow_deploy.contract.static.sides import Disagreement
from taskflow_deploy.errors import (
    BusyError,
    ClusterNotRunningError,
    DeployError,
    PortInUseError,
    UsageError,
)
from taskflow_deploy.paths import current_paths
from taskflow_deploy.redaction import hide
from tests.unit.command import CommandLine
from tests.unit.test_errors import kinds
from tests.unit.tools import Tools

_COMMANDS = [
    "preflight", "up", "down", "status", "logs", "verify", "history", "rollback", "evidence", "dev",
    "kubectl", "helm", "open", "explain", "completion",
    "cluster build", "cluster start", "cluster stop", "cluster status", "cluster delete",
]  # fmt: skip
# These hand --help on to the program that they stand for.
_HANDED_ON = {"kubectl", "helm"}


def _help(*words: str) -> str:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "100"})
    assert shown.exit_code == 0
    return shown.output


def test_help_names_every_command_and_the_one_to_begin_with() -> None:
    text, cluster = _help(), _help("cluster")
    assert "Start with: ./taskflow up" in text
    for name in _COMMANDS:
        group, _, one = name.partition(" ")
        assert re.search(rf"\b{one or group}\b", cluster if one else text), name


@pytest.mark.parametrize("name", [name for name in _COMMANDS if name not in _HANDED_ON])
def test_every_command_explains_itself(name: str) -> None:
    text = _help(*name.split())
    assert f"{name} [OPTIONS]" in text
    explanation = text.split("[OPTIONS]", 1)[1].splitlines()[1:]
    assert any(re.search(r"[a-z]{3,}.*\.", line) for line in explanation), text


def test_the_first_command_shows_an_example() -> None:
    assert "Example: ./taskflow up --yes" in _help("up")
    assert "./taskflow kubectl get pods" in " ".join(_help().split())


def test_all_commands_are_known_here() -> None:
    root = typer.main.get_command(app)
    found = set(root.commands) - {"cluster"}  # type: ignore[attr-defined]
    found |= {f"cluster {name}" for name in root.commands["cluster"].commands}  # type: ignore[attr-defined]
    assert found == set(_COMMANDS)


def test_the_version_is_data(command: CommandLine) -> None:
    ended = command.run("--version")
    assert (ended.code, ended.out, ended.err) == (0, "taskflow 1.0.0\n", "")


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["up", "--no-such-option"], ["cluster", "x"]]
)
def test_wrong_usage_has_exit_code_two(command: CommandLine, words: list[str]) -> None:
    ended = command.run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "No such" in ended.err


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_failure_is_two_lines_and_its_exit_code(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, kind: type[DeployError]
) -> None:
    def fail(*_words: object, **_given: object) -> None:
        raise kind("It went wrong, " + "and this is a long story " * 10, "Do this.")

    monkeypatch.setattr("taskflow_deploy.cli.status.open_context", fail)
    ended = command.run("status")
    assert ended.code == kind.exit_code
    assert ended.out == ""
    first, second = ended.err.splitlines()
    assert first.startswith("error: It went wrong, and")
    assert second == "what to do: Do this."

    ended = command.run("status", "--json")
    assert ended.code == kind.exit_code
    assert ended.json["exit_code"] == kind.exit_code
    assert ended.json["status"] == "failed"
    assert ended.json["resolution"] == "Do this."
    assert ended.err.startswith("error: ")


def test_a_fault_of_ours_is_kept_in_a_file_without_secrets(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object, **_given: object) -> None:
        raise LookupError(hide("a-secret-in-an-error"))

    monkeypatch.setattr("taskflow_deploy.cli.status.open_context", fail)
    ended = command.run("status")
    log = command.state / "logs" / "crash.log"
    assert ended.code == 1
    first, second = ended.err.splitlines()
    assert first == "error: This is a fault of TaskFlow: LookupError: [redacted]"
    assert str(log) in second
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "test_cli.py" in text
    assert "a-secret-in-an-error" not in text


@pytest.mark.parametrize(
    ("name", "value", "words", "code"),
    [
        ("TASKFLOW_INSTANCE", "Not A Name", ["status"], 2),
        ("TASKFLOW_CLUSTER", "kind", ["status"], 2),
        ("DATABASE_URL", "mysql://h/d", ["dev"], 16),
        ("BETTER_AUTH_SECRET", "short", ["dev"], 18),
        ("TASKFLOW_NODE_PORT", "80", ["dev"], 2),
    ],
)
def test_bad_settings_are_named(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str,
    words: list[str], code: int,
) -> None:  # fmt: skip
    monkeypatch.setenv(name, value)
    ended = command.run(*words)
    assert ended.code == code
    first, second = ended.err.splitlines()
    assert name in first or value in first
    assert second.startswith("what to do: ")


def test_nothing_is_deployed_yet(command: CommandLine, tools: Tools) -> None:
    ended = command.run("verify")
    assert ended.code == ClusterNotRunningError.exit_code
    assert "./taskflow up" in ended.err
    ended = command.run("status", "--json")
    assert ended.json["url"] == "not deployed"
    assert ended.json["parts"] == [{"name": "postgresql", "state": "ill", "detail": "not created"}]
    assert command.run("cluster", "status").out.startswith("embedded: not created")
    ended = command.run("kubectl", "get", "pods")
    assert ended.code == ClusterNotRunningError.exit_code
    assert not command.state.exists(), "to look leaves nothing behind"


def test_an_address_that_is_none_is_wrong_usage(command: CommandLine) -> None:
    for url in ("http://[::1", "10.97.0.2:30300", "ftp://10.97.0.2"):
        ended = command.run("verify", "--url", url)
        assert ended.code == UsageError.exit_code, url
        assert ended.err.splitlines()[1].startswith("what to do: ")


def test_code_documents_and_chart_are_looked_at_without_anything_running(
    command: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = command.run("verify", "--static")
    assert (told.code, told.out) == (0, "")
    assert re.search(r"11 endpoints, \d+ error codes, .* agree in \d+ files\.", told.err)
    apart = Disagreement("the port", "1", "2", "here", "there", "Make them the same.")
    monkeypatch.setattr(check, "check", lambda _repository: check.Checked([apart]))
    ended = command.run("verify", "--static", "--json")
    assert (ended.code, ended.json["disagreements"][0]["what"]) == (63, "the port")
    ended = command.run("verify", "--static")
    assert ended.code == 63
    assert ended.err.splitlines()[0] == "error: the port: 1 in here, 2 in there"


def test_from_inside_is_asked_the_deployed_system_alone(command: CommandLine) -> None:
    ended = command.run("verify", "--inside", "--url", "http://127.0.0.1:1")
    assert ended.code == UsageError.exit_code
    assert "Leave --url and --reference out." in ended.err


def test_logs_of_what_there_is(command: CommandLine, tools: Tools, tmp_path: Path) -> None:
    ended = command.run("logs", "kubelet")
    assert ended.code == UsageError.exit_code
    assert "Choose from: backend, frontend" in ended.err
    (command.state / "logs").mkdir(parents=True)
    (command.state / "logs" / "postgresql.log").write_text("ready\n", encoding="utf-8")
    tools.put("tail", "#!/bin/sh\nshift 2; exec /bin/cat $1\n")
    process = command.start("logs", "postgresql")
    assert process.communicate(timeout=30) == ("ready\n", "")
    told = command.run("logs", "../../etc/passwd").err
    assert "backend, frontend, migrations, postgresql" in told


def test_a_second_command_is_refused_while_one_is_at_work(
    command: CommandLine, tools: Tools
) -> None:
    with lock.exclusive(current_paths()):
        ended = command.run("up")
    assert ended.code == BusyError.exit_code
    assert f"process {os.getpid()}" in ended.err


def test_nothing_is_purged_by_accident(command: CommandLine, tools: Tools) -> None:
    command.state.mkdir(parents=True)
    (command.state / "better-auth-secret").write_text("kept", encoding="ascii")
    ended = command.run("down", "--purge")
    assert ended.code == UsageError.exit_code
    assert "Add --yes" in ended.err
    assert (command.state / "better-auth-secret").exists()


def test_a_port_of_another_program_keeps_dev_from_starting(command: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command.run("dev", "--backend-port", str(port))
    assert ended.code == PortInUseError.exit_code
    assert f"Port {port} is used by another program." in ended.err


@pytest.mark.parametrize(
    ("words", "hangs"),
    [
        (["cluster", "start", "--cluster", "minikube"], "minikube start"),
        (["up", "--cluster", "minikube", "--json"], "minikube start"),
        (["status", "--cluster", "minikube"], "minikube status"),
    ],
)
def test_ctrl_c_ends_with_its_own_code_and_a_line(
    command: CommandLine, tools: Tools, words: list[str], hangs: str
) -> None:
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.fail(hangs, "hang")
    process = command.start(*words)
    deadline = time.monotonic() + 30
    while not tools.calls(*hangs.split()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    error, cure = err.splitlines()[-2:]
    assert error == "error: Interrupted."
    assert cure.startswith("what to do: Run ")
    assert "Traceback" not in err
    assert ('"exit_code": 130' in out) == ("--json" in words)
