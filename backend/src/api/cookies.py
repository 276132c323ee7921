"""The cookie that carries the refresh token."""

from fastapi import Response

from src.config import Settings
from src.security.tokens import REFRESH_LIFETIME

REFRESH_COOKIE = "refresh_token"


def set_refresh_cookie(response: Response, token: str, settings: Settings) -> None:
    """Hand a refresh token to the browser, out of reach of scripts."""
    response.set_cookie(
        REFRESH_COOKIE,
        token,
        max_age=int(REFRESH_LIFETIME.total_seconds()),
        path=f"{settings.api_prefix}/auth",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def clear_refresh_cookie(response: Response, settings: Settings) -> None:
    """Take the refresh token away from the browser."""
    response.delete_cookie(
        REFRESH_COOKIE,
        path=f"{settings.api_prefix}/auth",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",
    )
