"""Where rate limits meet requests."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from src.api.deps import State, StateDep
from src.errors import UnauthorizedError
from src.services.rates import Action


class Limits:
    """The limits for one request.

    A route calls it before its work begins, and before its transaction has a
    connection: waiting for a second one while keeping the first could block all.
    """

    def __init__(self, connection: HTTPConnection, state: State) -> None:
        # The middleware for client addresses has seen to it that this can be believed.
        self._address = connection.client.host if connection.client else ""
        self._state = state

    async def take(self, action: Action, account: str | None) -> None:
        """Count the request for its address and an account.

        Raises
        ------
        RateLimitedError
            Too many came before it.
        """
        await self._state.rates.take(action, self._address, account)

    async def take_refresh(self, token: str) -> None:
        """Count a refresh: for the token's user, or for the address alone if it is not good.

        Raises
        ------
        RateLimitedError
            Too many came before it.
        """
        try:
            account = str(self._state.tokens.read_refresh(token).user_id)
        except UnauthorizedError:
            account = None  # the route refuses it, and in its own words
        await self.take("refresh", account)

    async def give_back_login(self, email: str) -> None:
        """Forget a login that was right: the limit of an account is on its failures."""
        await self._state.rates.give_back("login", email)


async def get_limits(connection: HTTPConnection, state: StateDep) -> Limits:
    """Return the limits for this request."""
    return Limits(connection, state)


LimitsDep = Annotated[Limits, Depends(get_limits)]
