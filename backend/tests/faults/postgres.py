"""A PostgreSQL of its own, which can be killed, stopped and started again."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres import server
from tests.conftest import BACKEND, migrate

_HOST = "127.0.0.1"
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class Postgres:
    """A server on this machine."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self.url = server.ensure(paths, Output(), listen=[_HOST], allow=[]).url(_HOST)

    def start(self) -> None:
        """Start it, after a kill too."""
        server.ensure(self._paths, Output(), listen=[_HOST], allow=[])

    def stop(self) -> None:
        """Stop it in order."""
        server.stop(self._paths)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to all its processes at once."""
        folder = self._paths.state / "postgres" / "data"
        processes = _processes_in(folder)
        assert processes, "it does not run"
        for process in processes:
            os.kill(process, number)

    async def until_it_accepts(self) -> None:
        """Wait until it lets a client in."""
        while True:
            try:
                connection = await asyncpg.connect(self.url, timeout=5)
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
                await asyncio.sleep(0.01)
            else:
                await connection.close()
                return


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server that keeps what it has acknowledged."""
    # Not below root's home: the server's own user has to reach it.
    with tempfile.TemporaryDirectory(prefix="taskflow-test-") as name:
        root = Path(name)
        root.chmod(0o755)
        made = Postgres(
            Paths(BACKEND.parent, root / "cache", root / "state" / "t", root / "run", "t")
        )
        try:
            migrate(made.url)
            yield made
        finally:
            made.stop()


async def durability(url: str) -> dict[str, str]:
    """Return the settings without which an acknowledged write could be lost."""
    connection = await asyncpg.connect(url)
    try:
        return {name: await connection.fetchval(f"SHOW {name}") for name in _DURABLE}
    finally:
        await connection.close()


def _processes_in(folder: Path) -> list[int]:
    """Return the processes that work in a folder, which all of a server's do."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder.resolve():
                found.append(int(process.name))
        except OSError:  # it has ended, or is another user's
            continue
    return found
