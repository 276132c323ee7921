"""Tasks in the database: as rows where it has to be quick, else as objects of a transaction."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database, Row
from src.models import Task
from src.models.base import now
from src.schemas.tasks import TaskOut

# In the order in which a task is answered; the ids as text.
_COLUMNS = tuple(TaskOut.model_fields)
_SELECTED = ", ".join(f"{name}::text" if name.endswith("id") else name for name in _COLUMNS)
# One row at least: what tells whether the token was given up stands behind the columns.
_LIST = f"""
    SELECT {_SELECTED}, revoked
    FROM (SELECT EXISTS (SELECT FROM revoked_token WHERE digest = $2) AS revoked) AS token
    LEFT JOIN task ON user_id = $1 AND NOT revoked
    ORDER BY created_at DESC, task.id DESC
"""  # noqa: S608 - of our own columns
_INSERT = f"""
    INSERT INTO task ({", ".join(_COLUMNS)})
    VALUES ($1, $2, $3, $4, false, $5, $5)
    RETURNING {_SELECTED}
"""  # noqa: S608 - of our own columns


async def rows_of(database: Database, user_id: UUID, access_digest: bytes) -> list[Row] | None:
    """Return a user's tasks, newest first, or None where the access token was given up."""
    rows = await database.fetch(_LIST, user_id, access_digest, repeatable=True)
    if rows[0]["revoked"]:
        return None
    return rows if rows[0]["id"] is not None else []


async def insert_row(database: Database, user_id: UUID, title: str, description: str | None) -> Row:
    """Add an open task, in a transaction of its own.

    Raises
    ------
    asyncpg.ForeignKeyViolationError
        There is no such user.
    """
    return (await database.fetch(_INSERT, uuid4(), user_id, title, description, now()))[0]


async def list_of(session: AsyncSession, user_id: UUID) -> Sequence[Task]:
    """Return a user's tasks, newest first."""
    newest_first = (Task.created_at.desc(), Task.id.desc())
    found = await session.scalars(
        select(Task).where(Task.user_id == user_id).order_by(*newest_first)
    )
    return found.all()


async def find(session: AsyncSession, task_id: UUID) -> Task | None:
    """Return a task, whoever owns it; the service decides who may have it."""
    return await session.get(Task, task_id)
