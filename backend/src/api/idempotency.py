"""The header by which a request can be repeated without a second effect."""

from typing import Annotated

from fastapi import Header, Response

from src.api.deps import State
from src.services.idempotency import KeyedRequest, Work, once

KeyDep = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeating the request with the same key gives the same answer, and has one "
        "effect. Kept for 24 hours.",
    ),
]


async def answer(state: State, request: KeyedRequest | None, status: int, work: Work) -> Response:
    """Do the work and commit it; once only where the request names a key.

    Parameters
    ----------
    state
        The application's.
    request
        What is asked, and its key; None where no key was sent.
    status
        The status of the answer.
    work
        Does it in the given transaction, and returns the answer's body.

    Raises
    ------
    TaskFlowError
        As ``work`` does, and as :func:`~src.services.idempotency.once`.
    """
    if request is None:
        async with state.database.session() as session:
            body = await work(session)
            await session.commit()
        return Response(body, status, media_type="application/json")
    kept = await once(state.database, request, status, work)
    headers = {"Idempotency-Replayed": "true"} if kept.is_replayed else None
    return Response(kept.body, kept.status, headers, "application/json")
