"""The server's side of HTTP: what is bounded and refused before the application sees it."""

import asyncio
import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from src.errors import body

LARGEST_HEAD = 64 * 1024
REQUEST_SECONDS = 10.0
"""How long a request may take to arrive, from its connection or its first byte on."""
_AROUND_A_HEADER = len(": \r\n")
_REFUSED = json.dumps(
    body(
        HTTPStatus.BAD_REQUEST,
        "INVALID_REQUEST",
        "This is not a request that can be read: it is malformed, too large or too slow.",
    )
).encode()
_REFUSAL = b"".join(
    (
        b"content-type: application/json\r\n",
        b"content-length: %d\r\n" % len(_REFUSED),
        b"x-content-type-options: nosniff\r\n",
        b"connection: close\r\n\r\n",
        _REFUSED,
    )
)


class _BadHeadError(Exception):
    """A head breaks a rule; the parser makes an error of its own of it."""


class GuardedProtocol(HttpToolsProtocol):
    """Uvicorn's own, with the bounds it lacks.

    A head has at most :data:`LARGEST_HEAD` bytes and exactly one host (RFC 9112, section 3.2). A
    request arrives within :data:`REQUEST_SECONDS`. What follows a chunked body is no header (RFC
    9110, section 6.5.1). What cannot be read is answered in the one shape of every error.
    """

    _in_request = False
    _in_head = True
    _unread = 0
    """How much has come for a head, and perhaps some of what follows it."""
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self._in_head:
            self._unread += len(data)
        super().data_received(data)
        if self._in_request and not self.transport.is_closing():
            if self._in_head and self._unread > LARGEST_HEAD:
                self._refuse("The head of a request is too large.")
            elif self._patience is None:
                self._wait()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_request = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hand the request over to the application."""
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts != 1 and (hosts or self.parser.get_http_version() != "1.0"):
            raise _BadHeadError
        if self._unread > LARGEST_HEAD and self._head_size() > LARGEST_HEAD:
            raise _BadHeadError
        self._in_head = False
        self._unread = 0
        super().on_headers_complete()
        self.headers = []  # for trailers, which the application does not see

    def on_message_complete(self) -> None:
        """End a request."""
        self._in_request = False
        self._in_head = True
        self._wait_no_more()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, and hang up."""
        del msg  # for a person who reads plain text
        cycle: RequestResponseCycle | None = self.cycle
        started = cycle is not None and cycle.response_started
        # Never in the middle of an answer, and no second one to the same request.
        if not started or (self._in_head and self.cycle.response_complete):
            defaults = (b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
            self.transport.write(b"".join((STATUS_LINE[400], *defaults, _REFUSAL)))
        self.transport.close()

    def _head_size(self) -> int:
        sizes = (len(name) + len(value) + _AROUND_A_HEADER for name, value in self.headers)
        return len(self.url) + sum(sizes)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(REQUEST_SECONDS, self._hang_up)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hang_up(self) -> None:
        self._patience = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self._wait()  # it is we who are slow
        elif self._in_request:
            self._refuse("A request took too long to arrive.")
        else:
            self.transport.close()

    def _refuse(self, reason: str) -> None:
        self.logger.warning(reason)
        self.send_400_response(reason)
