"""The connection to PostgreSQL: one pool, for sessions and for statements that run alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Connection, PoolProxiedConnection, event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session

from src.config import Settings

DRIVER = "postgresql+asyncpg://"
"""For an engine whose ``connect_args`` hold the address as ``dsn``.

The driver reads it whole; SQLAlchemy would not understand ``sslmode``.
"""

# Seconds. A request may meet several of them, and has to be answered within five.
_CONNECT_SECONDS = 2
_COMMAND_SECONDS = 3
_POOL_SECONDS = 1.5
_SERVER_SETTINGS = {
    "application_name": "taskflow",
    "timezone": "UTC",
    "statement_timeout": "2500",
    "lock_timeout": "2000",
    # Longer than a chat turn, which keeps its transaction open once a tool has run.
    "idle_in_transaction_session_timeout": "150000",
}
# Classes of SQLSTATE: no connection, not let in, no such database, rolled back for the sake of
# another transaction, no room, locked by another, shutting down or starting up.
_AWAY = {"08", "28", "3D", "40", "53", "55", "57"}
# The last is what the driver says of a connection that the server gave up a moment ago.
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    ConnectionError,
    asyncpg.InternalClientError,
)
# After these a connection is not to be used again, nor asked to end in an orderly way.
_FATAL = (TimeoutError, asyncio.CancelledError, asyncpg.InternalClientError)


class Row(Protocol):
    """A row of an answer: its values, by name or by position."""

    def __getitem__(self, key: str | int) -> Any:
        """Return a value."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the values."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # it has no types
    """A connection that hangs up: a database that hangs would not answer a farewell."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - its own
        """Close it at once."""
        del timeout
        self.terminate()


class _Session(Session):
    """A session that knows its connection."""


@event.listens_for(_Session, "after_begin")
def _note_connection(session: Session, _: object, connection: Connection) -> None:
    session.info["connection"] = connection


class Database:
    """The pool of connections; none is made before it is needed.

    Parameters
    ----------
    settings
        The address, and how many connections there may be.
    """

    def __init__(self, settings: Settings) -> None:
        self.engine = create_async_engine(
            DRIVER,
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=_POOL_SECONDS,
            hide_parameters=True,  # an error's text is logged, and they are what users wrote
            connect_args={
                "dsn": settings.database_dsn,
                "connection_class": _Connection,
                "timeout": _CONNECT_SECONDS,
                "command_timeout": _COMMAND_SECONDS,
                "server_settings": _SERVER_SETTINGS,
            },
        )
        self._size = settings.pool_size
        event.listen(self.engine.sync_engine, "checkout", _refuse_what_is_closed)
        # What a session loaded stays readable after its commit.
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, sync_session_class=_Session
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; whoever changes something commits it."""
        async with self._sessions() as session:
            try:
                yield session
            except _FATAL:
                # A database that hangs would keep us waiting for the end of the transaction.
                begun: Connection | None = session.info.get("connection")
                if begun is not None and not begun.closed and not begun.invalidated:
                    _hang_up(begun.connection)
                await session.invalidate()
                raise

    async def fetch(self, statement: str, *values: object, repeatable: bool = False) -> list[Row]:
        """Run one statement, in a transaction of its own, and return its rows.

        It takes a fifth of the time that a session takes for the same.

        Parameters
        ----------
        statement
            SQL with ``$1``, ``$2``, … for the values.
        values
            Their values.
        repeatable
            Whether it may run twice: it then does, where the connection was lost.
        """
        # After a restart of the database any connection of the pool may be a lost one.
        for _ in range(self._size if repeatable else 0):
            connection = await self.engine.raw_connection()
            try:
                return await _fetch(connection, statement, values)
            except _LOST:
                continue
        return await _fetch(await self.engine.raw_connection(), statement, values)

    async def is_available(self) -> bool:
        """Tell whether the database answers."""
        try:
            await self.fetch("SELECT 1", repeatable=True)
        except Exception as error:
            if is_away(error):
                return False
            raise
        return True

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Tell whether an error means that the database cannot be reached at this moment."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return True
        return str(getattr(error.orig, "sqlstate", ""))[:2] in _AWAY
    if isinstance(error, AsyncAdapt_asyncpg_dbapi.Error):
        error = error.__cause__ or error  # what SQLAlchemy made of the driver's error
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate)[:2] in _AWAY
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a value that the driver cannot send is our fault
    return isinstance(error, PoolTimeoutError | asyncpg.InternalClientError | OSError)


async def _fetch(
    connection: PoolProxiedConnection, statement: str, values: tuple[object, ...]
) -> list[Row]:
    """Run a statement and give the connection back."""
    try:
        driver: Any = connection.driver_connection
        rows: list[Row] = await driver.fetch(statement, *values)
    except _FATAL:
        _hang_up(connection)
        raise
    finally:
        connection.close()
    return rows


def _refuse_what_is_closed(connection: Any, *_: object) -> None:
    """Make the pool replace a connection that the server has closed.

    The driver knows it from the socket, so no statement is needed to find out.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _hang_up(connection: PoolProxiedConnection) -> None:
    """Close a connection without waiting for the other side."""
    driver: Any = connection.driver_connection
    driver.terminate()
