"""The load generator: HTTP/1.1 over kept connections, closed loop or open loop.

``python -m bench.load`` reads a :class:`Load` as JSON and prints an :class:`Outcome` as JSON.
Closed loop: each connection sends its next request when it has its answer, which saturates the
server. Open loop: requests are due at moments fixed beforehand, whatever the server does, and a
latency counts from the moment its request was due, so that a slow answer hides nothing.
"""

import asyncio
import gc
import json
import math
import os
import random
import selectors
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

ANSWER_SECONDS = 10.0
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True)
class Load:
    """What to send.

    Attributes
    ----------
    expected
        The status of every good answer.
    answer
        What every answer has to be, where it is the same each time.
    rate
        Requests a second in open loop; None is closed loop.
    core
        The CPU to stay on, where there is one to choose.
    """

    port: int
    method: str
    path: str
    token: str
    expected: int
    connections: int
    seconds: float
    body: str = ""
    answer: str | None = None
    rate: float | None = None
    core: int | None = None

    @property
    def request(self) -> bytes:
        """The request's bytes."""
        body = self.body.encode()
        head = [f"{self.method} {self.path} HTTP/1.1", f"host: 127.0.0.1:{self.port}",
                f"authorization: Bearer {self.token}", "accept: */*"]  # fmt: skip
        if body:
            head += ["content-type: application/json", f"content-length: {len(body)}"]
        return "\r\n".join(head).encode() + _END_OF_HEAD + body


@dataclass
class Outcome:
    """What came back; ``p50`` and ``p99`` in milliseconds, ``errors`` by kind."""

    answers: int = 0
    seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)


class Connection(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._received = bytearray()
        self._whole: int | None = None
        self._transport: asyncio.Transport | None = None
        self._since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, since: float) -> None:
        """Send the request; ``since`` is when it was due."""
        if self._transport is None or self._transport.is_closing():
            self._run.broken()
            return
        self._since = since
        self._transport.write(self._run.request)

    def close(self) -> None:
        """Give up what is under way."""
        self._since = None
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Put an answer together."""
        received = self._received
        received += data
        if self._whole is None:
            end = received.find(_END_OF_HEAD)
            if end < 0:
                return
            self._whole = end + len(_END_OF_HEAD) + _content_length(received[:end])
        if len(received) < self._whole:
            return
        answer, self._received, self._whole = bytes(received), bytearray(), None
        since, self._since = self._since, None
        if since is None:
            self._run.errors["an answer that nobody asked for"] += 1
            return
        self._run.answered(self, since, answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Count what was under way as failed."""
        self._transport = None
        if self._since is not None:
            self._since = None
            self._run.broken()


class Run:
    """One load from its first request to its last answer."""

    def __init__(self, load: Load) -> None:
        self.request = load.request
        self.errors: Counter[str] = Counter()
        self._load = load
        self._status = f"HTTP/1.1 {load.expected} ".encode()
        self._answer = None if load.answer is None else load.answer.encode()
        self._latencies: list[float] = []
        self._connections: list[Connection] = []
        self._free: deque[Connection] = deque()
        self._waiting: deque[float] = deque()
        self._under_way = 0
        self._reconnecting: set[asyncio.Task[None]] = set()
        self._last = self._until = 0.0

    async def complete(self) -> Outcome:
        """Send it all and wait for the last answer."""
        for _ in range(self._load.connections):
            await self._connect()
        started = time.perf_counter()
        self._last, self._until = started, started + self._load.seconds
        if self._load.rate is None:
            while self._free:
                self._start(self._free.popleft(), time.perf_counter())
            await asyncio.sleep(self._load.seconds)
        else:
            await self._send_at(due_times(self._load.rate, started, self._until))
        give_up = time.perf_counter() + ANSWER_SECONDS
        while self._under_way or self._waiting:
            if time.perf_counter() > give_up:
                unanswered = self._under_way + len(self._waiting)
                self.errors[f"no answer within {ANSWER_SECONDS:.0f} s"] += unanswered
                break
            await asyncio.sleep(0.005)
        for connection in self._connections:
            connection.close()
        await asyncio.sleep(0)  # so that they are closed
        latencies = sorted(self._latencies)
        return Outcome(
            len(latencies), self._last - started, _percentile(latencies, 0.5),
            _percentile(latencies, 0.99), dict(self.errors),
        )  # fmt: skip

    async def _send_at(self, moments: list[float]) -> None:
        for moment in moments:
            pause = moment - time.perf_counter()
            await asyncio.sleep(max(pause, 0))
            if self._free:
                self._start(self._free.popleft(), moment)
            else:
                self._waiting.append(moment)

    def answered(self, connection: Connection, since: float, answer: bytes) -> None:
        """Note an answer and go on."""
        at = time.perf_counter()
        self._under_way -= 1
        self._last = at
        head, _, body = answer.partition(_END_OF_HEAD)
        if not head.startswith(self._status):
            self.errors[head.split(b"\r\n")[0].decode()] += 1
        elif self._answer is not None and body != self._answer:
            self.errors["another answer than the first"] += 1
        else:
            self._latencies.append(at - since)
        self._go_on(connection, at)

    def broken(self) -> None:
        """Count a lost connection and open another."""
        self._under_way -= 1
        self.errors["connection lost"] += 1
        task = asyncio.ensure_future(self._connect())
        self._reconnecting.add(task)
        task.add_done_callback(self._reconnecting.discard)

    def _start(self, connection: Connection, since: float) -> None:
        self._under_way += 1
        connection.send(since)

    def _go_on(self, connection: Connection, at: float) -> None:
        if self._waiting:
            self._start(connection, self._waiting.popleft())
        elif self._load.rate is None and at < self._until:
            self._start(connection, at)
        else:
            self._free.append(connection)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self), "127.0.0.1", self._load.port
        )
        self._connections.append(connection)
        if self._until:
            self._go_on(connection, time.perf_counter())
        else:
            self._free.append(connection)


def due_times(rate: float, start: float, end: float) -> list[float]:
    """Return when requests are due: ``rate`` a second on average, as independent users come.

    The moments are the same in every run.
    """
    chance = random.Random(f"{rate:.3f}")  # noqa: S311 - no secret: it has to repeat
    moments = []
    moment = start + chance.expovariate(rate)
    while moment < end:
        moments.append(moment)
        moment += chance.expovariate(rate)
    return moments


def _content_length(head: bytearray) -> int:
    at = head.lower().find(_LENGTH)
    return int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1] * 1000 if ordered else math.nan


def _loop(load: Load) -> asyncio.AbstractEventLoop:
    if load.rate is None:
        return uvloop.new_event_loop()
    # uvloop and epoll wake on whole milliseconds, which is too coarse for moments that are due.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def main() -> None:
    """Run the load that standard input describes and print its outcome."""
    load = Load(**json.load(sys.stdin))
    if load.core is not None:
        os.sched_setaffinity(0, {load.core})
    gc.disable()  # a pause of ours would be taken for one of the server
    with asyncio.Runner(loop_factory=lambda: _loop(load)) as runner:
        outcome = runner.run(Run(load).complete())
    sys.stdout.write(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
