"""Accounts: signup, login, logout, who am I, refresh."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from src.api.cookies import REFRESH_COOKIE, clear_refresh_cookie, set_refresh_cookie
from src.api.deps import AuthServiceDep, CallerDep, SessionDep, StateDep
from src.api.responses import errors
from src.errors import UnauthorizedError, codes
from src.models import User
from src.schemas.auth import LoggedOut, Login, Refresh, Refreshed, SignedIn, Signup, UserOut
from src.security.tokens import invalid_refresh

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/signup", status_code=201, responses=errors(400, 413))
@codes(invalid="SIGNUP_ERROR")
async def signup(
    body: Signup, response: Response, auth: AuthServiceDep, session: SessionDep, state: StateDep
) -> SignedIn:
    """Make an account and log it in."""
    user, tokens = await auth.sign_up(body.email, body.password)
    await session.commit()
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return _signed_in(user, tokens.access, "User registered successfully")


@router.post("/login", responses=errors(400, 401, 413))
async def login(
    body: Login, response: Response, auth: AuthServiceDep, session: SessionDep, state: StateDep
) -> SignedIn:
    """Log in."""
    user, tokens = await auth.log_in(body.email, body.password)
    await session.commit()
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return _signed_in(user, tokens.access, "Login successful")


@router.post("/logout", responses=errors(401))
async def logout(
    request: Request,
    response: Response,
    caller: CallerDep,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
) -> LoggedOut:
    """Log out: neither this access token nor its refresh tokens work from now on."""
    await auth.log_out(caller.token, caller.claims, request.cookies.get(REFRESH_COOKIE))
    await session.commit()
    clear_refresh_cookie(response, state.settings)
    return LoggedOut()


@router.get("/me", responses=errors(401, 404))
@codes(failed="USER_RETRIEVAL_ERROR")
async def me(caller: CallerDep, auth: AuthServiceDep) -> UserOut:
    """Return the account that the token belongs to."""
    return UserOut.model_validate(await auth.find_user(caller.id))


@router.post("/refresh", responses=errors(400, 401, 413))
@codes(failed="TOKEN_REFRESH_ERROR")
async def refresh(
    request: Request,
    response: Response,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
    body: Annotated[Refresh | None, Body()] = None,
) -> Refreshed:
    """Trade the refresh token, from the cookie or the body, for a new access token."""
    presented = request.cookies.get(REFRESH_COOKIE) or (body.refresh_token if body else None)
    if not presented:
        raise UnauthorizedError(
            "Send the refresh token as a cookie or in the body. Log in to get one.",
            "NO_REFRESH_TOKEN",
        )
    tokens = await auth.refresh(presented)
    await session.commit()
    if tokens is None:
        raise invalid_refresh()
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return Refreshed(token=tokens.access)


def _signed_in(user: User, token: str, message: str) -> SignedIn:
    return SignedIn(user=UserOut.model_validate(user), token=token, message=message)
