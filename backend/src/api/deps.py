"""What routes ask for: the application's state, a transaction, who is calling."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from src.chatbot.protocol import ChatModel
from src.config import Settings
from src.database import Database
from src.drain import Drain
from src.errors import UnauthorizedError
from src.security.passwords import Passwords
from src.security.tokens import AccessClaims, Tokens
from src.services.auth import AuthService, require_not_logged_out
from src.services.rates import Rates
from src.services.tasks import TaskService


@dataclass(frozen=True)
class State:
    """What lives as long as the application."""

    settings: Settings
    database: Database
    tokens: Tokens
    passwords: Passwords
    rates: Rates
    model: ChatModel
    drain: Drain = field(default_factory=Drain)


# All of these are coroutines: FastAPI would run plain functions in a thread.


def state_of(connection: HTTPConnection) -> State:
    """Return the application's state; quicker than the dependency, for what is asked most."""
    return cast("State", connection.app.state.taskflow)


async def get_state(connection: HTTPConnection) -> State:
    """Return the application's state."""
    return state_of(connection)


StateDep = Annotated[State, Depends(get_state)]


async def get_session(state: StateDep) -> AsyncIterator[AsyncSession]:
    """Open a transaction; a route that changes something commits it before it answers."""
    async with state.database.session() as session:
        yield session


# Closed before the answer is sent: a connection is not kept while a client reads slowly.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def get_auth_service(state: StateDep, session: SessionDep) -> AuthService:
    """Return the account rules in this request's transaction."""
    days = state.settings.session_days
    return AuthService(state.database, session, state.tokens, state.passwords, days)


AuthServiceDep = Annotated[AuthService, Depends(get_auth_service)]


class AccessToken(HTTPBearer):
    """Reads the access token; as a class of FastAPI's it is part of the API's description.

    Parameters
    ----------
    may_be_logged_out
        Whether to leave it to the route to refuse a token that was given up.
    """

    def __init__(self, *, may_be_logged_out: bool = False) -> None:
        super().__init__(
            scheme_name="HTTPBearer", description="The token of signup, login or refresh."
        )
        self._may_be_logged_out = may_be_logged_out

    async def __call__(self, request: HTTPConnection) -> AccessClaims:  # type: ignore[override]
        """Return who is calling.

        Raises
        ------
        UnauthorizedError
            MISSING_AUTH_HEADER, INVALID_AUTH_FORMAT, or what is wrong with the token.
        """
        state = state_of(request)
        claims = state.tokens.read_access(_bearer(request.headers.get("authorization")))
        request.state.user_id = claims.user_id
        if not self._may_be_logged_out:
            await require_not_logged_out(state.database, claims)
        return claims


def _bearer(header: str | None) -> str:
    if not header:
        raise UnauthorizedError(
            "Send the header Authorization: Bearer TOKEN.", "MISSING_AUTH_HEADER"
        )
    scheme, _, rest = header.partition(" ")
    token = rest.strip()
    if scheme.lower() != "bearer" or not token or " " in token:
        raise UnauthorizedError(
            "The header must have the form Authorization: Bearer TOKEN.", "INVALID_AUTH_FORMAT"
        )
    return token


CallerDep = Annotated[AccessClaims, Depends(AccessToken())]
TokenDep = Annotated[AccessClaims, Depends(AccessToken(may_be_logged_out=True))]
"""For a route whose own statement refuses a token that was given up."""


async def get_task_service(caller: CallerDep, session: SessionDep) -> TaskService:
    """Return the caller's tasks."""
    return TaskService(session, caller.user_id)


TaskServiceDep = Annotated[TaskService, Depends(get_task_service)]
