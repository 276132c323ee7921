"""Brings the database to the newest schema; safe with many replicas at once."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

import src.chatbot.models  # noqa: F401 - registers its tables
from src.config import load_settings
from src.database import DRIVER
from src.models import Base

# Any number that nothing else in this database uses for an advisory lock.
_LOCK = 7_214_609_203


def _migrate(connection: Connection) -> None:
    # One replica migrates, the others wait here and then find nothing to do. The lock is
    # the connection's, not a transaction's, since a migration may need several of those.
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=Base.metadata)
        if not _is_newer_than_we_are():
            with context.begin_transaction():
                context.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()


def _is_newer_than_we_are() -> bool:
    """Tell whether newer code has migrated this database, as before a rollback to us.

    A migration only adds what older code can live with, so there is nothing to do.
    """
    known = {script.revision for script in context.script.walk_revisions()}
    return bool(set(context.get_context().get_current_heads()) - known)


async def _run() -> None:
    engine = create_async_engine(DRIVER, connect_args={"dsn": load_settings().database_dsn})
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: run alembic without --sql.")
asyncio.run(_run())
