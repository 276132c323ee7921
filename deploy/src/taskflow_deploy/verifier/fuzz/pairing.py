"""Compares the answers of two systems, and holds that what differs between them fits together.

A value that each system makes for itself, such as an id, has to come back on one side wherever
it does on the other, and nowhere else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from taskflow_deploy.verifier import places, structure, tokens, values
from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.binding import Mismatch, pieces, same_length
from taskflow_deploy.verifier.compare import Fault
from taskflow_deploy.verifier.counts import Counts, size
from taskflow_deploy.verifier.fuzz.asking import Reply, Silence
from taskflow_deploy.verifier.presentable import presentable
from taskflow_deploy.verifier.tokens import Token
from taskflow_deploy.verifier.values import Value

_NEAR_SECONDS = 5.0
_SHOWN = 200
_LENGTH = "content-length"


@dataclass
class Common:
    """What is known of both systems for the whole of a run.

    Attributes
    ----------
    keys
        What signs the tokens of each; None where it is not known.
    counts
        Bytes that the candidate answered.
    distance
        By how many seconds the candidate's clock is ahead; the first pair of moments tells.
    issued
        How many pairs of tokens said the same, but for when they were issued. A system may date
        each of them back by a second, so that no two are the same.
    """

    keys: tuple[str | None, str | None] = (None, None)
    counts: Counts = field(default_factory=Counts)
    distance: float | None = None
    issued: Counter[str] = field(default_factory=Counter)

    def is_near(self, one: float, other: float, within: float) -> bool:
        """Tell whether two moments, in seconds since the epoch, can be of one pair of requests."""
        if self.distance is None:
            self.distance = other - one
        return abs(other - one - self.distance) <= within


@dataclass
class Pairing:
    """Which values of the reference stand for which of the candidate.

    Attributes
    ----------
    words
        What each was given: see :func:`..values.find`.
    lag
        The most by which an answer of one came later than that of the other, in seconds.
    """

    words: Sequence[Mapping[str, str]]
    common: Common
    lag: float = 0.0
    _there: dict[str, str] = field(default_factory=dict)
    _back: dict[str, str] = field(default_factory=dict)

    def copy(self, words: Sequence[Mapping[str, str]]) -> "Pairing":
        """Return a pairing that knows as much, for other words."""
        return replace(self, words=words, _there=dict(self._there), _back=dict(self._back))

    def compare(self, one: Reply, other: Reply) -> Fault | None:
        """Compare the answer of the reference with that of the candidate."""
        if isinstance(one, Silence) or isinstance(other, Silence):
            return _unanswered(one, other)
        self.common.counts.receive(other)
        self.lag = max(self.lag, abs(one.received - other.received))
        if one.status != other.status:
            return Fault("status", "status", str(one.status), str(other.status))
        headers = self._headers(one, other)
        body = self._body(one.text, other.text)
        # That a length differs is the least that can be said of a difference.
        length = headers.pop(_LENGTH, None)
        return next(iter(headers.values()), None) or body or length

    def _headers(self, one: Answer, other: Answer) -> dict[str, Fault]:
        faults = {}
        names = dict.fromkeys([*one.fields, *other.fields])
        for name in names:
            texts = [answer.fields.get(name) for answer in (one, other)]
            if texts[0] is None or texts[1] is None:
                shown = [_short("missing" if text is None else text) for text in texts]
                faults[name] = Fault("header", f"header {name}", shown[0], shown[1])
                continue
            mismatch = self._texts(texts[0], texts[1])
            if mismatch is not None:
                kind = "header" if mismatch.kind == "bytes" else mismatch.kind
                faults[name] = Fault(kind, f"header {name}", mismatch.expected, mismatch.found)
        return faults

    def _body(self, one: str, other: str) -> Fault | None:
        mismatch = self._texts(one, other)
        if mismatch is None:
            return None
        if mismatch.kind == "bytes" and (fault := _structural(one, other)):
            return fault
        place = places.at(other, mismatch.start) if other else "body"
        return Fault(mismatch.kind, place, mismatch.expected, mismatch.found)

    def _texts(self, one: str, other: str) -> Mismatch | None:
        """Return the first mismatch of two texts; it tells where in the second."""
        start = 0
        both = zip_longest(pieces(one, self.words[0], ()), pieces(other, self.words[1], ()))
        for mine, theirs in both:
            mismatch = self._pieces(mine, theirs, start)
            if mismatch is not None:
                return mismatch
            start += len(theirs.text if isinstance(theirs, Value) else theirs or "")
        return None

    def _pieces(
        self, mine: str | Value | None, theirs: str | Value | None, start: int
    ) -> Mismatch | None:
        if isinstance(mine, Value) and isinstance(theirs, Value):
            self.common.counts.bound += size(theirs.text)
            return self._values(mine, theirs, start)
        if isinstance(mine, str) and isinstance(theirs, str):
            self.common.counts.compared += size(theirs)
            if mine == theirs:
                return None
            same = same_length(mine, theirs)
            return Mismatch("bytes", start + same, _short(mine[same:]), _short(theirs[same:]))
        kind = "type" if isinstance(mine, Value) else "bytes"
        return Mismatch(kind, start, _shown(mine), _shown(theirs))

    def _values(self, mine: Value, theirs: Value, start: int) -> Mismatch | None:
        if not (values.alike(mine.kind, theirs.kind) or values.alike(theirs.kind, mine.kind)):
            return Mismatch("type", start, _shown(mine), _shown(theirs))
        if mine.kind in self.words[0] or (mine.instant is not None and mine.text == theirs.text):
            return None
        if mine.instant is not None and theirs.instant is not None:
            if self.common.is_near(mine.instant, theirs.instant, _NEAR_SECONDS + self.lag):
                return None
            return Mismatch("clock", start, mine.text, theirs.text)
        is_new = mine.text not in self._there and theirs.text not in self._back
        if not is_new and self._there.get(mine.text) != theirs.text:
            known = self._there.get(mine.text, "a value that is new")
            return Mismatch("binding", start, _short(known), _short(theirs.text))
        self._there[mine.text], self._back[theirs.text] = theirs.text, mine.text
        if is_new and mine.kind == "token":
            return self._tokens(mine.text, theirs.text, start)
        return None

    def _tokens(self, mine: str, theirs: str, start: int) -> Mismatch | None:
        if mine == theirs:
            return None
        one, other = tokens.read(mine), tokens.read(theirs)
        if one is None or other is None or one.header != other.header:
            return Mismatch("token", start, _head(one), _head(other))
        self.common.counts.given += size(other.claims)
        if inner := self._texts(one.claims, other.claims):
            wanted, found = f"claims with {inner.expected}", f"claims with {inner.found}"
            return Mismatch(inner.kind, start, wanted, found)
        if one.signature_length != other.signature_length:
            return Mismatch("token", start, "a signature of its length", "another length")
        signed = [key is None or token.is_signed_with(key)
                  for token, key in zip((one, other), self.common.keys, strict=True)]  # fmt: skip
        if not all(signed):
            told = ["the system's key" if one else "another key" for one in signed]
            return Mismatch("token", start, f"signed with {told[0]}", f"signed with {told[1]}")
        return self._issues(one, other, start)

    def _issues(self, one: Token, other: Token, start: int) -> Mismatch | None:
        self.common.issued[one.claims] += 1
        if one.issued is None or other.issued is None:
            return None if one.issued is other.issued else Mismatch("token", start, "iat", "no iat")
        within = _NEAR_SECONDS + self.lag + self.common.issued[one.claims]
        if self.common.is_near(one.issued, other.issued, within):
            return None
        return Mismatch("clock", start, f"iat {one.issued:.0f}", f"iat {other.issued:.0f}")


def _unanswered(one: Reply, other: Reply) -> Fault | None:
    """Compare where one was silent: that both hang up is alike, that one hangs is not."""
    if isinstance(one, Silence) and isinstance(other, Silence) and one.is_late == other.is_late:
        return None
    told = [
        f"none ({reply.reason})" if isinstance(reply, Silence) else str(reply.status)
        for reply in (one, other)
    ]
    return Fault("unanswered", "answer", told[0], told[1])


def _structural(one: str, other: str) -> Fault | None:
    """Tell a difference by its place in the JSON, where both are JSON and it shows there."""
    try:
        wanted, found = places.scan(one), places.scan(other)
    except places.NotJsonError:
        return None
    apart = structure.first(wanted, found)
    if apart is None:
        return None
    return Fault("bytes", apart.path, _short(apart.expected), _short(apart.found))


def _shown(piece: str | Value | None) -> str:
    return _short(piece.text if isinstance(piece, Value) else piece or "nothing")


def _short(text: str) -> str:
    shown = presentable(text) or "nothing"
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def _head(token: Token | None) -> str:
    return "no token" if token is None else f"a token with {token.header}"
