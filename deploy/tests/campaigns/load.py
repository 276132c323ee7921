"""Other users at the same system: they sign up, add tasks, list them and talk."""

import http.client
import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_PASSWORD = "correct horse battery"
_TASKS, _AUTH = "/api/v1/tasks", "/api/v1/auth"
# A busy system is meant, and not one that has no time for anything else.
_PAUSE = 0.1


@dataclass
class Load:
    """What other users were answered.

    Attributes
    ----------
    statuses
        How often each status came.
    errors
        What went wrong, other than a status.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[Exception] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()


@contextmanager
def load(port: int, users: int) -> Iterator[Load]:
    """Let so many users be busy at the system meanwhile."""
    found, done, lock = Load(), threading.Event(), threading.Lock()

    def be_busy() -> None:
        user = _User(port)
        try:
            while not done.wait(_PAUSE):
                status = user.next()
                with lock:
                    found.statuses[status] += 1
        except Exception as error:  # noqa: BLE001 - the test asserts that there is none
            found.errors.append(error)
        finally:
            user.leave()

    threads = [threading.Thread(target=be_busy) for _ in range(users)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        done.set()
        for thread in threads:
            thread.join()


class _User:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._token = ""
        self._count = 0

    def next(self) -> int:
        """Ask for the next thing; after a refusal, or often enough, as somebody new."""
        if not self._token or self._count % 40 == 0:
            self._count = 1
            email = f"{uuid.uuid4().hex}@load.example.com"
            account = {"email": email, "password": _PASSWORD}
            status, told = self._ask("POST", f"{_AUTH}/signup", account)
            self._token = told["token"]
            return status
        self._count += 1
        match self._count % 4:
            case 0:
                asked = self._ask("POST", _TASKS, {"title": f"task {self._count}"})
            case 1:
                asked = self._ask("GET", f"{_AUTH}/me")
            case 2:
                asked = self._ask("POST", "/api/v1/chat", {"message": "show my tasks"})
            case _:
                asked = self._ask("GET", _TASKS)
        if asked[0] == http.HTTPStatus.UNAUTHORIZED:
            self._token = ""  # the clock was set back, and the token is of the future
        return asked[0]

    def leave(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())
