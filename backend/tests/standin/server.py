"""The stand-in's server: one thread for each connection, one script for all of them."""

import sys
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.standin.conversation import check_messages
from tests.standin.replies import Reply, Scripted, failure
from tests.standin.request import check_head, check_parameters, read_body
from tests.standin.rules import JsonObject, RefusedError

KEY = "sk-ant-api03-the-stand-ins-own-key"
_PATH = "/v1/messages"
_STOP_SECONDS = 5.0


class StandIn:
    """Serves on a free port of 127.0.0.1 while it is entered.

    Attributes
    ----------
    requests
        The bodies of all requests that kept the rules, in order.
    refused
        What was wrong with the others.
    """

    def __init__(self) -> None:
        self.requests: list[JsonObject] = []
        self.refused: list[str] = []
        self.stopping = threading.Event()
        self._script: deque[Scripted] = deque()
        self._sent: list[list[JsonObject]] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def left(self) -> int:
        """How many replies of the script were not asked for."""
        return len(self._script)

    def script(self, *replies: Scripted) -> None:
        """Add replies; each request that keeps the rules takes the next one."""
        self._script.extend(replies)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer one request."""
        try:
            request, scripted = self._take(path, headers, body)
        except RefusedError as error:
            self.refused.append(error.message)
            return failure(error.status, error.kind, error.message)
        reply = scripted if isinstance(scripted, Reply) else scripted(request)
        self._sent.append(reply.content)
        return reply

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[JsonObject, Scripted]:
        """Hold a request against the rules and take the next reply for it."""
        if path != _PATH:
            raise RefusedError("Not found", 404, "not_found_error")
        check_head(headers, KEY)
        request = read_body(body)
        check_parameters(request)
        with self._lock:
            check_messages(request["messages"], self._sent)
            if not self._script:
                raise RefusedError("The test's script has no reply left.")
            self.requests.append(request)
            return request, self._script.popleft()

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, slow replies included."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_STOP_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gave up is part of the play; anything else is a mistake of ours.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(standin: StandIn) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(standin.answer(self.path, headers, body))

        def _send(self, reply: Reply) -> None:
            if standin.stopping.wait(reply.delay):
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            half = len(reply.body) // 2 if reply.is_cut_off else len(reply.body)
            self.wfile.write(reply.body[:half])
            self.close_connection = reply.is_cut_off

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Say nothing: the test says what it expects."""

    return Handler
