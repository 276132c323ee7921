"""Bounds how long a request may take, so that nobody waits for a database that hangs."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 4.0


class DeadlineMiddleware:
    """Raises :class:`TimeoutError` in a request that takes longer than :data:`SECONDS`.

    The time that a body takes to arrive is the client's, and does not count; the
    server bounds it (``src/server/protocol.py``).

    Parameters
    ----------
    app
        What answers requests.
    exempt
        The paths that have a limit of their own.
    """

    def __init__(self, app: ASGIApp, exempt: frozenset[str]) -> None:
        self._app = app
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        async with asyncio.timeout(SECONDS) as deadline:
            await self._app(scope, _pausing(receive, deadline), send)


def _pausing(receive: Receive, deadline: asyncio.Timeout) -> Receive:
    async def wait() -> Message:
        now = asyncio.get_running_loop().time
        left = (deadline.when() or 0.0) - now()
        deadline.reschedule(None)
        try:
            return await receive()
        finally:
            deadline.reschedule(now() + left)

    return wait
