"""Accounts in the database."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database
from src.models import User

_CREDENTIALS = 'SELECT id, password_hash FROM "user" WHERE email = $1'
_HASH = 'SELECT password_hash FROM "user" WHERE id = $1'


class Credentials(NamedTuple):
    """An account's id and password hash."""

    user_id: UUID
    password_hash: str


async def find(session: AsyncSession, user_id: UUID) -> User | None:
    """Return an account by its id."""
    return await session.get(User, user_id)


async def find_to_stay(session: AsyncSession, user_id: UUID) -> User | None:
    """Return an account that cannot be removed before the commit."""
    return await session.get(User, user_id, with_for_update={"read": True, "key_share": True})


async def find_to_remove(session: AsyncSession, user_id: UUID) -> User | None:
    """Return an account to which nobody can add anything before the commit."""
    return await session.get(User, user_id, with_for_update=True)


async def password_hash(database: Database, user_id: UUID) -> str | None:
    """Return what an account's password is checked against."""
    rows = await database.fetch(_HASH, user_id, repeatable=True)
    return rows[0]["password_hash"] if rows else None


async def credentials(database: Database, email: str) -> Credentials | None:
    """Return what a login is checked against, by the email in lower case.

    It costs the same whether there is such an account or not.
    """
    rows = await database.fetch(_CREDENTIALS, email, repeatable=True)
    return Credentials(*rows[0]) if rows else None


async def add(session: AsyncSession, email: str, password_hash: str) -> User | None:
    """Make an account, or return None where the email is taken."""
    statement = insert(User).values(email=email, password_hash=password_hash)
    return await session.scalar(statement.on_conflict_do_nothing().returning(User))
