"""What keeps a forward going: when it starts kubectl again, and when it leaves it alone."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.clusters.minikube import commands, forward
from taskflow_deploy.clusters.minikube.forward import Forward

_SECONDS = 20.0
_POLL_SECONDS = 0.02


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def made(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forward]:
    """A forward in this process, of a program that a test may choose."""
    monkeypatch.setattr(forward, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(forward, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(forward, "_STOP_SECONDS", 0.2)
    made = Forward(["/bin/sleep", "60"], port, tmp_path / "forward.log", tmp_path)
    yield made
    made.end()


def test_what_answers_nothing_any_more_is_started_again(made: Forward) -> None:
    made.step()
    assert made.process is not None
    silent = made.process

    deadline = time.monotonic() + _SECONDS
    while made.process is silent:
        assert time.monotonic() < deadline, "it was left as it was"
        made.step()
        time.sleep(_POLL_SECONDS)
    assert silent.poll() is not None
    assert f"nothing came through port {made.port} any more" in made.log.read_text("utf-8")


def test_what_answers_is_left_alone(made: Forward) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", made.port))
        listener.listen()

        def serve() -> None:
            for _ in range(5):
                connection, _place = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        made.step()
        first, made.in_vain, made.pause = made.process, 2, 3.0
        while thread.is_alive():
            made.step()
        assert made.process is first
        assert (made.in_vain, made.pause) == (0, forward._FIRST_PAUSE_SECONDS)


def test_its_pauses_grow_to_a_few_seconds(made: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    made.command = ["/bin/false"]
    pauses = []
    for _ in range(7):
        made.not_before = 0.0
        made.step()
        assert made.process is not None
        made.process.wait()
        made.step()
        pauses.append(made.not_before - time.monotonic())
    assert [round(pause, 1) for pause in pauses] == [0.2, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_its_log_stays_small(made: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "_LOG_BYTES", 100)
    made.log.write_bytes(b"a" * 101)
    made.step()
    assert made.log.stat().st_size == 0
    assert made.log.with_suffix(".log.1").read_bytes() == b"a" * 101


def test_the_looked_at_page_is_the_frontends_own() -> None:
    deployment = Path(__file__).parents[3] / "helm/taskflow/templates/frontend-deployment.yaml"
    assert f"path: {forward._PATH}\n" in deployment.read_text(encoding="utf-8")
    assert forward._LOOPBACK == commands.LOOPBACK
