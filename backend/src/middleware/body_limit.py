"""Refuses bodies that are too large or no UTF-8 text before anything parses them."""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.errors import body

LARGEST_BODY = 256 * 1024


class BodyLimitMiddleware:
    """Answers 413 to a body over :data:`LARGEST_BODY` bytes, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > LARGEST_BODY:
            await _refusal()(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            part = message.get("body", b"")
            received += len(part)
            if received > LARGEST_BODY:
                # FastAPI reads the body and lets this kind of error through.
                raise HTTPException(413)
            if b"\x00" in part:
                # No JSON has one, but UTF-16 and UTF-32 do, which Python would read as JSON.
                raise HTTPException(400)
            return message

        await self._app(scope, count, send)


def _refusal() -> JSONResponse:
    message = f"The body is larger than {LARGEST_BODY // 1024} KiB."
    return JSONResponse(body(413, "PAYLOAD_TOO_LARGE", message), 413)
