"""Idempotency keys in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database
from src.models import IdempotencyKey

_OF_KEY = "user_id = $1 AND route = $2 AND key = $3"
# Ours if nobody had it, if its time is over, or if whoever had it let it lie.
_CLAIM = """
    INSERT INTO idempotency_key AS old
        (user_id, route, key, request_digest, claimed_until, expires_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6)
    ON CONFLICT (user_id, route, key) DO UPDATE SET
        request_digest = excluded.request_digest,
        claimed_until = excluded.claimed_until,
        expires_at = excluded.expires_at,
        status = NULL,
        body = NULL
    WHERE old.expires_at < clock_timestamp()
        OR (old.status IS NULL AND old.claimed_until < clock_timestamp())
    RETURNING claimed_until
"""
_FIND = f"SELECT request_digest, status, body FROM idempotency_key WHERE {_OF_KEY}"  # noqa: S608
_RELEASE = f"""
    DELETE FROM idempotency_key WHERE {_OF_KEY} AND claimed_until = $4 AND status IS NULL
"""  # noqa: S608 - a constant condition


@dataclass(frozen=True)
class KeyName:
    """Which key: the same text of another user, or at another route, is another key."""

    user_id: UUID
    route: str
    key: str

    @property
    def values(self) -> tuple[UUID, str, str]:
        """The three, as the statements take them."""
        return self.user_id, self.route, self.key


@dataclass(frozen=True)
class KeptAnswer:
    """What is kept under a key; without a status somebody still works on the request."""

    request_digest: bytes
    status: int | None
    body: bytes | None


async def claim(
    database: Database, name: KeyName, digest: bytes, until: datetime, keep: timedelta
) -> bool:
    """Take a key, in a transaction of its own.

    Returns
    -------
    Whether it is ours until the given time, which also tells our claim from others'.
    If not, it is another's, or has its answer.

    Raises
    ------
    asyncpg.ForeignKeyViolationError
        There is no such user.
    """
    return bool(await database.fetch(_CLAIM, *name.values, digest, until, keep))


async def find(database: Database, name: KeyName) -> KeptAnswer | None:
    """Return what is kept under a key."""
    rows = await database.fetch(_FIND, *name.values, repeatable=True)
    return KeptAnswer(*rows[0]) if rows else None


async def keep(
    session: AsyncSession, name: KeyName, claimed_until: datetime, status: int, body: bytes
) -> bool:
    """Keep the answer, in the transaction of what it tells.

    Returns
    -------
    Whether the claim was still ours. If not, the transaction must not be committed.
    """
    statement = (
        update(IdempotencyKey)
        .where(
            IdempotencyKey.user_id == name.user_id,
            IdempotencyKey.route == name.route,
            IdempotencyKey.key == name.key,
            IdempotencyKey.claimed_until == claimed_until,
        )
        .values(status=status, body=body)
        .returning(IdempotencyKey.key)
    )
    return await session.scalar(statement) is not None


async def release(database: Database, name: KeyName, claimed_until: datetime) -> None:
    """Give up a claim, so that the request may be made again at once."""
    await database.fetch(_RELEASE, *name.values, claimed_until)
