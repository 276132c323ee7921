"""Tells browsers to do nothing with an answer but to hand it to who asked for it."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# Only where there is https for sure: a browser that has seen it refuses http for a year.
_HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

# The description's pages are FastAPI's: a script and a style from a public server, and a line of
# script of their own. They show nothing that a user wrote.
_PAGE = "; ".join(
    (
        "default-src 'none'",
        "script-src 'unsafe-inline' https://cdn.jsdelivr.net",
        "style-src 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com",
        "font-src https://fonts.gstatic.com",
        "img-src data: https://fastapi.tiangolo.com",
        "worker-src blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    )
)
PAGES = frozenset({"/docs", "/redoc", "/docs/oauth2-redirect"})
"""The paths of the pages that people read."""


class SecurityHeadersMiddleware:
    """Adds the headers to every answer; no route has to think of them.

    Parameters
    ----------
    app
        What answers requests.
    https
        Whether browsers reach us by https only.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        common = _HEADERS | (_HTTPS if https else {})
        self._headers = _encode({**common, "Content-Security-Policy": _NOTHING})
        self._page_headers = _encode({**common, "Content-Security-Policy": _PAGE})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = self._page_headers if scope["path"] in PAGES else self._headers

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, add)


def _encode(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
