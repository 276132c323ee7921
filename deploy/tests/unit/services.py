"""The real things: a PostgreSQL of the tests' own, and the backend as a process on it."""

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
from secrets import SystemRandom

from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.postgres import server

SECRET = "a-secret-of-the-tests-with-enough-characters"
# As many requests as a test likes.
UNLIMITED = {
    **{f"RATE_LIMIT_{action}_{by}": "off"
       for action in ("LOGIN", "SIGNUP", "REFRESH", "CHAT") for by in ("ADDRESS", "ACCOUNT")},
}  # fmt: skip

_QUICK = """
import runpy
from src.security import passwords
hasher = passwords.Argon2Hasher
passwords.Argon2Hasher = lambda **_: hasher(memory_cost=8, time_cost=1, parallelism=1)
runpy.run_module("src.server", run_name="__main__", alter_sys=True)
"""
_BACKEND = REPOSITORY / "backend"
_SCRIPTS = Path(sys.prefix) / "bin"
_NODE_PORTS = range(30400, 32768)
_SECONDS = 45.0


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    """Make a folder that PostgreSQL's own user can reach, which pytest's are not for root."""
    with tempfile.TemporaryDirectory(prefix="taskflow-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server and give the URL of its database."""
    with folder_open_to_all() as root:
        paths = Paths(REPOSITORY, root / "cache", root / "state" / "t", root / "run", "t")
        # 127.0.0.2 is an address of this machine that is not called localhost.
        listen = ["127.0.0.1", "127.0.0.2"]
        database = server.ensure(paths, Output(), listen=listen, allow=[])
        try:
            yield database.url("127.0.0.2")
        finally:
            server.stop(paths)


@contextmanager
def backend(
    database_url: str, *, quick: bool = False, first: str = "", **settings: str
) -> Iterator[int]:
    """Serve the real backend and give its port, which is one that a node port may be.

    Parameters
    ----------
    quick
        Whether it takes next to no time for passwords.
    first
        Python that a quick one runs before anything else.
    settings
        Variables of its environment.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "ENVIRONMENT": "local",
        "ANTHROPIC_API_KEY": "",
        **settings,
    }
    port = free_port(_NODE_PORTS)
    environment["CORS_ORIGINS"] = f"http://127.0.0.1:{port}"
    start = ["-c", first + _QUICK] if quick else ["-m", "src.server"]
    command = [sys.executable, *start, "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=_BACKEND, env=environment, stdout=log, stderr=log)
        try:
            # The tables are made while the server is still starting.
            migrate = [f"{_SCRIPTS}/alembic", "upgrade", "head"]
            subprocess.run(migrate, cwd=_BACKEND, env=environment, check=True, capture_output=True)
            wait_for_port(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_SECONDS)


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process listens."""
    deadline = time.monotonic() + _SECONDS
    while not answers(port):
        assert process.poll() is None, f"it ended with {process.returncode}"
        assert time.monotonic() < deadline, "it does not listen"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Tell whether anything listens on a port of this machine."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def free_port(ports: range) -> int:
    """Return a port that nobody listens on, in no order: others choose at the same time."""
    return next(port for port in SystemRandom().sample(ports, len(ports)) if not answers(port))
