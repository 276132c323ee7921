"""One span a request, within the caller's trace where it names one; only with a collector."""

from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.middleware.routes import PROBES, RouteNames, method_of
from src.observability.tracing import span

_CARRIERS = {b"traceparent", b"tracestate"}
_FAULT = 500
_propagator = TraceContextTextMapPropagator()


class TraceMiddleware:
    """Records each request but the probes: method, route and status, and nothing that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._routes = RouteNames()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        method = method_of(scope)
        carrier = {
            name.decode(): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _CARRIERS
        }
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        known = {"http.request.method": method, "url.scheme": scope.get("scheme", "http")}
        parent = _propagator.extract(carrier)
        with span(method, known, parent=parent, kind=SpanKind.SERVER) as opened:
            try:
                await self._app(scope, receive, note)
            finally:
                if opened is not None:
                    route = self._routes.of(scope)
                    opened.update_name(f"{method} {route}")
                    opened.set_attributes(
                        {"http.route": route, "http.response.status_code": status}
                    )
                    if status >= _FAULT:
                        opened.set_status(StatusCode.ERROR)
