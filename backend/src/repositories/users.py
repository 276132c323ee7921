"""Accounts in the database."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from src.models import User


async def find(session: AsyncSession, user_id: UUID) -> User | None:
    """Return an account by its id."""
    return await session.get(User, user_id)


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """Return an account by its email, in lower case."""
    return await session.scalar(select(User).where(User.email == email))


async def add(session: AsyncSession, email: str, password_hash: str) -> User | None:
    """Make an account, or return None where the email is taken."""
    statement = insert(User).values(email=email, password_hash=password_hash)
    return await session.scalar(statement.on_conflict_do_nothing().returning(User))
