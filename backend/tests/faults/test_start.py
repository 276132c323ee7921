"""The start: with a database, without one, and where there can be none."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.conftest import BACKEND, SECRET, eventually
from tests.faults.backend import backend, free_port
from tests.faults.postgres import Postgres
from tests.helpers import TASKS, assert_error

NOWHERE = "postgresql://taskflow:hunter2@127.0.0.1:1/taskflow"


async def test_with_a_database_it_serves_and_says_nothing_of_itself(database_url: str) -> None:
    with backend(database_url) as server:
        answer = server.get("/health")
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert_error(server.get(TASKS), 401, "MISSING_AUTH_HEADER")
        assert server.logged("started")[0]["database"] is True
        server.stop(signal.SIGINT)
        assert await asyncio.to_thread(server.exit_code, 10) == 0
        # All that it prints is our own log, one JSON object a line.
        assert all(line.startswith("{") for line in server.printed().splitlines())
        assert "GET /health HTTP" not in server.printed()


def test_who_asks_before_it_is_ready_waits_for_the_answer(database_url: str) -> None:
    with backend(database_url, wait=False) as server:
        with eventually_connected(server.port) as connection:
            assert not server.logged("listening"), "it was ready before anybody could ask"
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(1024).startswith(b"HTTP/1.1 200 OK\r\n")
        assert server.logged("listening")


def eventually_connected(port: int) -> socket.socket:
    """Connect as soon as somebody listens."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.001)


async def test_without_a_database_it_starts_says_so_and_heals(own_postgres: Postgres) -> None:
    own_postgres.stop()
    with backend(own_postgres.url) as server:
        assert server.logged("started")[0]["database"] is False
        said = "no database yet: requests are answered with 503 until there is one"
        assert len(server.logged(said)) == 1
        assert server.get("/health/live").json() == {"status": "alive"}
        unhealthy = server.get("/health")
        assert (unhealthy.status_code, unhealthy.json()["status"]) == (503, "unhealthy")
        assert_error(server.get("/health/ready"), 503, "SERVICE_UNAVAILABLE")
        login = {"email": "a@example.com", "password": "a good password"}
        answer = server.post("/api/v1/auth/login", login)
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"

        async def ready() -> bool:
            answer = await asyncio.to_thread(server.get, "/health/ready")
            return answer.status_code == 200

        waiting = asyncio.create_task(eventually(ready, 60))
        starting = asyncio.create_task(asyncio.to_thread(own_postgres.start))
        await own_postgres.until_it_accepts()
        accepts = time.monotonic()
        await waiting
        assert time.monotonic() - accepts < 3
        await starting
        assert_error(server.post("/api/v1/auth/login", login), 401, "INVALID_CREDENTIALS")
        assert server.process.poll() is None


def test_a_bad_setting_or_a_port_that_is_taken_is_one_line_and_exit_code_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cases = {
            f"TaskFlow cannot start: 127.0.0.1, port {port}: address already in use. "
            "Stop what uses it, or choose another with --port.": (port, {}),
            "TaskFlow cannot start: DRAIN_SECONDS is not valid (Input should be greater than or "
            "equal to 1). Correct it in the environment.": (free_port(), {"DRAIN_SECONDS": "0"}),
        }
        for line, (asked, settings) in cases.items():
            environment = {"DATABASE_URL": NOWHERE, "BETTER_AUTH_SECRET": SECRET, **settings}
            ended = subprocess.run(
                [sys.executable, "-m", "src.server", "--port", str(asked)], check=False,
                cwd=BACKEND, env={**os.environ, **environment},
                capture_output=True, text=True, timeout=30,
            )  # fmt: skip
            assert (ended.returncode, ended.stdout) == (1, "")
            assert ended.stderr == line + "\n"


@pytest.mark.parametrize("database", [NOWHERE, "postgresql://a:b@taskflow.invalid/d"])
async def test_it_stops_in_order_where_the_database_was_never_there(database: str) -> None:
    with backend(database) as server:
        server.stop()
        assert await asyncio.to_thread(server.exit_code, 10) == 0
        assert "Traceback" not in server.printed()
