"""The two things that are done with tasks most often, in as few statements as they can be."""

from uuid import UUID

from asyncpg import ForeignKeyViolationError

from src.database import Database, Row
from src.errors import UserNotFoundError
from src.repositories import tasks as repository
from src.security.tokens import AccessClaims
from src.services.auth import logged_out


async def list_all(database: Database, token: AccessClaims) -> list[Row]:
    """Return the tasks of a token's user, newest first.

    Raises
    ------
    UnauthorizedError
        The token was logged out; the same statement tells.
    """
    rows = await repository.rows_of(database, token.user_id, token.digest)
    if rows is None:
        raise logged_out()
    return rows


async def create(database: Database, user_id: UUID, title: str, description: str | None) -> Row:
    """Add a task and commit it.

    Raises
    ------
    UserNotFoundError
        The account was deleted while its token is still good.
    """
    try:
        return await repository.insert_row(database, user_id, title, description)
    except ForeignKeyViolationError:
        raise UserNotFoundError from None
