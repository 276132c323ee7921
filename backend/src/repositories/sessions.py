"""Refresh tokens and given-up access tokens in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database
from src.models import RefreshToken, RevokedToken, SessionFamily
from src.security.tokens import ACCESS_LIFETIME

# Asked before almost every request, so it is not put together anew each time.
_REVOKED = "SELECT FROM revoked_token WHERE digest = $1"


async def lock_token(
    session: AsyncSession, token_id: UUID, user_id: UUID
) -> tuple[RefreshToken, SessionFamily] | None:
    """Return a user's refresh token and its family, locked until the commit."""
    # Rows are locked in the order of this list: the family first, as whoever removes the account
    # does, so that no two wait for each other.
    statement = (
        select(RefreshToken, SessionFamily)
        .select_from(SessionFamily)
        .join(RefreshToken, RefreshToken.family_id == SessionFamily.id)
        .where(RefreshToken.id == token_id, SessionFamily.user_id == user_id)
        .with_for_update()
    )
    found = (await session.execute(statement)).one_or_none()
    return (found[0], found[1]) if found else None


async def revoke_families(
    session: AsyncSession, access_digest: bytes, token_id: UUID | None, user_id: UUID, at: datetime
) -> None:
    """Revoke a user's families to which an access token or a refresh token belongs."""
    tokens = select(RefreshToken.family_id).where(
        or_(RefreshToken.access_digest == access_digest, RefreshToken.id == token_id)
    )
    await session.execute(
        update(SessionFamily)
        .where(SessionFamily.id.in_(tokens), SessionFamily.user_id == user_id)
        .values(revoked_at=at)
    )


async def revoke_all(session: AsyncSession, user_id: UUID, at: datetime) -> None:
    """Revoke a user's families, and refuse the access tokens that were issued with them."""
    # The families first: a refresh that is under way ends before its tokens are looked for.
    await session.execute(
        update(SessionFamily).where(SessionFamily.user_id == user_id).values(revoked_at=at)
    )
    issued = (
        select(RefreshToken.access_digest, RefreshToken.created_at + ACCESS_LIFETIME)
        .join(SessionFamily, SessionFamily.id == RefreshToken.family_id)
        .where(SessionFamily.user_id == user_id)
    )
    statement = insert(RevokedToken).from_select(["digest", "expires_at"], issued)
    await session.execute(statement.on_conflict_do_nothing())


async def revoke_access(session: AsyncSession, digest: bytes, expires_at: datetime) -> None:
    """Refuse an access token from now on."""
    statement = insert(RevokedToken).values(digest=digest, expires_at=expires_at)
    await session.execute(statement.on_conflict_do_nothing())


async def is_revoked(database: Database, digest: bytes) -> bool:
    """Tell whether an access token was given up."""
    return bool(await database.fetch(_REVOKED, digest, repeatable=True))


async def is_known(session: AsyncSession, digest: bytes) -> bool:
    """Tell whether an access token with this digest was issued or given up before."""
    issued = exists().where(RefreshToken.access_digest == digest)
    revoked = exists().where(RevokedToken.digest == digest)
    return bool(await session.scalar(select(or_(issued, revoked))))
