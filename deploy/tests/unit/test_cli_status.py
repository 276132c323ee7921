"""./taskflow status and open: one screen for people, the same as data, and the page itself."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from taskflow_deploy import records, status
from taskflow_deploy.cli.status import duration
from taskflow_deploy.clusters.base import ClusterStatus, PartStatus
from taskflow_deploy.errors import ClusterNotRunningError
from taskflow_deploy.paths import current_paths
from taskflow_deploy.records import Verified
from tests.unit.command import CommandLine
from tests.unit.served import Health, serve


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where something answers."""
    with serve(Health) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (7_300, "2 h"), (200_000, "2 d")],
)
def test_time_spans_have_one_unit(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def _give(monkeypatch: pytest.MonkeyPatch, found: status.Status) -> None:
    monkeypatch.setattr(status, "look", lambda *_given: found)


def _found(**changes: Any) -> status.Status:
    parts = [PartStatus("kubelet", True, "running"), PartStatus("etcd", True, "running")]
    one = status.Pod("taskflow-backend-6f7d9c8b5-x2k4p", "Running", True, 1, 1, 3, 65.0,
                     117_000_000, "taskflow-backend:abc")  # fmt: skip
    known: dict[str, Any] = {
        "kind": "embedded", "url": "http://10.97.0.2:30300", "state": "up", "revision": 3,
        "verified": "2026-01-20T10:31:00Z", "pods": [one],
        "cluster": ClusterStatus(True, True, parts),
        "database": PartStatus("postgresql", True, "running on port 15478"),
        "last": status.Last("up", "verified", "2026-01-20T10:31:00Z", ""),
    }  # fmt: skip
    return status.Status(**{**known, **changes})


def test_one_screen_answers_what_is_asked(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "seconds_since", lambda _moment: 7_200)
    _give(monkeypatch, _found())
    lines = [line.rstrip() for line in command.run("status").out.splitlines()]
    assert lines == [
        "✓ TaskFlow is up: http://10.97.0.2:30300",
        "revision  3, verified 2 h ago",
        "sources   what runs is made of the sources here",
        "cluster   embedded, all 2 parts are well",
        "database  PostgreSQL on this machine, running on port 15478",
        "last      up ended 2 h ago: verified",
        "",
        "pod                               ready  restarts  age    memory",
        "taskflow-backend-6f7d9c8b5-x2k4p  1/1    3         1 min  117 MB",
    ]


def test_what_is_ill_comes_first_with_what_to_do(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "seconds_since", lambda _moment: 7_200)
    ill = ClusterStatus(True, True, [PartStatus("etcd", False, "stopped"),
                                     PartStatus("kubelet", True, "running")])  # fmt: skip
    last = status.Last("up", "failed", "", "It crashed.")
    _give(monkeypatch, _found(state="ill", reason="It crashes.", cluster=ill, verified="",
                              differs=["backend", "frontend"], last=last))  # fmt: skip
    lines = command.run("status").out.splitlines()
    assert lines[:6] == [
        "✗ TaskFlow is ill: http://10.97.0.2:30300",
        "why       It crashes.",
        "next      ./taskflow explain says more.",
        "revision  3, never verified",
        "sources   backend and frontend differ from the sources here; ./taskflow up deploys these",
        "cluster   embedded, etcd is ill (stopped)",
    ]
    assert lines[7] == "last      up failed 2 h ago: It crashed."


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (status.Last("up", "running", "", "at built"), "up is at work now, at built"),
        (status.Last("up", "killed", "", "at pods"), "up was killed 2 h ago, at pods"),
    ],
)
def test_a_command_that_has_not_ended_is_told(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, last: status.Last, told: str
) -> None:
    monkeypatch.setattr(status, "seconds_since", lambda _moment: 7_200)
    _give(monkeypatch, _found(last=last))
    assert f"last      {told}" in command.run("status").out.splitlines()


def test_a_terminal_gets_each_fact_on_one_line() -> None:
    code = (
        "from taskflow_deploy.output import Output\nOutput().fact('last  ', 'a long reason ' * 20)"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60"}
    subprocess.run([sys.executable, "-c", code], check=True, stdout=theirs, env=environment)
    os.close(theirs)
    said = os.read(ours, 4000).decode()
    os.close(ours)
    assert said.count("\n") == 1
    assert said.rstrip().endswith("…")


def test_json_keeps_the_names_that_scripts_know(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _give(monkeypatch, _found())
    told = command.run("status", "--json").json
    assert told["url"] == "http://10.97.0.2:30300"
    assert {"name": "etcd", "state": "well", "detail": "running"} in told["parts"]
    assert told["parts"][-1] == {
        "name": "taskflow-backend-6f7d9c8b5-x2k4p", "state": "well", "detail": "Running",
    }  # fmt: skip
    assert told["sources"] == {"same": True, "differ": []}
    assert told["last"]["how"] == "verified"
    assert told["pods"][0]["memory_bytes"] == 117_000_000


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a browser."""
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        return len(opened) == 1

    monkeypatch.setattr("webbrowser.open", show)
    return opened


def test_open_opens_the_address_that_answers_and_prints_it(
    command: CommandLine, url: str, browsers: list[str]
) -> None:
    command.state.mkdir(parents=True)
    records.remember(current_paths(), Verified(1, "", url))
    ended = command.run("open")
    assert (ended.code, ended.out, ended.err, browsers) == (0, f"{url}\n", "", [url])
    ended = command.run("open")
    assert (ended.code, ended.out) == (0, f"{url}\n")
    assert "There is no browser here." in ended.err


def test_open_opens_nothing_that_does_not_answer(
    command: CommandLine, url: str, browsers: list[str]
) -> None:
    ended = command.run("open")
    assert ended.code == ClusterNotRunningError.exit_code
    assert "Nothing is deployed." in ended.err
    command.state.mkdir(parents=True)
    records.remember(current_paths(), Verified(1, "", f"{url}/broken"))
    ended = command.run("open")
    assert ended.code == ClusterNotRunningError.exit_code
    assert ended.err.splitlines()[0].endswith("/broken/health answers with 503, not 200.")
    assert (ended.out, browsers) == ("", [])
