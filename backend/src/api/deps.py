"""What routes ask for: settings, a transaction, who is calling."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from src.chatbot.protocol import ChatModel
from src.config import Settings
from src.errors import UnauthorizedError
from src.security.passwords import Passwords
from src.security.tokens import AccessClaims, Tokens
from src.services.auth import AuthService
from src.services.tasks import TaskService


@dataclass(frozen=True)
class State:
    """What lives as long as the application."""

    settings: Settings
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    tokens: Tokens
    passwords: Passwords
    model: ChatModel


def get_state(request: Request) -> State:
    """Return the application's state."""
    return cast("State", request.app.state.taskflow)


StateDep = Annotated[State, Depends(get_state)]


async def get_session(state: StateDep) -> AsyncIterator[AsyncSession]:
    """Open a transaction; a route that changes something commits it before it answers."""
    async with state.sessions() as session:
        yield session


# Closed before the answer is sent: a connection is not kept while a client reads slowly.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


def get_auth_service(state: StateDep, session: SessionDep) -> AuthService:
    """Return the account rules in this request's transaction."""
    return AuthService(session, state.tokens, state.passwords)


AuthServiceDep = Annotated[AuthService, Depends(get_auth_service)]


@dataclass(frozen=True)
class Caller:
    """Who is calling, from a verified token."""

    id: UUID
    email: str
    token: str
    claims: AccessClaims


# For the API's description only: its own answers would not tell the cases apart.
_BEARER = HTTPBearer(auto_error=False, description="The token of signup, login or refresh.")


async def get_caller(
    request: Request, auth: AuthServiceDep, _: Annotated[object, Depends(_BEARER)]
) -> Caller:
    """Return who is calling.

    Raises
    ------
    UnauthorizedError
        MISSING_AUTH_HEADER, INVALID_AUTH_FORMAT, or what is wrong with the token.
    """
    header = request.headers.get("authorization")
    if not header:
        raise UnauthorizedError(
            "Send the header Authorization: Bearer TOKEN.", "MISSING_AUTH_HEADER"
        )
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or " " in token.strip():
        raise UnauthorizedError(
            "The header must have the form Authorization: Bearer TOKEN.", "INVALID_AUTH_FORMAT"
        )
    claims = await auth.authenticate(token.strip())
    request.state.user_id = claims.user_id
    return Caller(claims.user_id, claims.email, token.strip(), claims)


CallerDep = Annotated[Caller, Depends(get_caller)]


def get_task_service(session: SessionDep, caller: CallerDep) -> TaskService:
    """Return the caller's tasks."""
    return TaskService(session, caller.id)


TaskServiceDep = Annotated[TaskService, Depends(get_task_service)]
