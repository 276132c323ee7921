"""Tasks in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from src.models import Task


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
