"""The backend's init container beside a migration Job, run against a real PostgreSQL."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import asyncpg
import pytest

from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.postgres import server
from tests.chart.helm import GIVEN, SECRET, Helm
from tests.chart.node import free_port
from tests.chart.pod_security import containers
from tests.unit.services import folder_open_to_all

_BACKEND = REPOSITORY / "backend"
_SLACK_SECONDS = 20.0


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A server with an empty database: its URL."""
    with folder_open_to_all() as root:
        places = Paths(REPOSITORY, root / "cache", root / "state" / "t", root / "run", "t")
        try:
            found = server.ensure(places, Output(), listen=["127.0.0.1"], allow=[])
            yield found.url("127.0.0.1")
        finally:
            server.stop(places)


@pytest.fixture(scope="module")
def script(helm: Helm) -> str:
    """The script of the very container."""
    made = helm.render({**GIVEN, "backend.migrations.mode": "job"})
    waits = containers(made.pod("backend")["spec"])[0]
    assert waits["workingDir"] == "/app"
    python, option, text = waits["command"]
    assert (python, option) == ("python", "-c")
    return str(text)


def start(words: list[str], url: str, timeout: int = 60) -> subprocess.Popen[str]:
    """Start Python as in the backend's image."""
    asked = {"DATABASE_URL": url, "WAIT_TIMEOUT_SECONDS": str(timeout)}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=_BACKEND,
        env={**os.environ, "BETTER_AUTH_SECRET": SECRET, **asked},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def execute(url: str, statement: str) -> None:
    """Run a statement."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def test_it_waits_for_the_job_and_goes_on_when_the_schema_is_there(
    script: str, database: str
) -> None:
    waiting = start(["-c", script], database)
    assert waiting.stdout is not None
    said = waiting.stdout.readline()
    assert said == "Waiting for the schema, up to 60 s: the database has an older schema.\n"
    job = start(["-m", "src.migrate"], database)
    assert job.wait(timeout=60) == 0
    job.communicate()
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, err) == (0, "")
    assert out.startswith("The schema is there after ")

    # Once it is there, nobody waits; nor does older code, after newer code has migrated.
    for _ in ("the same", "newer"):
        again = start(["-c", script], database)
        out, err = again.communicate(timeout=60)
        assert (again.returncode, err) == (0, "")
        assert out.startswith("The schema is there after ")
        execute(database, "UPDATE alembic_version SET version_num = 'of-the-future'")


def test_it_gives_up_in_time(script: str) -> None:
    url = f"postgresql://someone:secret-of-the-tests@127.0.0.1:{free_port()}/taskflow"
    started = time.monotonic()
    process = start(["-c", script], url, timeout=4)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert time.monotonic() - started < 4 + _SLACK_SECONDS
    assert "Waiting for the schema, up to 4 s: TaskFlow cannot migrate, try again: " in out
    assert err.startswith("Gave up after 4 s: TaskFlow cannot migrate, try again: ")
    assert err.endswith(". Look at the logs of the Job that migrates.\n")
    assert "secret-of-the-tests" not in out + err


def test_it_ends_at_once_when_the_pod_is_deleted(script: str) -> None:
    url = f"postgresql://someone:anything@127.0.0.1:{free_port()}/taskflow"
    process = start(["-c", script], url)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Waiting for the schema")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 143
