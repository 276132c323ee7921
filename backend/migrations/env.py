"""Brings the database to the newest schema; safe with many replicas at once."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

import src.chatbot.models  # noqa: F401 - registers its tables
from src.config import load_settings
from src.database import DRIVER, is_away
from src.models import Base

# Any number that nothing else in this database uses for an advisory lock.
_LOCK = 7_214_609_203
# How long another replica may take before we say so and end, to be started again.
_WAIT_SECONDS = 120
# A change of a table waits for whoever uses it, and everybody else then waits for the change:
# better to give up and be started again than to stop the whole service.
_TABLE_SECONDS = 3
_CONNECT_SECONDS = 10
_LOCK_NOT_AVAILABLE = "55P03"
# A replica that was killed, or whose machine is gone, must not keep the lock.
_NOTICE_THE_DEAD = {
    "client_connection_check_interval": "1000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


def _migrate(connection: Connection) -> None:
    # One replica migrates, the others wait here and then find nothing to do. The lock is
    # the connection's, not a transaction's, since a migration may need several of those.
    _take_lock(connection)
    try:
        context.configure(connection=connection, target_metadata=Base.metadata)
        if not _is_newer_than_we_are():
            with context.begin_transaction():
                _wait_at_most(connection, _TABLE_SECONDS)
                context.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()


def _take_lock(connection: Connection) -> None:
    given = context.get_x_argument(as_dictionary=True)
    seconds = int(given.get("wait_seconds", _WAIT_SECONDS))
    _wait_at_most(connection, seconds)
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise SystemExit(
            f"TaskFlow cannot migrate: another process has migrated this database for {seconds} s. "
            "See that it ends, then try again."
        ) from None
    connection.commit()


def _wait_at_most(connection: Connection, seconds: int) -> None:
    """Bound every wait for a lock, until said otherwise."""
    wait = {"wait": f"{seconds}s"}
    connection.execute(text("SELECT set_config('lock_timeout', :wait, false)"), wait)


def _is_newer_than_we_are() -> bool:
    """Tell whether newer code has migrated this database, as before a rollback to us.

    A migration only adds what older code can live with, so there is nothing to do.
    """
    known = {script.revision for script in context.script.walk_revisions()}
    return bool(set(context.get_context().get_current_heads()) - known)


async def _run() -> None:
    arguments = {
        "dsn": load_settings().database_dsn,
        "timeout": _CONNECT_SECONDS,
        "server_settings": {"application_name": "taskflow-migrate", **_NOTICE_THE_DEAD},
    }
    engine = create_async_engine(DRIVER, connect_args=arguments)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate)
    except Exception as error:
        if not is_away(error):
            raise
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise SystemExit(f"TaskFlow cannot migrate, try again: {reason}") from None
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: run alembic without --sql.")
asyncio.run(_run())
