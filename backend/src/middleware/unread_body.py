"""Lets an answer reach a client that is still sending."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 1.0
"""How long the rest of a body is waited for."""
_LARGEST_REST = 16 * 1024 * 1024
_BODY = {b"content-length", b"transfer-encoding"}


class UnreadBodyMiddleware:
    """Reads and drops, after an answer, what was not read of the request.

    A connection that is closed with bytes unread is reset, and then a client, or a proxy between,
    may lose the answer that it was sent (RFC 9112, section 9.6).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http" or all(name not in _BODY for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        request = _Request(receive, expects=any(name == b"expect" for name, _ in scope["headers"]))

        async def send_and_drop(message: Message) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if not is_last or request.is_over:
                await send(message)
                return
            await send({**message, "more_body": True})
            await request.drop_rest()
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, request.receive, send_and_drop)


class _Request:
    def __init__(self, receive: Receive, *, expects: bool) -> None:
        self._receive = receive
        # Who waits to be told to send a body sends none after the answer.
        self.is_over = expects

    async def receive(self) -> Message:
        message = await self._receive()
        self.is_over = not message.get("more_body", False)
        return message

    async def drop_rest(self) -> None:
        left = _LARGEST_REST
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while not self.is_over and left > 0:
                    left -= len((await self.receive()).get("body", b""))
