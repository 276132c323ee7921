"""Password hashes: Argon2id, computed off the event loop and few at a time."""

import os

import anyio
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from src.config import Settings


class Passwords:
    """Hashes and checks passwords.

    Parameters
    ----------
    settings
        Memory and passes of Argon2id.
    """

    def __init__(self, settings: Settings) -> None:
        hasher = Argon2Hasher(
            memory_cost=settings.argon2_memory_kib, time_cost=settings.argon2_passes, parallelism=1
        )
        self._hash = PasswordHash((hasher,))
        # One hash keeps one core busy, so more at a time would only take memory.
        self._limit = anyio.CapacityLimiter(max(1, os.cpu_count() or 1))
        self._of_nobody = self._hash.hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """Return a password's hash, in PHC form."""
        return await run_sync(self._hash.hash, password, limiter=self._limit)

    async def check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Check a password against a known hash.

        Without a known hash the same work is done in vain, so that the time
        does not tell whether an account exists.

        Returns
        -------
        tuple
            Whether it is right, and a new hash where the parameters changed.
        """
        right, renewed = await run_sync(
            self._hash.verify_and_update, password, known or self._of_nobody, limiter=self._limit
        )
        return (right and known is not None), renewed
