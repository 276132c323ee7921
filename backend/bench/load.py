"""The load generator: HTTP/1.1 over kept or new connections, closed loop or open loop.

``python -m bench.load`` reads a :class:`Load` as JSON and prints an :class:`Outcome` as JSON; a
SIGTERM ends the load early. Closed loop: each connection sends its next request when it has its
answer, which saturates the server. Open loop: requests are due at moments fixed beforehand,
whatever the server does, and a latency counts from the moment its request was due, so that a slow
answer hides nothing. No request is ever sent a second time: what fails is counted.
"""

import asyncio
import gc
import json
import math
import os
import random
import selectors
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Coroutine, Iterator
from dataclasses import asdict, dataclass, field

import uvloop

from bench.connection import Answer, Connection, reason_of

ANSWER_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_PAUSE_SECONDS = 0.1
_SHOWN = 300


@dataclass(frozen=True)
class Load:
    """What to send.

    Attributes
    ----------
    expected
        The status of every good answer.
    connections
        How many are kept.
    answer
        What every answer has to be, where it is the same each time.
    rate
        Requests a second in open loop; None is closed loop.
    core
        The CPU to stay on, where there is one to choose.
    fresh
        Whether each request has a new connection; in open loop only.
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
    host: str = "127.0.0.1"
    fresh: bool = False

    @property
    def request(self) -> bytes:
        """The request's bytes."""
        body = self.body.encode()
        head = [f"{self.method} {self.path} HTTP/1.1", f"host: {self.host}:{self.port}",
                f"authorization: Bearer {self.token}", "accept: */*"]  # fmt: skip
        if body:
            head += ["content-type: application/json", f"content-length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body


@dataclass(frozen=True)
class Failure:
    """One request that failed: when, in seconds since 1970, how long it took, and why."""

    at: float
    seconds: float
    kind: str
    detail: str = ""


@dataclass
class Outcome:
    """What came back.

    Attributes
    ----------
    p50, p99
        In milliseconds.
    errors
        How many of each kind; ``failures`` has them one by one.
    closed
        Kept connections that the server closed between two requests, or said it would close:
        no request was lost by it.
    """

    answers: int = 0
    seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    closed: int = 0


class Run:
    """One load from its first request to its last answer."""

    def __init__(self, load: Load) -> None:
        self.request = load.request
        self._load = load
        self._failures: list[Failure] = []
        self._latencies: list[float] = []
        self._connections: set[Connection] = set()
        self._free: deque[Connection] = deque()
        self._waiting: deque[float] = deque()
        self._under_way = 0
        self._closed = 0
        self._connecting: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._last = self._until = 0.0

    async def complete(self) -> Outcome:
        """Send it all and wait for the last answer."""
        if self._load.rate is None:
            self._free.extend([await self._connect() for _ in range(self._load.connections)])
        started = time.perf_counter()
        self._last, self._until = started, started + self._load.seconds
        looking = asyncio.ensure_future(self._look_for_what_takes_too_long())
        if self._load.rate is None:
            while self._free:
                self._start(self._free.popleft(), time.perf_counter())
            await self._until_over(self._load.seconds)
        else:
            for _ in range(0 if self._load.fresh else self._load.connections):
                self._in_background(self._replace())
            await self._send_at(due_times(self._load.rate, started, self._until))
        # A look now and then is cheaper than an event with each answer.
        while self._under_way or self._waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        for task in (looking, *self._connecting):
            task.cancel()
        for connection in self._connections:
            connection.close()
        await asyncio.sleep(0)  # so that they are closed
        latencies = sorted(self._latencies)
        return Outcome(
            len(latencies), self._last - started, _percentile(latencies, 0.5),
            _percentile(latencies, 0.99), dict(Counter(one.kind for one in self._failures)),
            self._failures, self._closed,
        )  # fmt: skip

    def stop(self) -> None:
        """Send nothing more."""
        self._until = time.perf_counter()
        self._over.set()

    async def _until_over(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    async def _send_at(self, moments: Iterator[float]) -> None:
        for moment in moments:
            await asyncio.sleep(max(moment - time.perf_counter(), 0))
            if self._over.is_set():
                return
            if self._load.fresh and self._under_way < self._load.connections:
                self._start_fresh(moment)
            elif self._free:
                self._start(self._free.popleft(), moment)
            else:
                self._waiting.append(moment)

    def _start_fresh(self, since: float) -> None:
        self._under_way += 1
        self._in_background(self._send_on_a_new_connection(since))

    def _next_fresh(self) -> None:
        if self._waiting:
            self._start_fresh(self._waiting.popleft())

    async def _send_on_a_new_connection(self, since: float) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._connect()
        except OSError as error:
            self._under_way -= 1
            self._fail(since, f"no connection: {reason_of(error)}")
            self._next_fresh()
        else:
            connection.send(since)

    def answered(self, connection: Connection, since: float, answer: Answer) -> None:
        """Note an answer and go on."""
        at = time.perf_counter()
        self._under_way -= 1
        self._last = at
        if answer.status != self._load.expected:
            kind = f"HTTP/1.1 {answer.status} {answer.reason}"
            self._fail(since, kind, answer.body[:_SHOWN].decode(errors="replace"))
        elif self._load.answer is not None and answer.body != self._load.answer.encode():
            self._fail(since, "another answer than the first")
        else:
            self._latencies.append(at - since)
        if self._load.fresh:
            connection.close()
            self._next_fresh()
        elif not answer.keeps_connection:
            self._closed += 1
            connection.close()
        else:
            self._go_on(connection, at)

    def lost(self, connection: Connection, since: float | None, kind: str) -> None:
        """Count what was under way on a connection as failed, and replace the connection."""
        self._connections.discard(connection)
        if connection in self._free:
            self._free.remove(connection)
        if since is not None:
            self._under_way -= 1
            self._fail(since, kind)
        elif not connection.closed_by_us:
            self._closed += 1
        if self._load.fresh:
            if since is not None:
                self._next_fresh()
        elif not self._is_over():
            self._in_background(self._replace())

    def unasked(self) -> None:
        """Count an answer to nothing."""
        self._fail(time.perf_counter(), "an answer that nobody asked for")

    def _is_over(self) -> bool:
        return time.perf_counter() > self._until and not self._waiting

    async def _replace(self) -> None:
        """Open a connection; each attempt that fails would have been somebody's request."""
        while not self._is_over():
            since = time.perf_counter()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    connection = await self._connect()
            except OSError as error:
                self._fail(since, f"no connection: {reason_of(error)}")
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self._go_on(connection, time.perf_counter())
                return

    async def _look_for_what_takes_too_long(self) -> None:
        kind = f"no answer within {ANSWER_SECONDS:.0f} s"
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            oldest = time.perf_counter() - ANSWER_SECONDS
            while self._waiting and self._last < oldest:  # nothing comes back any more
                self._fail(self._waiting.popleft(), kind)
            for connection in list(self._connections):
                if connection.since is not None and connection.sent < oldest:
                    connection.give_up(kind)

    def _fail(self, since: float, kind: str, detail: str = "") -> None:
        self._failures.append(Failure(time.time(), time.perf_counter() - since, kind, detail))

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

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self), self._load.host, self._load.port
        )
        self._connections.add(connection)
        return connection

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)


def due_times(rate: float, start: float, end: float) -> Iterator[float]:
    """Give when requests are due: ``rate`` a second on average, as independent users come.

    The moments are the same in every run.
    """
    chance = random.Random(f"{rate:.3f}")  # noqa: S311 - no secret: it has to repeat
    moment = start + chance.expovariate(rate)
    while moment < end:
        yield moment
        moment += chance.expovariate(rate)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1] * 1000 if ordered else math.nan


def _loop(load: Load) -> asyncio.AbstractEventLoop:
    if load.rate is None:
        return uvloop.new_event_loop()
    # uvloop and epoll wake on whole milliseconds, which is too coarse for moments that are due.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def _bear(load: Load) -> Outcome:
    run = Run(load)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.stop)
    return await run.complete()


def main() -> None:
    """Run the load that standard input describes and print its outcome."""
    load = Load(**json.load(sys.stdin))
    if load.core is not None:
        os.sched_setaffinity(0, {load.core})
    gc.disable()  # a pause of ours would be taken for one of the server
    with asyncio.Runner(loop_factory=lambda: _loop(load)) as runner:
        outcome = runner.run(_bear(load))
    sys.stdout.write(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
