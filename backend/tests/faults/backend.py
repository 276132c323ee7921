"""The backend as a process of its own, as it runs in production."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from src.config import Settings
from tests.conftest import BACKEND, SECRET

_SECONDS = 45.0


class Backend:
    """A server process on a free port.

    Parameters
    ----------
    process, port, log
        The process, where it listens, and the file that holds what it prints.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> httpx2.Response:
        """Ask for something."""
        return httpx2.get(f"{self.url}{path}", timeout=10)

    def post(self, path: str, body: object) -> httpx2.Response:
        """Send something."""
        return httpx2.post(f"{self.url}{path}", json=body, timeout=10)

    def printed(self) -> str:
        """All that it has printed."""
        return self._log.read_text(encoding="utf-8")

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of one event."""
        lines = [json.loads(line) for line in self.printed().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal; by default the one that asks it to end."""
        self.process.send_signal(number)

    def wait_until(self, event: str) -> None:
        """Wait until it has logged an event."""
        deadline = time.monotonic() + _SECONDS
        while not self.logged(event):
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, f"not {event!r} yet: {self.printed()}"
            time.sleep(0.02)

    def exit_code(self, seconds: float) -> int:
        """Wait until it has ended."""
        return self.process.wait(timeout=seconds)


@contextmanager
def backend(
    database_url: str,
    *,
    module: str = "src.server",
    port: int = 0,
    wait: bool = True,
    **settings: object,
) -> Iterator[Backend]:
    """Start a server, wait until it serves, and end it with the test.

    Parameters
    ----------
    database_url
        Its database; there need not be any.
    module
        What is run; it takes the arguments of ``src.server``.
    port
        Where it listens; 0 chooses one.
    wait
        Whether to wait.
    settings
        Environment variables in lower case. No rate is limited unless one says so.
    """
    limits = [name for name in Settings.model_fields if name.startswith("rate_limit_")]
    given = {"database_url": database_url, "better_auth_secret": SECRET, "anthropic_api_key": "",
             **dict.fromkeys(limits, "off"), **settings}  # fmt: skip
    environment = {**os.environ, **{name.upper(): str(value) for name, value in given.items()}}
    port = port or free_port()
    with tempfile.NamedTemporaryFile(prefix="taskflow-backend-") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--port", str(port)],
            cwd=BACKEND, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        running = Backend(process, port, Path(log.name))
        try:
            if wait:
                running.wait_until("listening")
            yield running
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
