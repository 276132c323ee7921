"""Accounts: signup, login, logout, who am I, removal, refresh."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from src.api.cookies import REFRESH_COOKIE, clear_refresh_cookie, set_refresh_cookie
from src.api.deps import AuthServiceDep, CallerDep, SessionDep, StateDep
from src.api.examples import LOGGED_IN, LOGGED_OUT, REFRESHED, SIGNED_UP, USER
from src.api.limits import LimitsDep
from src.api.responses import CALLER, TAKES_COOKIE, errors, gives
from src.errors import UnauthorizedError, codes
from src.schemas.auth import (
    LoggedIn,
    LoggedOut,
    Login,
    Refresh,
    Refreshed,
    Removal,
    SignedUp,
    Signup,
    UserOut,
)
from src.security.tokens import invalid_refresh

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post(
    "/signup",
    status_code=201,
    responses={
        **gives(201, SIGNED_UP, "The new account, logged in.", "Set-Cookie"),
        **errors("SIGNUP_ERROR", "RATE_LIMITED"),
    },
)
@codes(invalid="SIGNUP_ERROR")
async def signup(
    body: Signup,
    response: Response,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
    limits: LimitsDep,
) -> SignedUp:
    """Make an account and log it in."""
    await limits.take("signup", body.email)
    user, tokens = await auth.sign_up(body.email, body.password)
    await session.commit()
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return SignedUp(user=UserOut.model_validate(user), token=tokens.access)


@router.post(
    "/login",
    responses={
        **gives(200, LOGGED_IN, "The account, logged in.", "Set-Cookie"),
        **errors("INVALID_REQUEST", "INVALID_CREDENTIALS", "RATE_LIMITED"),
    },
)
async def login(
    body: Login,
    response: Response,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
    limits: LimitsDep,
) -> LoggedIn:
    """Log in with email and password."""
    await limits.take("login", body.email)
    user, tokens = await auth.log_in(body.email, body.password)
    await session.commit()
    await limits.give_back_login(body.email)
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return LoggedIn(user=UserOut.model_validate(user), token=tokens.access)


@router.post(
    "/logout",
    responses={
        **gives(200, LOGGED_OUT, "Logged out; the cookie is cleared.", "Set-Cookie"),
        **errors(*CALLER),
    },
)
async def logout(
    request: Request,
    response: Response,
    caller: CallerDep,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
) -> LoggedOut:
    """Log out: neither this access token nor its refresh tokens work from now on."""
    await auth.log_out(caller, request.cookies.get(REFRESH_COOKIE))
    await session.commit()
    clear_refresh_cookie(response, state.settings)
    return LoggedOut()


@router.get(
    "/me",
    responses={
        **gives(200, USER, "The account."),
        **errors(*CALLER, "USER_NOT_FOUND", failed="USER_RETRIEVAL_ERROR"),
    },
)
@codes(failed="USER_RETRIEVAL_ERROR")
async def me(caller: CallerDep, auth: AuthServiceDep) -> UserOut:
    """Return the account that the token belongs to."""
    return UserOut.model_validate(await auth.find_user(caller.user_id))


@router.delete(
    "/me",
    status_code=204,
    responses={
        **gives(
            204, None, "Removed, with all that belongs to it; the cookie is cleared.", "Set-Cookie"
        ),
        **errors(
            "INVALID_REQUEST", "INVALID_CREDENTIALS", *CALLER, "USER_NOT_FOUND", "RATE_LIMITED"
        ),
    },
)
async def remove_me(
    body: Removal,
    caller: CallerDep,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
    limits: LimitsDep,
) -> Response:
    """Remove the account for good, with all that belongs to it; it takes the password again."""
    # A guess is a guess, whether a login makes it or the holder of a stolen token.
    await limits.take("login", caller.email)
    await auth.remove(caller, body.password)
    await session.commit()
    await limits.give_back_login(caller.email)
    answer = Response(status_code=204)
    clear_refresh_cookie(answer, state.settings)
    return answer


@router.post(
    "/refresh",
    responses={
        **gives(200, REFRESHED, "A new access token, and the next refresh token.", "Set-Cookie"),
        **errors(
            "INVALID_REQUEST",
            "NO_REFRESH_TOKEN",
            "INVALID_REFRESH_TOKEN",
            "RATE_LIMITED",
            failed="TOKEN_REFRESH_ERROR",
        ),
    },
    openapi_extra=TAKES_COOKIE,
)
@codes(failed="TOKEN_REFRESH_ERROR")
async def refresh(
    request: Request,
    response: Response,
    auth: AuthServiceDep,
    session: SessionDep,
    state: StateDep,
    limits: LimitsDep,
    body: Annotated[Refresh | None, Body()] = None,
) -> Refreshed:
    """Trade the refresh token, from the cookie or the body, for a new access token."""
    presented = request.cookies.get(REFRESH_COOKIE) or (body.refresh_token if body else None)
    if not presented:
        raise UnauthorizedError(
            "Send the refresh token as a cookie or in the body. Log in to get one.",
            "NO_REFRESH_TOKEN",
        )
    await limits.take_refresh(presented)
    tokens = await auth.refresh(presented)
    await session.commit()
    if tokens is None:
        raise invalid_refresh()
    set_refresh_cookie(response, tokens.refresh, state.settings)
    return Refreshed(token=tokens.access)
