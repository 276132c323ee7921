"""Each application as a real server process of one worker."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.database import BACKEND, SECRET, Database
from bench.load import Outcome
from bench.processes import Cores, cpu_seconds, peak_memory
from src.config import Settings

API = "/api/v1"
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.002


@dataclass(frozen=True)
class Application:
    """An application, and what serves it: a module and its arguments, without the port."""

    name: str
    module: tuple[str, ...]


TASKFLOW = Application("TaskFlow", ("src.server", "--host", "127.0.0.1"))
PLAIN = Application(
    "plain",
    ("uvicorn", "bench.plain:app", "--loop", "uvloop", "--http", "httptools", "--no-access-log",
     "--host", "127.0.0.1"),
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a request was answered; ``json`` is None where the body is empty."""

    status: int
    text: str
    json: Any


class Server:
    """A server process that answers.

    Attributes
    ----------
    cold_start
        Seconds from the process's start to its first 200 on ``/health``.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], port: int, cold_start: float, cores: Cores
    ) -> None:
        self.port = port
        self.cold_start = cold_start
        self._process = process
        self._cores = cores

    def cpu_seconds(self) -> float:
        """Return the process's CPU time so far."""
        return cpu_seconds(self._process.pid)

    def peak_memory(self) -> int:
        """Return the most memory that the process ever had resident, in bytes."""
        return peak_memory(self._process.pid)

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> Answer:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body).encode(), headers
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return Answer(answer.status, text, json.loads(text) if text else None)

    def bear(self, **load: Any) -> Outcome:
        """Put a load on the server, from a process of its own."""
        asked = json.dumps({"port": self.port, "core": self._cores.rest, **load})
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            cwd=BACKEND, input=asked, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"The load generator failed:\n{done.stderr}")
        return Outcome(**json.loads(done.stdout))


@contextmanager
def serving(
    application: Application, database: Database, cores: Cores, log: Path
) -> Iterator[Server]:
    """Start an application as in production, its output written to a file, and stop it."""
    port = _free_port()
    command = [sys.executable, "-m", *application.module, "--port", str(port)]
    with log.open("ab") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=BACKEND, env=_environment(database), stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            if cores.server is not None:
                os.sched_setaffinity(process.pid, {cores.server})
            _wait_for_health(process, port, log)
            yield Server(process, port, time.perf_counter() - started, cores)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _environment(database: Database) -> Mapping[str, str]:
    limits = [name.upper() for name in Settings.model_fields if name.startswith("rate_limit_")]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        **dict.fromkeys(limits, "off"),
        "DATABASE_URL": database.url,
        "BETTER_AUTH_SECRET": SECRET,
        "ENVIRONMENT": "production",
        "METRICS_PORT": str(_free_port()),
        "PYTHONUNBUFFERED": "1",
    }


def _wait_for_health(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.perf_counter() + _START_SECONDS
    while not _is_healthy(port):
        if process.poll() is not None or time.perf_counter() > deadline:
            raise RuntimeError(f"A server does not answer:\n{log.read_text(encoding='utf-8')}")
        time.sleep(_POLL_SECONDS)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
