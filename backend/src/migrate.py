"""Brings the database to the newest schema: ``python -m src.migrate``, before a pod serves.

Nearly always there is nothing to do. To find that out with the fewest imports takes a fifth of
the CPU time that Alembic takes for it, and a pod starts with half a core. Whatever else is found,
an error included, is left to Alembic: it looks again, with the lock (``migrations/env.py``).
"""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import asyncpg

_FOLDER = Path(__file__).parents[1]
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "(\w+)"$', re.MULTILINE)
_DRIVER = re.compile(r"^postgres(ql)?(\+asyncpg)?://")
_SECONDS = 3.0
_TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    """Return the exit code."""
    # The first process of a container ignores what it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(_TERMINATED))
    if asyncio.run(is_newest(os.environ.get("DATABASE_URL", ""), newest())):
        return 0
    os.chdir(_FOLDER)
    from alembic.config import main as alembic

    alembic(["upgrade", "head"])
    return 0


def newest() -> set[str]:
    """Return the revisions that no other one follows; nothing where that cannot be read."""
    revisions, followed = set[str](), set[str]()
    for script in (_FOLDER / "migrations" / "versions").glob("*.py"):
        text = script.read_text(encoding="utf-8")
        found = _REVISION.findall(text)
        if len(found) != 1:
            return set()
        revisions.update(found)
        followed.update(_FOLLOWS.findall(text))
    return revisions - followed


async def is_newest(url: str, revisions: set[str]) -> bool:
    """Tell whether the database is surely at these revisions.

    A revision is noted in the transaction that ends it, so what is noted is done.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await asyncpg.connect(_DRIVER.sub("postgresql://", url))
            try:
                rows = await connection.fetch("SELECT version_num FROM alembic_version")
            finally:
                connection.terminate()
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return bool(rows) and {row["version_num"] for row in rows} == revisions


if __name__ == "__main__":
    sys.exit(main())
