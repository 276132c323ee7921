"""One log line and one count a request, and the id by which a client can name it."""

import os
import re
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.middleware.routes import PROBES, RouteNames, method_of
from src.observability.logs import REQUEST_ID, REQUEST_LINES
from src.observability.metrics import IN_FLIGHT, request_answered

_HEADER = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_WELL = 400


class RequestLogMiddleware:
    """Takes over or makes the request's id, returns it, and logs and counts what was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._routes = RouteNames()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started = perf_counter()
        status = 500

        async def name(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, request_id)]
            await send(message)

        token = REQUEST_ID.set(request_id.decode())
        IN_FLIGHT.requests += 1
        try:
            await self._app(scope, receive, name)
        finally:
            IN_FLIGHT.requests -= 1
            self._note(scope, status, perf_counter() - started)
            REQUEST_ID.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = method_of(scope), self._routes.of(scope)
        request_answered(method, route, status, seconds)
        if route in PROBES and status < _WELL:
            return
        line: dict[str, object] = {
            "event": "request",
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
        }
        if user_id := scope.get("state", {}).get("user_id"):
            line["user_id"] = str(user_id)
        if client := scope.get("client"):
            line["client"] = client[0]
        REQUEST_LINES.write(line)


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _HEADER and _ACCEPTED.fullmatch(value):
            return bytes(value)
    return os.urandom(16).hex().encode()
