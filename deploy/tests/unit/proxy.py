"""A proxy that damages answers on their way: what a broken deployment would send."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding"}


@dataclass
class Answer:
    """An answer that may be changed before it is passed on."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Damage = Callable[[str, str, Answer], None]


@contextmanager
def damaging(port: int, damage: Damage) -> Iterator[int]:
    """Serve what the server on ``port`` answers, after ``damage(method, path, answer)``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet: two would wait for each other

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            sent = self.rfile.read(length)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(self.command, self.path, sent, dict(self.headers))
            got = connection.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
            connection.close()
            damage(self.command, self.path, answer)
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            if answer.status != http.HTTPStatus.NO_CONTENT:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _pass_on  # noqa: N815

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        served.daemon_threads = True
        thread = threading.Thread(target=served.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield served.server_port
        finally:
            served.shutdown()
            thread.join()
