"""Password hashes: Argon2id, computed off the event loop and few at a time."""

import os
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from src.config import Settings
from src.errors import RateLimitedError

LONGEST_WAIT = 1.5
"""Seconds that anybody waits for his turn, so that a flood is refused and not piled up."""


class Passwords:
    """Hashes and checks passwords.

    Whoever does not get his turn within :data:`LONGEST_WAIT` gets a
    :class:`RateLimitedError`.

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
        # A hash keeps a core busy. One core is left to all other requests, so that they are
        # served while many log in at once.
        self._turns = anyio.Semaphore(max(1, len(os.sched_getaffinity(0)) - 1))
        self._of_nobody = _hash_of_nobody(settings)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._turns.statistics().tasks_waiting

    async def hash(self, password: str) -> str:
        """Return a password's hash, in PHC form."""
        async with self._turn():
            return await run_sync(self._hash.hash, password)

    async def check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Check a password against a known hash.

        Without a known hash the same work is done in vain, so that the time
        does not tell whether an account exists.

        Returns
        -------
        tuple
            Whether it is right, and a new hash where the parameters changed.
        """
        async with self._turn():
            right, renewed = await run_sync(
                self._hash.verify_and_update, password, known or self._of_nobody
            )
        return (right and known is not None), renewed

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            with anyio.fail_after(LONGEST_WAIT):
                await self._turns.acquire()
        except TimeoutError:
            raise RateLimitedError(1) from None
        try:
            yield
        finally:
            self._turns.release()


def _hash_of_nobody(settings: Settings) -> str:
    """Return a hash, in PHC form, that no password has.

    With the parameters that are in use: another cost would tell who has an account.
    """
    salt, digest = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
    cost = f"m={settings.argon2_memory_kib},t={settings.argon2_passes},p=1"
    return f"$argon2id$v=19${cost}${salt}${digest}"
