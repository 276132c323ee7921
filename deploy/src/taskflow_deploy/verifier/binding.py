"""Binds the values of one run to the symbols of a recording, and finds where they do not fit."""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from taskflow_deploy.verifier import tokens, values
from taskflow_deploy.verifier.clock import Clock
from taskflow_deploy.verifier.counts import Counts, size
from taskflow_deploy.verifier.symbols import Symbol, split
from taskflow_deploy.verifier.values import Value

_LARGEST_DISTANCE = 600.0
_SHOWN = 60
# A system may date a token back a little, so that two of one second differ.
_ISSUED_SECONDS = 60.0


@dataclass(frozen=True)
class Moment:
    """When a request was sent and its answer received, in seconds of :func:`time.monotonic`."""

    sent: float
    received: float


@dataclass(frozen=True)
class Mismatch:
    """Where a text is not what was recorded.

    Attributes
    ----------
    kind
        ``bytes``, ``type``, ``binding``, ``clock`` or ``token``.
    start
        Where in the text, in characters.
    expected, found
        For people.
    """

    kind: str
    start: int
    expected: str
    found: str


@dataclass
class Binder:
    """What the symbols of a recording stand for in one run.

    Attributes
    ----------
    words
        What this run was given: see :func:`.values.find`.
    constants
        What the scenario itself writes down.
    tokens
        The recorded header, claims and length of signature of each, by symbol.
    written
        The steps in which moments were made: see :class:`.naming.Names`.
    key
        The key that signs tokens; where it is not known, only their form is looked at.
    was_clock_set
        Whether a moment did not fit: the system tells a wrong one, or its clock was set meanwhile.
    """

    words: Mapping[str, str]
    constants: Collection[str]
    tokens: Mapping[str, Mapping[str, str]]
    written: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    counts: Counts = field(default_factory=Counts)
    was_clock_set: bool = False
    _known: dict[str, str] = field(default_factory=dict)
    _symbols: dict[str, str] = field(default_factory=dict)
    _clock: Clock = field(default_factory=Clock)
    _moments: dict[str, Moment] = field(default_factory=dict)

    def ended(self, step: str, moment: Moment) -> None:
        """Note when a step was asked and answered."""
        self._moments[step] = moment

    def compare(self, template: str, text: str, moment: Moment) -> Mismatch | None:
        """Compare a text with a recorded one, and bind its values; return the first mismatch."""
        start = 0
        found = list(pieces(text, self.words, self.constants))
        for wanted, piece in zip_longest(split(template), found):
            mismatch = self._compare_piece(wanted, piece, start, moment)
            if mismatch is not None:
                return mismatch
            start += len(_written(piece))
        return None

    def symbol(self, text: str) -> str | None:
        """Return what a value is bound to, for people; None where it is not bound."""
        names = (name for name, value in self._known.items() if value == text)
        return next(names, None)

    def _compare_piece(
        self, wanted: str | Symbol | None, piece: str | Value | None, start: int, moment: Moment
    ) -> Mismatch | None:
        if isinstance(wanted, Symbol) and isinstance(piece, Value):
            self.counts.bound += size(piece.text)
            return self._bind(wanted, piece, start, moment)
        if isinstance(wanted, str) and isinstance(piece, str):
            self.counts.compared += size(piece)
            same = same_length(wanted, piece)
            if same == len(wanted) == len(piece):
                return None
            return Mismatch("bytes", start + same, wanted[same:][:_SHOWN], piece[same:][:_SHOWN])
        kind = "type" if isinstance(wanted, Symbol) else "bytes"
        return Mismatch(kind, start, str(wanted or "")[:_SHOWN], _written(piece)[:_SHOWN])

    def _bind(self, symbol: Symbol, value: Value, start: int, moment: Moment) -> Mismatch | None:
        if not values.alike(symbol.kind, value.kind):
            return Mismatch("type", start, str(symbol), value.text)
        name = str(symbol)
        if symbol.kind in self.words:
            return None
        known = self._known.get(name)
        if known is not None and symbol.number is not None:
            fits = known == value.text
            return None if fits else Mismatch("binding", start, f"{known} ({name})", value.text)
        self._known[name] = value.text
        if value.instant is not None:
            made = self._moments.get(self.written.get(name, ""), moment)
            return self._hold_moment(value, value.instant, start, made)
        other = self._symbols.setdefault(value.text, name)
        if other != name:
            return Mismatch("binding", start, f"a value that is new ({name})", f"that of {other}")
        if symbol.kind == "token":
            return self._bind_token(name, value.text, start, moment)
        return None

    def _hold_moment(
        self, value: Value, instant: float, start: int, moment: Moment
    ) -> Mismatch | None:
        expected = "a moment between the request and its answer"
        if not self._holds(instant, value.resolution, moment):
            return Mismatch("clock", start, expected, value.text)
        if abs(self._clock.distance(time.time(), time.monotonic())) > _LARGEST_DISTANCE:
            return Mismatch("clock", start, "a moment of these minutes", value.text)
        return None

    def _bind_token(self, name: str, text: str, start: int, moment: Moment) -> Mismatch | None:
        recorded, token = self.tokens[name], tokens.read(text)
        if token is None or token.header != recorded["header"]:
            found = "no token" if token is None else token.header
            return Mismatch("token", start, f"a token with {recorded['header']}", found)
        if token.signature_length != int(recorded["signature"]):
            return Mismatch("token", start, "a signature of its length", "another length")
        # Before its claims: what a forged token says is bound to nothing.
        if self.key is not None and not token.is_signed_with(self.key):
            return Mismatch("token", start, "a signature with the system's key", "another one")
        self.counts.given += size(token.claims)
        if inner := self.compare(recorded["claims"], token.claims, moment):
            expected = f"claims with {inner.expected}"
            return Mismatch(inner.kind, start, expected, f"claims with {inner.found}")
        if token.issued is None or self._holds(token.issued, _ISSUED_SECONDS, moment):
            return None
        return Mismatch("clock", start, "a token issued now", f"iat {token.issued:.0f}")

    def _holds(self, instant: float, resolution: float, moment: Moment) -> bool:
        """Tell whether a moment fits to those before; if not, the clock is learned anew."""
        if self._clock.holds(instant, resolution, moment.sent, moment.received):
            return True
        self.was_clock_set = True
        self._clock = Clock()
        return False


def pieces(
    text: str, words: Mapping[str, str], constants: Collection[str]
) -> Iterator[str | Value]:
    """Return the literals and values of a text, in order."""
    end = 0
    for value in values.find(text, words, constants):
        if value.start > end:
            yield text[end : value.start]
        yield value
        end = value.end
    if end < len(text):
        yield text[end:]


def _written(piece: str | Value | None) -> str:
    return piece.text if isinstance(piece, Value) else piece or ""


def same_length(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
