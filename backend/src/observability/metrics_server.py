"""Serves the metrics on a port of their own, which is not public."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

import structlog
from prometheus_client.exposition import choose_encoder

from src.observability.metrics import REGISTRY

_log = structlog.get_logger()
_STOP_SECONDS = 0.05
_CLIENT_SECONDS = 5


@contextmanager
def serving(host: str, port: int) -> Iterator[None]:
    """Serve ``/metrics`` while the application runs; not at all on port 0.

    It has a thread of its own, so that it answers when the application does not.
    A port that cannot be had is no reason to refuse users: it is logged.
    """
    if port == 0:
        yield
        return
    try:
        server = _Server(host, port)
    except OSError as error:
        _log.error(
            "no metrics",
            host=host,
            port=port,
            reason=error.strerror,
            cure="Set METRICS_HOST and METRICS_PORT to a free port, or METRICS_PORT to 0.",
        )
        yield
        return
    thread = threading.Thread(
        target=server.serve_forever, args=(_STOP_SECONDS,), name="metrics", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404, "The metrics are at /metrics")
            return
        encode, kind = choose_encoder(self.headers.get("accept", ""))
        body = encode(REGISTRY)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: who scrapes does so every few seconds."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service what the host is called, which may take long."""
        TCPServer.server_bind(self)

    def handle_error(self, *_: object) -> None:
        """Log what went wrong with a scrape in the form of all other lines."""
        _log.warning("scrape failed", exc_info=True)
