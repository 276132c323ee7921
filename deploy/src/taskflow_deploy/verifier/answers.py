"""What is asked, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# These speak of one connection and not of the answer, and each hop has its own:
# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
_OF_A_CONNECTION = {
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip


class UnreachableError(Exception):
    """No answer came; the text says why."""


@dataclass(frozen=True)
class Request:
    """A request.

    Attributes
    ----------
    path
        With its query.
    body
        As it is sent; None for none.
    seconds
        How long an answer may take.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: float = 10.0


@dataclass(frozen=True)
class Answer:
    """An answer, and when it came.

    Attributes
    ----------
    headers
        In the order in which they came; names in lower case.
    sent, received
        In seconds of :func:`time.monotonic`.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: float
    received: float

    @property
    def text(self) -> str:
        """The body; bytes that are no UTF-8 are kept apart from all others."""
        return self.body.decode("utf-8", "surrogateescape")

    @property
    def fields(self) -> dict[str, str]:
        """The headers that belong to the answer; of a name that comes twice, a line for each."""
        lines: dict[str, str] = {}
        for name, value in self.headers:
            if name not in _OF_A_CONNECTION:
                lines[name] = f"{lines[name]}\n{value}" if name in lines else value
        return lines

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        return self.fields.get(name, "")


class Transport(Protocol):
    """A way to a system: from this machine, or from inside a cluster."""

    def send(self, request: Request) -> Answer:
        """Send a request.

        Raises
        ------
        UnreachableError
            No answer came.
        """
        ...

    def close(self) -> None:
        """End what it holds."""
        ...
