"""preflight and up by the command line: what is printed, as text and as data, and how it ends."""

import pytest

from taskflow_deploy import journal
from taskflow_deploy.paths import current_paths
from tests.unit.command import CommandLine
from tests.unit.test_cli_story import _CLUSTER, machine
from tests.unit.tools import Tools

__all__ = ["machine"]


def test_preflight_lists_every_check_and_changes_nothing(
    command: CommandLine, machine: Tools
) -> None:
    ended = command.run("preflight", *_CLUSTER)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "prerequisites"
    assert [line.split()[0] for line in lines if line[2:].startswith("Node  ")] == ["-"], (
        "it does not run yet"
    )
    assert "Nothing was changed." in ended.out
    assert "Not proven: that a cluster that does not run yet starts." in ended.out
    assert machine.calls("minikube", "start") == []
    assert not command.state.exists() or list(command.state.iterdir()) == []


def test_preflight_as_data_has_the_same_ids(command: CommandLine, machine: Tools) -> None:
    found = command.run("preflight", "--json", *_CLUSTER).json
    assert (found["schema_version"], found["status"]) == (1, "ready")
    [checkpoint] = found["checkpoints"]
    ids = [check["id"] for check in checkpoint["checks"]]
    assert {"prerequisites.memory", "prerequisites.docker", "prerequisites.guard"} <= set(ids)
    for check in checkpoint["checks"]:
        assert set(check) == {"id", "title", "verdict", "seconds", "reason", "mend"}


def test_what_fails_is_told_with_its_command_and_the_exit_code_of_its_kind(
    command: CommandLine, machine: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    ended = command.run("preflight", *_CLUSTER)
    assert ended.code == 2
    assert "✗ Certificates" in ended.out
    assert "unset SSL_CERT_FILE" in ended.out
    assert "error: SSL_CERT_FILE names /nowhere/ca.pem" in ended.err
    data = command.run("preflight", "--json", *_CLUSTER)
    assert (data.code, data.json["status"]) == (2, "failed")


def test_a_part_of_the_checkpoints_is_passed_and_told(command: CommandLine, machine: Tools) -> None:
    ended = command.run("up", "--yes", "--until", "chart", *_CLUSTER)
    assert (ended.code, ended.out) == (0, "")
    assert "Stopped after chart, as asked. Nothing was verified." in ended.err
    rest = command.run("up", "--from", "chart", "--json")
    assert rest.code == 0, rest.err
    assert [entry["verdict"] for entry in rest.json["checkpoints"]] == (
        ["recalled"] * 3 + ["passed"] * 3
    )
    dry = command.run("up", "--dry-run")
    assert dry.code == 0
    assert "nothing changes" in dry.out
    assert "Not proven: " in dry.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "x"], "There is no checkpoint 'x'."),
        (["--from", "pods", "--until", "built"], "Checkpoint pods comes after built."),
    ],
)
def test_a_wrong_part_is_refused(command: CommandLine, words: list[str], message: str) -> None:
    ended = command.run("up", *words, "--cluster", "embedded")
    assert ended.code == 2
    assert message in ended.err


def test_the_next_up_tells_where_a_kill_cut_the_last_one_short(
    command: CommandLine, machine: Tools
) -> None:
    command.state.mkdir(parents=True)
    journal.begin(current_paths(), "up").note("pods", "began")
    ended = command.run("up", "--yes", *_CLUSTER)
    assert ended.code == 0, ended.err
    assert "The last up was killed at pods; going on from it." in ended.err
    assert "was killed" not in command.run("up").err
