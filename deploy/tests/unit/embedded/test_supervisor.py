"""The node's first process, as a real process: it starts parts in order and buries them all."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.clusters.embedded import supervisor
from tests.unit.tools import Tools

# A part: after some time it listens on a socket, and it writes down when it did what.
_PART = """
import os, signal, socket, sys, time
name, place, pause, deaf = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4] == "deaf"
def note(what):
    with open(sys.argv[5], "a") as log:
        log.write(f"{name} {what} {os.getpid()}\\n")
if deaf:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
note("started")
print(f"{name} says hello", flush=True)
time.sleep(pause)
if os.path.exists(place):
    os.unlink(place)
listening = socket.socket(socket.AF_UNIX)
listening.bind(place)
note("ready")
listening.listen()
time.sleep(60)
"""


_IN_A_HURRY = """
from taskflow_deploy.clusters.embedded import supervisor
supervisor._STOP_SECONDS = 0.5
supervisor._ASK_AGAIN_SECONDS = 0.1
supervisor.main()
"""


@dataclass
class _Node:
    """A supervisor and the parts that a test gave it."""

    folder: Path
    parts: list[dict[str, Any]] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def add(self, name: str, *after: str, pause: float = 0.0, deaf: bool = False) -> None:
        place = str(self.folder / f"{name}.sock")
        argv = [sys.executable, "-I", "-S", "-c", _PART, name, place, str(pause),
                "deaf" if deaf else "", str(self.folder / "events")]  # fmt: skip
        self.parts.append(
            {"name": name, "argv": argv, "env": {}, "after": list(after), "ready": place,
             "log": str(self.folder / f"{name}.log")}
        )  # fmt: skip

    def start(self, first_line: bytes = b"connected\n") -> "subprocess.Popen[bytes]":
        specification = {
            "parts": self.parts, "status": str(self.folder / "status.json"),
            "hidden": [], "kept": [], "replaced": {},
        }  # fmt: skip
        (self.folder / "node.json").write_text(json.dumps(specification), encoding="utf-8")
        command = [sys.executable, "-c", _IN_A_HURRY, str(self.folder / "node.json")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(first_line)
        process.stdin.close()
        self.process = process
        return process

    @property
    def events(self) -> list[list[str]]:
        file = self.folder / "events"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [line.split() for line in text.splitlines()]

    def pid(self, name: str) -> int:
        return next(int(pid) for part, _, pid in reversed(self.events) if part == name)

    def status(self, name: str) -> dict[str, Any]:
        file = self.folder / "status.json"
        found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        told: dict[str, Any] = found.get(name, {})
        return told

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline, self.events
            time.sleep(0.02)


@pytest.fixture
def node(tmp_path: Path, tools: Tools) -> Iterator[_Node]:
    """A node whose mounts are only recorded, since the tests share the machine's own."""
    tools.install("mount")
    made = _Node(tmp_path)
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.wait()
        assert made.process.stderr is not None
        made.process.stderr.close()
    for _, _, pid in made.events:
        if Path(f"/proc/{pid}").exists():
            os.kill(int(pid), signal.SIGKILL)


def test_a_part_starts_when_those_it_needs_answer(node: _Node, tools: Tools) -> None:
    node.add("etcd", pause=0.4)
    node.add("api", "etcd", pause=0.2)
    node.add("proxy", "etcd", "api")
    node.start()
    node.wait(lambda: bool(node.status("proxy").get("ready")))
    assert [event[:2] for event in node.events] == [
        ["etcd", "started"], ["etcd", "ready"], ["api", "started"], ["api", "ready"],
        ["proxy", "started"], ["proxy", "ready"],
    ]  # fmt: skip
    assert (node.folder / "etcd.log").read_text("utf-8") == "etcd says hello\n"
    assert tools.calls() == [["mount", "--make-rshared", "/"]]


def test_a_part_that_ends_is_started_again_alone(node: _Node) -> None:
    node.add("etcd")
    node.add("api", "etcd")
    node.start()
    node.wait(lambda: bool(node.status("api").get("ready")))
    first, other = node.pid("api"), node.pid("etcd")
    os.kill(first, signal.SIGKILL)
    node.wait(lambda: node.status("api") == {"running": True, "ready": True, "restarts": 1})
    assert node.pid("api") != first
    assert node.pid("etcd") == other
    assert node.status("etcd")["restarts"] == 0
    log = (node.folder / "api.log").read_text("utf-8")
    assert "supervisor: api ended with -9; starting it again\n" in log


def test_at_the_end_all_parts_end_the_deaf_one_as_well(node: _Node) -> None:
    node.add("etcd", deaf=True)
    node.add("api", "etcd")
    process = node.start()
    node.wait(lambda: bool(node.status("api").get("ready")))
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None, "a Ctrl-C in somebody's terminal is not for the node"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    for name in ("etcd", "api"):
        node.wait(lambda name=name: _gone(node.pid(name)))  # type: ignore[misc]


def test_without_a_network_nothing_is_started(node: _Node, tools: Tools) -> None:
    node.add("etcd")
    process = node.start(b"")
    assert process.wait(10) == 1
    assert process.stderr is not None
    assert b"the network was not laid" in process.stderr.read()
    assert node.events == []
    assert tools.calls() == []


def test_a_log_that_grew_too_long_is_moved_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_LOG_BYTES", 10)
    parts = [supervisor._Part(name, [], {}, [], "", tmp_path / f"{name}.log") for name in "ab"]
    watcher = supervisor._Supervisor(parts, tmp_path / "status.json")
    with (tmp_path / "a.log").open("a", encoding="ascii") as log:
        log.write("more than ten letters")
        log.flush()
        watcher._bound_logs()
        assert (tmp_path / "a.log").stat().st_size == 21, "not looked at all the time"
        watcher.log_checked -= 31
        watcher._bound_logs()
        log.write("next")
    assert (tmp_path / "a.log").read_text("ascii") == "next"
    assert (tmp_path / "a.log.1").read_text("ascii") == "more than ten letters"
    assert not (tmp_path / "b.log.1").exists()


def _gone(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


def test_a_part_that_does_not_answer_any_more_is_ill_and_then_started_again(node: _Node) -> None:
    node.add("api")
    node.add("proxy", "api")
    node.start()
    node.wait(lambda: bool(node.status("proxy").get("ready")))
    before = node.pid("api")
    (node.folder / "api.sock").unlink()  # it runs, and nobody reaches it
    node.wait(lambda: node.status("api")["ready"] is False)
    assert node.status("api")["running"] is True
    node.wait(lambda: node.status("api")["restarts"] == 1 and node.status("api")["ready"])
    assert node.pid("api") != before
    assert "does not answer any more" in (node.folder / "api.log").read_text(encoding="utf-8")
    assert node.status("proxy")["restarts"] == 0, "who only waited for it is not to blame"
