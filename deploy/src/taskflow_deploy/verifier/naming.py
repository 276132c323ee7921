"""Gives symbols to the values of a reference's answers, so that they can be written down."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from taskflow_deploy.verifier import symbols, tokens
from taskflow_deploy.verifier.binding import Moment, pieces
from taskflow_deploy.verifier.clock import Clock
from taskflow_deploy.verifier.symbols import Symbol
from taskflow_deploy.verifier.values import Value

_FRESH_SECONDS = 600.0


class ClockSetError(Exception):
    """The reference's clock was set while it was recorded."""


class UnwritableError(ValueError):
    """An answer holds what a recording uses itself."""


@dataclass
class Names:
    """The symbols of one recording.

    Attributes
    ----------
    words, constants
        See :func:`.values.find`.
    tokens
        What the tokens said, by symbol.
    literals
        Values that only look as if they differed: moments that are not of this run.
    written
        The step in which a moment was made, by symbol, where a later answer is the first to tell.
    """

    words: Mapping[str, str]
    constants: Collection[str]
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    literals: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    _clock: Clock = field(default_factory=Clock)
    _moments: dict[str, Moment] = field(default_factory=dict)

    def ended(self, step: str, moment: Moment) -> None:
        """Note when a step was asked and answered; moments are looked for in it later."""
        self._moments[step] = moment

    def write(self, text: str, moment: Moment) -> str:
        """Return a text with symbols in the place of its values.

        Raises
        ------
        UnwritableError
            The text holds a symbol's brackets, or bytes that are no text.
        ClockSetError
            A date of these minutes does not fit to the moments before.
        """
        if not symbols.is_free(text):
            raise UnwritableError("an answer holds the character ⟨, which recordings use")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnwritableError("an answer is not in UTF-8") from None
        found = pieces(text, self.words, {*self.constants, *self.literals})
        return "".join(
            piece if isinstance(piece, str) else self._name(piece, moment) for piece in found
        )

    def _name(self, value: Value, moment: Moment) -> str:
        if value.kind in self.words:
            return str(Symbol(value.kind))
        if value.kind == "date" and _is_of_these_minutes(value):
            if not self._is_fresh(value, moment):
                raise ClockSetError
            return str(Symbol(value.kind))  # when it was answered, and not a value that comes back
        numbers = self._numbers.setdefault(value.kind, {})
        if value.text in numbers:
            return str(Symbol(value.kind, numbers[value.text]))
        symbol = Symbol(value.kind, len(numbers) + 1)
        token = tokens.read(value.text) if value.kind == "token" else None
        if not (token or self._is_of_this_run(value, symbol, moment)):
            self.literals.add(value.text)
            return value.text
        numbers[value.text] = len(numbers) + 1
        if token is not None:
            self.tokens[str(symbol)] = {
                "header": token.header,
                "claims": self.write(token.claims, moment),
                "signature": str(token.signature_length),
            }
        return str(symbol)

    def _is_of_this_run(self, value: Value, symbol: Symbol, moment: Moment) -> bool:
        if value.kind == "token":
            return False
        if value.instant is None or self._is_fresh(value, moment):
            return True
        for step, earlier in reversed(self._moments.items()):
            if self._is_fresh(value, earlier):
                self.written[str(symbol)] = step
                return True
        return False

    def _is_fresh(self, value: Value, moment: Moment) -> bool:
        if value.instant is None or not _is_of_these_minutes(value):
            return False
        return self._clock.holds(value.instant, value.resolution, moment.sent, moment.received)


def _is_of_these_minutes(value: Value) -> bool:
    return value.instant is not None and abs(value.instant - time.time()) <= _FRESH_SECONDS
