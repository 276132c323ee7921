"""Asks a sequence of calls of both systems, one after the other, and compares every answer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from taskflow_deploy.verifier.answers import Request
from taskflow_deploy.verifier.compare import Fault
from taskflow_deploy.verifier.fuzz import shell
from taskflow_deploy.verifier.fuzz.api import SEQUENCE, FuzzedApi
from taskflow_deploy.verifier.fuzz.asking import AwayError, Both, FuzzError, Reply, Side, Silence
from taskflow_deploy.verifier.fuzz.calls import Call, Hole, Kept, Latest, Template, Word
from taskflow_deploy.verifier.fuzz.pairing import Pairing
from taskflow_deploy.verifier.fuzz.report import FuzzDifference, FuzzReport
from taskflow_deploy.verifier.play import pick

_READING = {"GET", "HEAD", "OPTIONS"}
_REFUSED = 400


class DiffersError(Exception):
    """Both systems answered a call, and not alike."""

    def __init__(self, difference: FuzzDifference) -> None:
        super().__init__(difference.line)
        self.difference = difference


@dataclass
class Session:
    """Calls that may refer to each other.

    Attributes
    ----------
    calls
        What was asked so far, every :class:`.calls.Latest` in it known.
    first
        From which call on they are a sequence; those before signed up.
    """

    api: FuzzedApi
    both: Both
    pairing: Pairing
    report: FuzzReport
    calls: list[Call] = field(default_factory=list)
    first: int = 0
    _told: dict[str, list[Kept]] = field(default_factory=dict)

    def branch(self, mark: tuple[str, str]) -> "Session":
        """Return a session that goes on from here, for a sequence with a mark of its own."""
        for side, one in zip(self.both.sides, mark, strict=True):
            side.words[SEQUENCE] = one
            del side.replies[len(self.calls) :]
        pairing = self.pairing.copy([dict(side.words) for side in self.both.sides])
        told = {name: list(kept) for name, kept in self._told.items()}
        return Session(
            self.api, self.both, pairing, self.report, list(self.calls), len(self.calls), told
        )

    def knows(self, name: str) -> bool:
        """Tell whether any answer told a value under a name."""
        return name in self._told

    def ask(self, call: Call, *, made_up: bool = False) -> Reply:
        """Ask a call and return what the reference answered.

        Parameters
        ----------
        made_up
            Whether it is counted as one that chance made up.

        Raises
        ------
        DiffersError
            The answers are not alike.
        FuzzError
            A system is not there.
        """
        call = self._settled(call)
        requests = [filled(call, side) for side in self.both.sides]
        self.calls.append(call)
        try:
            replies = self.both.ask(requests)
        except AwayError as error:
            error.lines = self._lines(error.side)
            raise
        self.report.count(call.row, replies[0], made_up=made_up)
        for side, request, reply in zip(self.both.sides, requests, replies, strict=True):
            side.replies.append(reply)
            undo = self.api.undo(request, None if isinstance(reply, Silence) else reply)
            if undo is not None:
                side.undos.append(undo)
        fault = self.pairing.compare(*replies)
        if fault is not None:
            raise DiffersError(self._difference(fault))
        reference = replies[0]
        for name, place in call.tells:
            if not isinstance(reference, Silence) and pick(reference, place) is not None:
                self._told.setdefault(name, []).append(Kept(len(self.calls) - 1, place))
        return reference

    def finish(self) -> bool:
        """Compare what the sequence left in the accounts, and how it is removed.

        Returns
        -------
        bool
            Whether all of it is gone.

        Raises
        ------
        DiffersError, FuzzError
            As :meth:`ask`.
        """
        gone = True
        for listed in self.api.listed if self._has_effect else ():
            there = self.ask(listed.listing)
            index = len(self.calls) - 1
            removals = [
                self.ask(listed.removal(Kept(index, f"[{number}].{listed.place}")))
                for number in range(_length(there))
            ]
            gone &= not any(map(_is_refused, [there, *removals]))
        return gone

    def sweep(self) -> bool:
        """Remove what is left after a difference, on each side for itself; tell if all is gone."""
        return all(self.both.each(self._sweep)) if self._has_effect else True

    def _sweep(self, side: Side) -> bool:
        gone = True
        for listed in self.api.listed:
            there = self.both.ask_one(side, filled(self._settled(listed.listing), side))
            side.replies.append(there)
            for number in range(_length(there)):
                kept = Kept(len(side.replies) - 1, f"[{number}].{listed.place}")
                removal = filled(self._settled(listed.removal(kept)), side)
                gone &= not _is_refused(self.both.ask_one(side, removal))
            gone &= not _is_refused(there)
        return gone

    @property
    def _has_effect(self) -> bool:
        replies = [side.replies[self.first :] for side in self.both.sides]
        return any(
            call.method not in _READING and (isinstance(reply, Silence) or not _is_refused(reply))
            for one in replies for call, reply in zip(self.calls[self.first :], one, strict=False)
        )  # fmt: skip

    def _settled(self, call: Call) -> Call:
        """Return the call with what earlier answers told instead of names."""
        return replace(
            call,
            path=self._known(call.path),
            headers=tuple((name, self._known(value)) for name, value in call.headers),
            body=None if call.body is None else self._known(call.body),
        )

    def _known(self, template: Template) -> Template:
        return tuple(self._found(part) if isinstance(part, Latest) else part for part in template)

    def _found(self, latest: Latest) -> str | Kept:
        told = self._told.get(latest.name, [])
        if not told:
            unknown = self.api.unknown.get(latest.name, "unknown")
            return unknown.upper() if latest.is_upper else unknown
        return replace(told[-1 - latest.back % len(told)], is_upper=latest.is_upper)

    def _difference(self, fault: Fault) -> FuzzDifference:
        reference, candidate = self.both.sides
        return FuzzDifference(
            self.calls[-1].row, fault.kind, fault.place, fault.expected, fault.found,
            len(self.calls) - self.first, self._lines(reference), self._lines(candidate),
            (_text(reference.replies[-1]), _text(candidate.replies[-1])),
        )  # fmt: skip

    def _lines(self, side: Side) -> tuple[str, ...]:
        return tuple(shell.lines(self.calls, self.first, side.subject.url, side.words))


def filled(call: Call, side: Side) -> Request:
    """Return a call as it is sent to one of both; no :class:`.calls.Latest` may be in it."""
    headers: dict[str, str] = {}
    for name, template in call.headers:
        # Names of headers have no case, and a dictionary has each key once.
        spelled = next(one for one in _spellings(name) if one not in headers)
        headers[spelled] = _fill(template, side)
    body = None if call.body is None else _fill(call.body, side).encode("utf-8", "surrogateescape")
    return Request(call.method, _fill(call.path, side), headers, body)


def _spellings(name: str) -> Iterable[str]:
    yield from (name, name.lower(), name.upper(), name.swapcase())


def _fill(template: Template, side: Side) -> str:
    return "".join(part if isinstance(part, str) else _value(part, side) for part in template)


def _value(hole: Hole, side: Side) -> str:
    match hole:
        case Word(name):
            return side.words[name]
        case Kept(index, place, is_upper):
            reply = side.replies[index]
            found = None if isinstance(reply, Silence) else pick(reply, place)
            if found is None:
                raise FuzzError(f"The {side.name} did not tell {place}.")
            return found.upper() if is_upper else found
        case _:
            raise AssertionError(hole)


def _is_refused(reply: Reply) -> bool:
    return isinstance(reply, Silence) or reply.status >= _REFUSED


def _length(reply: Reply) -> int:
    """Return how many entries a list has that was answered."""
    try:
        data = None if isinstance(reply, Silence) else json.loads(reply.body)
    except ValueError:
        return 0
    return len(data) if isinstance(data, list) else 0


def _text(reply: Reply) -> str:
    if isinstance(reply, Silence):
        return f"no answer ({reply.reason})"
    headers = [f"{name}: {value}" for name, value in sorted(reply.fields.items())]
    return "\n".join([str(reply.status), *headers, "", reply.text])
