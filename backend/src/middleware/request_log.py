"""One log line a request, and the id by which a client can name it."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger()
_HEADER = "x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET = {"/health/live", "/health/ready"}


class RequestLogMiddleware:
    """Takes over or makes the request's id, returns it, and logs what was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(_HEADER.encode(), b"")
        request_id = given.decode() if _ACCEPTED.fullmatch(given) else uuid4().hex
        started = time.perf_counter()
        status = 500

        async def name(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, name)
            finally:
                if scope["path"] not in _QUIET:
                    _log.info("request", **_facts(scope, status, started))


def _facts(scope: Scope, status: int, started: float) -> dict[str, object]:
    user_id = scope.get("state", {}).get("user_id")
    return {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        **({"user_id": str(user_id)} if user_id else {}),
    }
