"""One connection of the load generator, with at most one request under way."""

import asyncio
import errno
import time
from dataclasses import dataclass
from typing import Protocol, cast

import httptools


@dataclass(frozen=True)
class Answer:
    """One whole answer."""

    status: int
    reason: str
    body: bytes
    keeps_connection: bool


class Owner(Protocol):
    """Whoever sends requests, and is told what becomes of them."""

    request: bytes

    def answered(self, connection: "Connection", since: float, answer: Answer) -> None:
        """Take an answer; ``since`` is when its request was due."""

    def lost(self, connection: "Connection", since: float | None, kind: str) -> None:
        """Learn that a connection is gone, and with it the request that was due at ``since``."""

    def unasked(self) -> None:
        """Learn that something came that answers nothing."""


class Connection(asyncio.Protocol):
    """A connection.

    Attributes
    ----------
    since
        When the request under way was due; None where there is none.
    sent
        When it was sent, which is later where it had to wait for a connection.
    closed_by_us
        Whether it was not the server that ended it.
    """

    def __init__(self, owner: Owner) -> None:
        self.since: float | None = None
        self.sent = 0.0
        self.closed_by_us = False
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._reason = b""
        self._body = bytearray()
        self._kind = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, since: float) -> None:
        """Send the request; ``since`` is when it was due."""
        self.since, self.sent = since, time.perf_counter()
        if self._transport is None:
            self._owner.lost(self, since, "no connection: closed as soon as it was open")
        else:
            self._transport.write(self._owner.request)

    def close(self) -> None:
        """Close it, and expect nothing more from it."""
        self.since = None
        self.closed_by_us = True
        if self._transport is not None:
            self._transport.close()

    def give_up(self, kind: str) -> None:
        """Let the request under way fail for this reason."""
        self._kind = kind
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Put an answer together."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            if self.since is None:
                self._owner.unasked()
            self.give_up(f"not HTTP: {error}")

    def on_status(self, reason: bytes) -> None:
        """Keep the status line's text."""
        self._reason += reason

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body."""
        self._body += part

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        parser = self._parser
        answer = Answer(
            parser.get_status_code(), self._reason.decode(errors="replace"), bytes(self._body),
            parser.should_keep_alive(),
        )  # fmt: skip
        self._reason, self._body = b"", bytearray()
        since, self.since = self.since, None
        if since is None:
            self._owner.unasked()
        else:
            self._owner.answered(self, since, answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whose it was."""
        self._transport = None
        since, self.since = self.since, None
        reason = "closed before the answer" if exc is None else reason_of(exc)
        self._owner.lost(self, since, self._kind or f"connection lost: {reason}")


def reason_of(error: Exception) -> str:
    """Return an error of the network by its name."""
    if isinstance(error, TimeoutError):
        return "timed out"
    number = getattr(error, "errno", None)
    return errno.errorcode.get(number or 0, str(error))
