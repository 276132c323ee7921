"""Accounts and sessions: who may come in, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database
from src.errors import InvalidInputError, UnauthorizedError, UserNotFoundError
from src.models import RefreshToken, SessionFamily, User
from src.models.base import now
from src.observability.metrics import logged_in
from src.repositories import sessions, users
from src.security.passwords import Passwords
from src.security.tokens import AccessClaims, Tokens, digest, invalid_refresh

_log = structlog.get_logger()

# Two tabs, or an answer that was lost, may present a token that was just used.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True)
class TokenPair:
    """An access token and the refresh token issued with it."""

    access: str
    refresh: str


async def require_not_logged_out(database: Database, token: AccessClaims) -> None:
    """Refuse an access token that was given up.

    Raises
    ------
    UnauthorizedError
        INVALID_TOKEN.
    """
    if await sessions.is_revoked(database, token.digest):
        raise logged_out()


def logged_out() -> UnauthorizedError:
    """Return the error for an access token that was given up."""
    return UnauthorizedError("You have logged out. Log in again.")


class AuthService:
    """Signs up, logs in, refreshes, logs out and removes accounts; whoever calls it commits.

    Parameters
    ----------
    database
        For what is read before the transaction begins.
    session
        The transaction to work in.
    tokens, passwords
        How tokens are signed and passwords checked.
    session_days
        After how many days a login ends, however often it is refreshed.
    """

    def __init__(
        self,
        database: Database,
        session: AsyncSession,
        tokens: Tokens,
        passwords: Passwords,
        session_days: int,
    ) -> None:
        self._longest = timedelta(days=session_days)
        self._database = database
        self._session = session
        self._tokens = tokens
        self._passwords = passwords

    async def sign_up(self, email: str, password: str) -> tuple[User, TokenPair]:
        """Make an account and log it in.

        Raises
        ------
        InvalidInputError
            The email is taken.
        """
        user = await users.add(self._session, email, await self._passwords.hash(password))
        if user is None:
            # That it is taken is said by the status alone, which the contract fixes.
            raise InvalidInputError(
                "email: this email cannot be used for a new account. If it is yours, log in."
            )
        return user, await self._open_session(user)

    async def log_in(self, email: str, password: str) -> tuple[User, TokenPair]:
        """Check credentials and open a session.

        Raises
        ------
        UnauthorizedError
            INVALID_CREDENTIALS, whichever half was wrong.
        """
        # No connection is held while the password waits for its turn.
        known = await users.credentials(self._database, email)
        right, renewed = await self._passwords.check(
            password, known.password_hash if known else None
        )
        logged_in(success=right)
        user = await users.find_to_stay(self._session, known.user_id) if known and right else None
        if user is None:
            # Whose it was is for those who read the log; the answer does not tell.
            _log.warning("login failed", user_id=str(known.user_id) if known else None)
            raise _wrong_credentials()
        if renewed is not None:
            user.password_hash = renewed
        return user, await self._open_session(user)

    async def find_user(self, user_id: UUID) -> User:
        """Return the account of a token.

        Raises
        ------
        UserNotFoundError
            It was deleted.
        """
        user = await users.find(self._session, user_id)
        if user is None:
            raise UserNotFoundError
        return user

    async def refresh(self, refresh_token: str) -> TokenPair | None:
        """Trade a refresh token for a new pair (rotation, RFC 9700 section 4.14).

        A token that was used before revokes its whole family, since one of its
        two users is a thief; within :data:`GRACE` it is taken for a repetition.

        Returns
        -------
        TokenPair or None
            None when the family was revoked just now: commit, then refuse.

        Raises
        ------
        UnauthorizedError
            INVALID_REFRESH_TOKEN.
        """
        claims = self._tokens.read_refresh(refresh_token)
        found = await sessions.lock_token(self._session, claims.token_id, claims.user_id)
        if found is None or found[1].revoked_at is not None:
            raise invalid_refresh()
        token, family = found
        at = now()
        if at - family.created_at > self._longest:
            raise invalid_refresh()
        if token.used_at is not None and at - token.used_at > GRACE:
            family.revoked_at = at
            _log.warning(
                "refresh token used again: its session is revoked", user_id=str(claims.user_id)
            )
            return None
        token.used_at = token.used_at or at
        return await self._issue(await self.find_user(claims.user_id), family.id, at)

    async def log_out(self, access: AccessClaims, refresh_token: str | None) -> None:
        """Refuse the access token from now on and revoke the family it belongs to."""
        token_id = None
        if refresh_token is not None:
            try:
                token_id = self._tokens.read_refresh(refresh_token).token_id
            except UnauthorizedError:
                token_id = None  # a broken cookie must not keep anybody logged in
        await sessions.revoke_families(
            self._session, access.digest, token_id, access.user_id, now()
        )
        await sessions.revoke_access(self._session, access.digest, access.expires_at)

    async def remove(self, access: AccessClaims, password: str) -> None:
        """Remove the account of a token with all that belongs to it, and refuse its tokens.

        Raises
        ------
        UserNotFoundError
            It was deleted.
        UnauthorizedError
            INVALID_CREDENTIALS: the password is not the account's.
        """
        user_id = access.user_id
        # No connection is held while the password waits for its turn.
        known = await users.password_hash(self._database, user_id)
        if known is None:
            raise UserNotFoundError
        right, _ = await self._passwords.check(password, known)
        if not right:
            _log.warning("account not removed: wrong password", user_id=str(user_id))
            raise _wrong_credentials()
        user = await users.find_to_remove(self._session, user_id)
        if user is None:
            raise UserNotFoundError
        await sessions.revoke_all(self._session, user_id, now())
        await self._session.delete(user)  # and the database all rows that refer to it
        await self._session.flush()

    async def _open_session(self, user: User) -> TokenPair:
        family = SessionFamily(id=uuid4(), user_id=user.id)
        self._session.add(family)
        await self._session.flush()
        return await self._issue(user, family.id, now())

    async def _issue(self, user: User, family_id: UUID, at: datetime) -> TokenPair:
        token_id = uuid4()
        access = await self._unique_access(user, at)
        refresh = self._tokens.issue_refresh(user.id, token_id, at)
        expires_at = self._tokens.read_refresh(refresh).expires_at
        self._session.add(
            RefreshToken(
                id=token_id,
                family_id=family_id,
                access_digest=digest(access),
                expires_at=expires_at,
            )
        )
        await self._session.flush()
        return TokenPair(access, refresh)

    async def _unique_access(self, user: User, at: datetime) -> str:
        # Its claims are fixed and count whole seconds, so two logins within one second would
        # share a token, and logging out of one would end the other: go back until it is new.
        access = self._tokens.issue_access(user.id, user.email, at)
        while await sessions.is_known(self._session, digest(access)):
            at -= timedelta(seconds=1)
            access = self._tokens.issue_access(user.id, user.email, at)
        return access


def _wrong_credentials() -> UnauthorizedError:
    return UnauthorizedError("The email or the password is wrong.", "INVALID_CREDENTIALS")
