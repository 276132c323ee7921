"""Requests through the frontend's port, on kept and on new connections at the same time."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from tests.cluster.checkout import REPOSITORY

LISTED = 20
LEAST_RATE = 200
"""Requests a second, all streams together."""
_TASKS = "/api/v1/tasks"
_LONGEST_SECONDS = 600.0
_STOP_SECONDS = 30.0
_SEE_IT_RUN_SECONDS = 1.0


@dataclass(frozen=True)
class Stream:
    """One kind of request, sent at moments fixed beforehand: see ``backend/bench/load.py``."""

    method: str
    path: str
    expected: int
    rate: float
    connections: int = 10
    fresh: bool = False
    body: str = ""

    @property
    def name(self) -> str:
        """What it is, for people."""
        return f"{self.method} {self.path} on {'new' if self.fresh else 'kept'} connections"


_NEW_TASK = '{"title":"Call the bank"}'
STREAMS = (
    Stream("GET", _TASKS, 200, rate=100, connections=8),
    Stream("GET", _TASKS, 200, rate=100, connections=8, fresh=True),
    Stream("POST", _TASKS, 201, rate=8, connections=2, body=_NEW_TASK),
    Stream("POST", _TASKS, 201, rate=8, connections=2, body=_NEW_TASK, fresh=True),
    Stream("GET", "/", 200, rate=2, connections=1),
)


@dataclass(frozen=True)
class Failure:
    """One request that failed: when, in seconds since 1970, how long it took, and why."""

    stream: str
    at: float
    seconds: float
    kind: str
    detail: str


@dataclass
class Sent:
    """What came of a load; ``p99`` is the worst stream's, in milliseconds."""

    answers: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    p99: float = 0.0
    closed: int = 0
    failures: list[Failure] = field(default_factory=list)


class Target:
    """A deployed frontend, with an account that lists and another one that adds."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        with httpx2.Client(base_url=url, timeout=30) as client:
            self._reader, self._writer = _sign_up(client), _sign_up(client)
            headers = {"Authorization": f"Bearer {self._reader}"}
            for number in range(LISTED):
                task = {"title": f"Task {number} of those that are listed"}
                client.post(_TASKS, json=task, headers=headers).raise_for_status()
            self._listed = client.get(_TASKS, headers=headers).raise_for_status().text

    @contextmanager
    def under_load(self) -> Iterator[Sent]:
        """Send all streams until the block ends; what is given is filled in then."""
        sent = Sent()
        running = [(stream, _start(self._load(stream))) for stream in STREAMS]
        try:
            for _, process in running:
                _require_running(process)
            yield sent
        finally:
            for _, process in running:
                process.send_signal(signal.SIGTERM)
            outcomes = [(stream, _outcome(process)) for stream, process in running]
        for stream, outcome in outcomes:
            _add(sent, stream, outcome)

    def _load(self, stream: Stream) -> str:
        reads = stream.method == "GET"
        load = asdict(stream) | {
            "host": self._address.hostname,
            "port": self._address.port,
            "token": self._reader if reads else self._writer,
            "answer": self._listed if reads and stream.path == _TASKS else None,
            "seconds": _LONGEST_SECONDS,
        }
        return json.dumps(load)


def _sign_up(client: httpx2.Client) -> str:
    account = {"email": f"{uuid4().hex}@example.com", "password": "a good password"}
    token: str = client.post("/api/v1/auth/signup", json=account).raise_for_status().json()["token"]
    return token


def _start(load: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"], cwd=REPOSITORY / "backend",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(load)
    process.stdin.close()
    process.stdin = None
    return process


def _require_running(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(_SEE_IT_RUN_SECONDS)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError(f"the load generator ended: {_outcome(process)}")


def _outcome(process: "subprocess.Popen[str]") -> dict[str, Any]:
    try:
        out, complained = process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, f"the load generator failed:\n{complained}"
    outcome: dict[str, Any] = json.loads(out)
    return outcome


def _add(sent: Sent, stream: Stream, outcome: dict[str, Any]) -> None:
    sent.answers += outcome["answers"]
    sent.seconds = max(sent.seconds, outcome["seconds"])
    sent.rate += (outcome["answers"] + len(outcome["failures"])) / outcome["seconds"]
    sent.p99 = max(sent.p99, outcome["p99"])
    sent.closed += outcome["closed"]
    sent.failures += [Failure(stream.name, **failure) for failure in outcome["failures"]]
