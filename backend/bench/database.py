"""One real PostgreSQL for both applications: its data, its CPU time, its statements."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Literal

from bench.processes import children, cpu_seconds_with_children
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres import server
from taskflow_deploy.postgres.processes import first_process

BACKEND = Path(__file__).parents[1]
SECRET = "a-secret-of-the-bench-with-enough-characters"  # noqa: S105 - it protects nothing
_TRANSACTION = re.compile(r"(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b", re.IGNORECASE)
_LOGGED = re.compile(r"^\S+ \S+ \S+ \[\d+\] LOG:  (?:statement|execute [^:]*): (.*)$", re.MULTILINE)
_OUR_OWN = re.compile("log_statement|pg_reload_conf")
_SETTLE_SECONDS = 0.5


@dataclass(frozen=True)
class Statements:
    """How many statements were sent, and how many beside them that begin or end transactions."""

    queries: float
    transactions: float


class Database:
    """A running server.

    Parameters
    ----------
    url
        Of the database, as the applications get it.
    superuser
        The same, for the role that may do anything.
    pid
        Of the server's first process.
    log
        Where the server writes its log.
    """

    def __init__(self, url: str, superuser: str, pid: int, log: Path) -> None:
        self.url = url
        self._superuser = superuser
        self._pid = pid
        self._log = log

    @property
    def version(self) -> str:
        """The server's version."""
        with psycopg.connect(self.url) as connection:
            return connection.info.parameter_status("server_version") or "unknown"

    def pin(self, core: int) -> None:
        """Keep the server's processes, and those it will start, on one core."""
        for pid in (self._pid, *children(self._pid)):
            os.sched_setaffinity(pid, {core})

    def cpu_seconds(self) -> float:
        """Return the CPU time of all the server's processes so far."""
        return cpu_seconds_with_children(self._pid)

    def tidy(self, writer: str) -> None:
        """Remove what the last load wrote, so that each begins with the same tables."""
        with psycopg.connect(self._superuser, autocommit=True) as connection:
            connection.execute("DELETE FROM task WHERE user_id = %s", [writer])
            for table in ("task", '"user"', "session_family", "refresh_token", "revoked_token"):
                connection.execute(SQL("VACUUM (ANALYZE) " + table))
            connection.execute("CHECKPOINT")

    @contextmanager
    def logging(self) -> Iterator[Callable[[], Statements]]:
        """Have statements logged; what is given counts those since it was last called."""
        self._set("log_statement", "all")
        try:
            with self._log.open("rb") as log:
                log.seek(0, os.SEEK_END)
                yield lambda: _count(log.read().decode())
        finally:
            self._set("log_statement", "none")

    def _set(self, name: str, value: str) -> None:
        with psycopg.connect(self._superuser, autocommit=True) as connection:
            connection.execute(SQL("ALTER SYSTEM SET " + name + " = {}").format(Literal(value)))
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(_SETTLE_SECONDS)  # each backend reads it when it is next idle


def _count(log: str) -> Statements:
    sent = [one for one in _LOGGED.findall(log) if not _OUR_OWN.search(one)]
    queries = [one for one in sent if not _TRANSACTION.match(one)]
    return Statements(len(queries), len(sent) - len(queries))


@contextmanager
def running() -> Iterator[Database]:
    """Start a server with an empty, migrated database, and remove it at the end."""
    # Not below root's home: the server's own user has to reach it.
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        paths = Paths(BACKEND.parent, root / "cache", root / "state" / "b", root / "run", "b")
        made = server.ensure(paths, Output(), listen=["127.0.0.1"], allow=[])
        try:
            pid = first_process(paths.state / "postgres" / "data")
            if pid is None:
                raise RuntimeError("PostgreSQL ended right after its start")
            url = made.url("127.0.0.1")
            _migrate(url)
            superuser = (
                f"postgresql://postgres:{made.superuser_password}@127.0.0.1:{made.port}/taskflow"
            )
            yield Database(url, superuser, pid, paths.logs / "postgresql.log")
        finally:
            server.stop(paths)


def _migrate(url: str) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    environment = {**os.environ, "DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    subprocess.run(command, cwd=BACKEND, env=environment, check=True, capture_output=True)
