"""Repeated requests: the same key gives the same answer and has one effect."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asyncpg import ForeignKeyViolationError
from sqlalchemy.ext.asyncio import AsyncSession

from src.database import Database, is_away
from src.errors import InvalidInputError, StillWorkingError, UserNotFoundError
from src.models.base import now
from src.repositories import idempotency as repository
from src.repositories.idempotency import KeptAnswer, KeyName

KEPT_FOR = timedelta(hours=24)
_LOOK_AGAIN_SECONDS = 0.1
# How long the answer to a failed request waits for its key to be free again.
_RELEASE_SECONDS = 0.5

_log = structlog.get_logger()
_releasing: set[asyncio.Task[None]] = set()
_one_by_one = asyncio.Semaphore()

Transaction = AsyncSession
"""What the work is done in, for those who may know no more of the database."""
Work = Callable[[Transaction], Awaitable[bytes]]


@dataclass(frozen=True)
class Answer:
    """The answer, and whether it was given before."""

    status: int
    body: bytes
    is_replayed: bool


@dataclass(frozen=True)
class KeyedRequest:
    """A request that names a key.

    Attributes
    ----------
    user_id, route, key
        Whose key, where, and which.
    content
        What is asked; under the same key it has to be the same.
    seconds
        How long the work on it may take.
    """

    user_id: UUID
    route: str
    key: str
    content: bytes
    seconds: float

    @property
    def name(self) -> KeyName:
        """The key's name in the database."""
        return KeyName(self.user_id, self.route, self.key)

    @property
    def digest(self) -> bytes:
        """What is kept of the content."""
        return hashlib.sha256(self.content).digest()


async def once(database: Database, request: KeyedRequest, status: int, work: Work) -> Answer:
    """Do the work of a request once, however often it is asked.

    Parameters
    ----------
    database
        Where keys and answers are kept, for :data:`KEPT_FOR`.
    request
        The request and its key.
    status
        The status of the answer. Errors are not kept: they have no effect.
    work
        Changes what is asked in the given transaction, without a commit, and
        returns the answer's body.

    Raises
    ------
    InvalidInputError
        The key was used with other content.
    StillWorkingError
        The first request is not done within ``request.seconds``.
    UserNotFoundError
        The account is gone.
    """
    # It names our claim, and is ours to say: the answer to a claim may be lost with a connection.
    claim = now() + timedelta(seconds=request.seconds + 1)
    try:
        kept = await _claim_or_find(database, request, claim)
        if kept is not None:
            return _replay(kept, request)
        async with database.session() as session:
            body = await work(session)
            await _keep(session, request.name, claim, Answer(status, body, is_replayed=False))
            await session.commit()
    except BaseException as error:
        # Nobody waits for a database that is away.
        await _release(database, request.name, claim, 0 if is_away(error) else _RELEASE_SECONDS)
        raise
    return Answer(status, body, is_replayed=False)


async def _claim_or_find(
    database: Database, request: KeyedRequest, claim: datetime
) -> KeptAnswer | None:
    """Take the key, or wait for the answer of whoever has it."""
    try:
        async with asyncio.timeout(request.seconds):
            while True:
                name, digest = request.name, request.digest
                if await repository.claim(database, name, digest, claim, KEPT_FOR):
                    return None
                kept = await repository.find(database, name)
                if kept is not None and (kept.status is not None or kept.request_digest != digest):
                    return kept
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError:
        raise StillWorkingError from None
    except ForeignKeyViolationError:
        raise UserNotFoundError from None


def _replay(kept: KeptAnswer, request: KeyedRequest) -> Answer:
    if kept.request_digest != request.digest:
        raise InvalidInputError(
            "This Idempotency-Key was used with another request. Use a new key for a new request."
        )
    if kept.status is None or kept.body is None:
        raise StillWorkingError
    return Answer(kept.status, kept.body, is_replayed=True)


async def _keep(session: Transaction, name: KeyName, claim: datetime, answer: Answer) -> None:
    if not await repository.keep(session, name, claim, answer.status, answer.body):
        raise StillWorkingError  # it took too long, and another took over


async def _release(database: Database, name: KeyName, claim: datetime, wait: float) -> None:
    """Free the key: at once, or where the database is away as soon as it is back."""
    freeing = asyncio.create_task(_free(database, name, claim))
    _releasing.add(freeing)
    freeing.add_done_callback(_releasing.discard)
    await asyncio.wait({freeing}, timeout=wait)


async def _free(database: Database, name: KeyName, claim: datetime) -> None:
    while now() < claim:  # then it ends by its own time
        try:
            # One by one: they must not take the connections that requests wait for.
            async with _one_by_one:
                await repository.release(database, name, claim)
        except Exception as error:
            if not is_away(error):
                raise
            _log.warning("idempotency key not released yet", reason=type(error).__name__)
        else:
            return
        await asyncio.sleep(_RELEASE_SECONDS)
