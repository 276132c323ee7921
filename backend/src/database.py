"""The connection to PostgreSQL."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from src.config import Settings

DRIVER = "postgresql+asyncpg://"
"""For an engine whose ``connect_args`` hold the address as ``dsn``.

The driver reads it whole; SQLAlchemy would not understand ``sslmode``.
"""

_CONNECT_SECONDS = 3
_COMMAND_SECONDS = 5
_POOL_SECONDS = 3
# Classes of SQLSTATE: no connection, not let in, no such database, no room, shutting down or
# starting up.
_AWAY = {"08", "28", "3D", "53", "57"}


def make_engine(settings: Settings) -> AsyncEngine:
    """Return an engine; no connection is made yet."""
    return create_async_engine(
        DRIVER,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text is logged, and they are what users wrote
        connect_args={
            "dsn": settings.database_dsn,
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _COMMAND_SECONDS,
            "server_settings": {"application_name": "taskflow", "timezone": "UTC"},
        },
    )


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return the maker of sessions; what a session loaded stays readable after its commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def is_available(engine: AsyncEngine) -> bool:
    """Tell whether the database answers."""
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (DBAPIError, PoolTimeoutError, OSError, TimeoutError):
        return False
    return True


def is_away(error: BaseException) -> bool:
    """Tell whether an error means that the database cannot be reached at this moment."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return True
        return str(getattr(error.orig, "sqlstate", ""))[:2] in _AWAY
    return isinstance(error, PoolTimeoutError | ConnectionError | TimeoutError | OSError)
