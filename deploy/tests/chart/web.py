"""A small web server for the scripts of the chart's pods."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """What is asked: ``what`` is the method and the path."""

    what: str
    token: str
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is answered: a text, or anything else as JSON."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def serving(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """Run a server on this machine; yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(length)) if length else None
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            given = answer(Request(f"{self.command} {self.path}", token, body))
            is_text = given.body is None or isinstance(given.body, str)
            content = (given.body or "") if is_text else json.dumps(given.body)
            headers = {
                "Content-Type": "text/html; charset=utf-8" if is_text else "application/json"
            }
            self.send_response(given.status)
            for name, value in {**headers, **given.headers}.items():
                self.send_header(name, value)
            if given.status != 204:
                self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def do_PUT(self) -> None:
            self.answer()

        def do_DELETE(self) -> None:
            self.answer()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
