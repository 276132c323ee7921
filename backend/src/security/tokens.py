"""Access and refresh tokens: JWT by HS256 (RFC 7519, and the advice of RFC 8725)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from src.errors import UnauthorizedError

ACCESS_LIFETIME = timedelta(seconds=86_400)
REFRESH_LIFETIME = timedelta(days=7)
_ALGORITHM = "HS256"
_ACCESS_CLAIMS = {"sub", "email", "iat", "exp"}
_REFRESH_CLAIMS = {"sub", "jti", "type", "iat", "exp"}


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says."""

    user_id: UUID
    email: str
    expires_at: datetime


@dataclass(frozen=True)
class RefreshClaims:
    """What a refresh token says; ``token_id`` is its ``jti``."""

    user_id: UUID
    token_id: UUID
    expires_at: datetime


class Tokens:
    """Issues and reads tokens.

    Parameters
    ----------
    secret
        The shared key, at least 32 characters.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def issue_access(self, user_id: UUID, email: str, at: datetime) -> str:
        """Return an access token; its claims are exactly sub, email, iat and exp."""
        return self._sign({"sub": str(user_id), "email": email}, at, ACCESS_LIFETIME)

    def issue_refresh(self, user_id: UUID, token_id: UUID, at: datetime) -> str:
        """Return a refresh token."""
        claims = {"sub": str(user_id), "jti": str(token_id), "type": "refresh"}
        return self._sign(claims, at, REFRESH_LIFETIME)

    def read_access(self, token: str) -> AccessClaims:
        """Return what an access token says.

        Raises
        ------
        UnauthorizedError
            TOKEN_EXPIRED, INVALID_SIGNATURE, INVALID_TOKEN_CLAIMS or INVALID_TOKEN.
        """
        claims = self._read(token)
        user_id = _uuid(claims["sub"])
        fits = set(claims) == _ACCESS_CLAIMS and isinstance(claims["email"], str)
        if user_id is None or not fits:
            raise UnauthorizedError(
                "The token is not an access token. Log in again.", "INVALID_TOKEN_CLAIMS"
            )
        return AccessClaims(user_id, claims["email"], _moment(claims["exp"]))

    def read_refresh(self, token: str) -> RefreshClaims:
        """Return what a refresh token says.

        Raises
        ------
        UnauthorizedError
            INVALID_REFRESH_TOKEN, whatever is wrong with it.
        """
        try:
            claims = self._read(token)
        except UnauthorizedError:
            raise invalid_refresh() from None
        user_id, token_id = _uuid(claims["sub"]), _uuid(claims.get("jti"))
        fits = set(claims) == _REFRESH_CLAIMS and claims["type"] == "refresh"
        if user_id is None or token_id is None or not fits:
            raise invalid_refresh()
        return RefreshClaims(user_id, token_id, _moment(claims["exp"]))

    def _sign(self, claims: dict[str, str], at: datetime, lifetime: timedelta) -> str:
        issued = int(at.timestamp())
        ends = issued + int(lifetime.total_seconds())
        return jwt.encode({**claims, "iat": issued, "exp": ends}, self._secret, _ALGORITHM)

    def _read(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                options={"require": ["sub", "iat", "exp"]},
            )
        except jwt.ExpiredSignatureError:
            raise UnauthorizedError(
                "The token has expired. Log in again.", "TOKEN_EXPIRED"
            ) from None
        except jwt.InvalidSignatureError:
            raise UnauthorizedError(
                "The token's signature is not ours. Log in again.", "INVALID_SIGNATURE"
            ) from None
        except (jwt.MissingRequiredClaimError, jwt.InvalidIssuedAtError):
            raise UnauthorizedError(
                "The token lacks what an access token says. Log in again.", "INVALID_TOKEN_CLAIMS"
            ) from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise UnauthorizedError("The token cannot be read. Log in again.") from None
        return claims


def invalid_refresh() -> UnauthorizedError:
    """Return the one error for every refresh token that is not good."""
    return UnauthorizedError(
        "The refresh token is not valid any more. Log in again.", "INVALID_REFRESH_TOKEN"
    )


def digest(token: str) -> bytes:
    """Return what is kept of an access token that may not be used again."""
    return hashlib.sha256(token.encode()).digest()


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
