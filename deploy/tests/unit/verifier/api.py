"""A small API that is not TaskFlow: notes with ids and moments, which a test may damage."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.unit.served import serve

Note = dict[str, Any]


@dataclass
class Notes:
    """What the API does.

    Attributes
    ----------
    damage
        Changes what is answered, by method and path.
    ahead
        Seconds by which its clock is ahead.
    """

    damage: Callable[[str, str, Any], Any] = lambda _method, _path, data: data
    ahead: float = 0.0
    notes: dict[str, Note] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        """Return status and data."""
        number = path.removeprefix("/notes/")
        if method == "POST" and path == "/notes":
            note = {"id": str(uuid.uuid4()), "text": json.loads(body)["text"], "at": self._now()}
            self.notes[note["id"]] = note
            return 201, note
        if method == "GET" and path == "/notes":
            return 200, list(self.notes.values())
        if method == "DELETE" and number in self.notes:
            del self.notes[number]
            return 200, {"gone": number, "at": self._now()}
        return 404, {"error": f"no {number}"}

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.ahead))


@contextmanager
def serving(notes: Notes) -> Iterator[str]:
    """Serve the API and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            status, data = notes.answer(self.command, self.path, body)
            text = json.dumps(notes.damage(self.command, self.path, data)).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with serve(Handler) as port:
        yield f"http://127.0.0.1:{port}"
