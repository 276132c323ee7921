"""Asks both systems at the same moment, and waits where one of them asks for patience."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from taskflow_deploy.verifier.answers import Answer, Request, Transport, UnreachableError
from taskflow_deploy.verifier.fuzz.api import Undo
from taskflow_deploy.verifier.verify import Subject

T = TypeVar("T")

_TOO_MANY = 429
_TIMES = 5
_LONGEST_WAIT = 3_600.0
# Servers hang up on those who say nothing for longer.
_IDLE_SECONDS = 2.0


class FuzzError(Exception):
    """It cannot go on; the text says why.

    Attributes
    ----------
    lines
        Lines for a shell that ask what was asked last, where that may be the cause.
    """

    lines: tuple[str, ...] = ()


class AwayError(FuzzError):
    """A system is not there any more."""

    def __init__(self, side: "Side", reason: str) -> None:
        super().__init__(f"The {side.name} ({side.subject.url}) does not answer: {reason}.")
        self.side = side


@dataclass(frozen=True)
class Silence:
    """No answer came.

    Attributes
    ----------
    reason
        Why, for people.
    is_late
        Whether it was waited for as long as a request may take; else it was hung up.
    """

    reason: str
    is_late: bool = False


Reply = Answer | Silence


@dataclass
class Side:
    """One of both systems.

    Attributes
    ----------
    name
        ``reference`` or ``candidate``.
    words
        What it was given in this run.
    transport
        The way to it.
    replies
        To the calls so far.
    undos
        How the accounts that were made, and are there still, are removed.
    """

    name: str
    subject: Subject
    words: dict[str, str]
    transport: Transport
    replies: list[Reply] = field(default_factory=list)
    undos: list[Undo] = field(default_factory=list)

    def send(self, request: Request) -> Reply:
        """Send a request."""
        began = time.monotonic()
        try:
            return self.transport.send(request)
        except UnreachableError as error:
            return Silence(str(error), time.monotonic() - began >= request.seconds)

    def open_anew(self) -> None:
        """Open the way anew, since a connection that was silent may have been ended."""
        self.transport.close()
        self.transport = self.subject.open()


@dataclass
class Waits:
    """Answers of 429 that were waited out.

    Attributes
    ----------
    by_side
        For how many seconds each time, by the name of the side.
    """

    by_side: dict[str, list[float]] = field(default_factory=dict)

    @property
    def times(self) -> int:
        """How often."""
        return sum(map(len, self.by_side.values()))

    @property
    def seconds(self) -> float:
        """How long in all."""
        return sum(map(sum, self.by_side.values()))


class Both:
    """Both systems; as a context, it closes the ways to them.

    Parameters
    ----------
    probe
        What tells that a system is there.
    tell
        Is told of longer waits.
    """

    def __init__(
        self, reference: Subject, candidate: Subject, probe: Request, tell: Callable[[str], None]
    ) -> None:
        self.sides = tuple(
            Side(name, subject, subject.marked(), subject.open())
            for name, subject in (("reference", reference), ("candidate", candidate))
        )
        self.waits = Waits({side.name: [] for side in self.sides})
        self._probe, self._tell = probe, tell
        self._other_thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._other_thread.shutdown()
        for side in self.sides:
            side.transport.close()

    def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """Ask both, the reference first; who answered 429 is asked again when it said.

        Raises
        ------
        AwayError
            A system is not there.
        """
        named = dict(zip((side.name for side in self.sides), requests, strict=True))
        replies = self.each(lambda side: side.send(named[side.name]))
        for side, request, number in zip(self.sides, requests, (0, 1), strict=True):
            # While one is waited for, the other is silent as well.
            replies[number] = self._patiently(side, request, replies[number], self.sides)
            if isinstance(replies[number], Silence):
                self._require(side)
        return replies

    def each(self, work: Callable[[Side], T]) -> list[T]:
        """Do something on both at the same time; return what came of it, the reference first."""
        one, other = self.sides
        future = self._other_thread.submit(work, other)
        try:
            return [work(one), future.result()]
        finally:
            wait([future])

    def ask_one(self, side: Side, request: Request) -> Answer:
        """Ask one of both; the other may be asked at the same time.

        Raises
        ------
        AwayError
            It does not answer.
        """
        reply = self._patiently(side, request, side.send(request), (side,))
        if isinstance(reply, Silence):
            raise AwayError(side, reply.reason)
        return reply

    def _patiently(
        self, side: Side, request: Request, reply: Reply, silent: Sequence[Side]
    ) -> Reply:
        for _ in range(_TIMES):
            if isinstance(reply, Silence) or reply.status != _TOO_MANY:
                break
            until = reply.received + min(_retry_after(reply), _LONGEST_WAIT)
            seconds = max(0.0, until - time.monotonic())
            self.waits.by_side[side.name].append(seconds)
            if seconds > _IDLE_SECONDS:
                self._tell(f"The {side.name} wants {seconds:.0f} s of patience.")
            time.sleep(seconds)
            for one in silent:
                one.open_anew()
            reply = side.send(request)
        return reply

    def _require(self, side: Side) -> None:
        side.open_anew()
        try:
            side.transport.send(self._probe)
        except UnreachableError as error:
            raise AwayError(side, str(error)) from None


def _retry_after(answer: Answer) -> float:
    told = answer.header("retry-after")
    return float(told) if told.isdecimal() else 1.0
