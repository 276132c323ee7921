"""Access and refresh tokens: JWT by HS256 (RFC 7519, and the advice of RFC 8725)."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from jwt.exceptions import InvalidSubjectError
from jwt.types import Options

from src.errors import UnauthorizedError

ACCESS_LIFETIME = timedelta(seconds=86_400)
REFRESH_LIFETIME = timedelta(days=7)
CLOCK_SKEW = timedelta(seconds=5)
"""By how much the clocks of two replicas may differ."""
_REMEMBERED = 2_000
_ALGORITHM = "HS256"
_LAST_SECOND = 253_402_300_799  # no moment lies behind the year 9999
_OPTIONS: Options = {"require": ["sub", "iat", "exp"]}
_BAD_CLAIMS = (
    jwt.MissingRequiredClaimError,
    jwt.InvalidIssuedAtError,
    InvalidSubjectError,
    jwt.ImmatureSignatureError,
)
_ACCESS_CLAIMS = {"sub", "email", "iat", "exp"}
_REFRESH_CLAIMS = {"sub", "jti", "type", "iat", "exp"}


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says, and the digest by which it is refused once it is logged out."""

    user_id: UUID
    email: str
    expires_at: datetime
    digest: bytes

    @property
    def is_current(self) -> bool:
        """Whether its time is not over yet."""
        return time.time() < self.expires_at.timestamp()


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
    previous
        The key of before, empty where there is none: what it signed is still
        taken, and nothing is signed with it any more.
    """

    def __init__(self, secret: str, previous: str = "") -> None:
        self._secret = secret
        # Verifying a signature costs a fifth of a request, and most tokens come often.
        self._known: dict[str, AccessClaims] = {}
        self._keys = (secret, previous) if previous else (secret,)

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
        known = self._known.get(token)
        if known is not None and known.is_current:
            return known
        claims = self._read(token)
        user_id = _uuid(claims["sub"])
        fits = set(claims) == _ACCESS_CLAIMS and isinstance(claims["email"], str)
        if user_id is None or not fits:
            raise _bad_claims()
        access = AccessClaims(user_id, claims["email"], _moment(claims["exp"]), digest(token))
        self._remember(token, access)
        return access

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

    def _remember(self, token: str, access: AccessClaims) -> None:
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[token] = access

    def _sign(self, claims: dict[str, str], at: datetime, lifetime: timedelta) -> str:
        issued = int(at.timestamp())
        ends = issued + int(lifetime.total_seconds())
        return jwt.encode({**claims, "iat": issued, "exp": ends}, self._secret, _ALGORITHM)

    def _read(self, token: str) -> dict[str, Any]:
        if token.endswith("="):
            # PyJWT takes padding: a second spelling, by which a token would outlive its logout.
            raise UnauthorizedError("The token cannot be read. Log in again.")
        try:
            claims = self._verify(token)
        except jwt.ExpiredSignatureError:
            raise UnauthorizedError(
                "The token has expired. Log in again.", "TOKEN_EXPIRED"
            ) from None
        except jwt.InvalidSignatureError:
            raise UnauthorizedError(
                "The token's signature is not ours. Log in again.", "INVALID_SIGNATURE"
            ) from None
        except _BAD_CLAIMS:
            raise _bad_claims() from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise UnauthorizedError("The token cannot be read. Log in again.") from None
        issued, ends = claims["iat"], claims["exp"]
        if type(issued) is not int or type(ends) is not int or ends > _LAST_SECOND:
            raise _bad_claims()
        return claims

    def _verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that one of the keys signed; the last key's error else."""
        for key in self._keys[:-1]:
            try:
                return self._verify_with(key, token)
            except jwt.InvalidSignatureError:
                continue
        return self._verify_with(self._keys[-1], token)

    def _verify_with(self, key: str, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[_ALGORITHM], options=_OPTIONS, leeway=CLOCK_SKEW
        )
        return claims


def _bad_claims() -> UnauthorizedError:
    return UnauthorizedError(
        "The token does not say what an access token says. Log in again.", "INVALID_TOKEN_CLAIMS"
    )


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
        found = UUID(str(text))
    except ValueError:
        return None
    return found if str(found) == text else None  # no other way of writing it


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
