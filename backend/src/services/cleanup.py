"""Removes expired rows in the background: counts, tokens, kept answers."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from src.database import Database, is_away
from src.repositories import expired

_log = structlog.get_logger()

EVERY_SECONDS = 300.0


@asynccontextmanager
async def running(database: Database, every: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Clean up while the application runs; its end waits for nothing.

    Parameters
    ----------
    database
        Where the rows are.
    every
        Seconds from one time to the next, on average; replicas are to drift apart.
    """
    task = asyncio.create_task(_run(database, every), name="cleanup")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def clean_up(database: Database) -> dict[str, int]:
    """Remove all expired rows, a batch at a time, and return how many of each table."""
    removed = {"rate_limit": await expired.remove_rates(database)}
    for table in expired.STATEMENTS:
        removed[table] = 0
        batch = expired.BATCH
        while batch == expired.BATCH:
            batch = await expired.remove_batch(database, table)
            removed[table] += batch
    return removed


async def _run(database: Database, every: float) -> None:
    away = False
    while True:
        # Nothing here is secret, and no more than a difference is wanted.
        await asyncio.sleep(every * random.uniform(0.5, 1.5))  # noqa: S311
        try:
            removed = await clean_up(database)
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            if not is_away(error):
                _log.exception("clean-up failed")
            elif not away:
                _log.warning("no clean-up while the database is away", reason=type(error).__name__)
                away = True
            continue
        away = False
        if any(removed.values()):
            _log.info("cleaned up", **removed)
