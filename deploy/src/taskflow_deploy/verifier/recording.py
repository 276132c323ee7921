"""What a reference answered, written down so that people can read it and git can compare it."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskflow_deploy.verifier.answers import Answer, Transport
from taskflow_deploy.verifier.binding import Moment
from taskflow_deploy.verifier.naming import Names, UnwritableError
from taskflow_deploy.verifier.play import Played, Player
from taskflow_deploy.verifier.scenario import Scenario

_FORMAT = 1
# More than the resolution of a moment in whole seconds, and than what is not known of the
# reference's clock: no two steps share a moment.
_APART_SECONDS = 1.25
_READING = {"GET", "HEAD", "OPTIONS"}
_REFUSED = 400


class RecordingError(ValueError):
    """A recording cannot be made or read; the text says why and what to do."""


@dataclass(frozen=True)
class Recorded:
    """An answer, with symbols in the place of what differs from run to run."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Recording:
    """The answers to a scenario.

    Attributes
    ----------
    answers
        By the name of the step; a step that was left out has none.
    tokens
        What the tokens said: see :class:`.binding.Binder`.
    literals, written
        See :class:`.naming.Names`.
    """

    name: str
    answers: Mapping[str, Recorded]
    tokens: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    literals: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Write it down; headers that most answers have are written once."""
        common = _common(list(self.answers.values()))
        answers = {
            name: {"status": one.status, "headers": _apart(one.headers, common), "body": one.body}
            for name, one in self.answers.items()
        }
        data = {"format": _FORMAT, "name": self.name, "headers of most": common,
                "answers": answers, "tokens": self.tokens, "literals": self.literals,
                "written": self.written}  # fmt: skip
        text = json.dumps(data, ensure_ascii=False, indent=1)
        file.write_text(f"{text}\n", encoding="utf-8")


def load(file: Path) -> Recording:
    """Read a recording.

    Raises
    ------
    RecordingError
        It is none, or of another version.
    """
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            raise RecordingError(f"{file} has format {data['format']}, not {_FORMAT}: record anew.")
        answers = {
            name: Recorded(
                one["status"], _whole(one["headers"], data["headers of most"]), one["body"]
            )
            for name, one in data["answers"].items()
        }
        return Recording(
            data["name"], answers, data["tokens"], tuple(data["literals"]), data["written"]
        )
    except OSError as error:
        raise RecordingError(f"{file} cannot be read: {error.strerror}.") from None
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{file} is no recording: record anew.") from None


def record(
    scenario: Scenario, transport: Transport, words: Mapping[str, str], key: str | None = None
) -> Recording:
    """Play a scenario slowly, so that each moment is told apart, and write the answers down.

    Parameters
    ----------
    words
        What this run is given: see :func:`.values.find`; also the first variables.
    key
        The key that signs tokens, where it is known.

    Raises
    ------
    RecordingError
        A step got no answer, or what cannot be written down.
    ClockSetError
        The reference's clock was set meanwhile: record again.
    """
    names = Names(words, scenario.constants)
    player = Player(scenario, transport, {**words, **({"key": key} if key else {})})
    answers: dict[str, Recorded] = {}
    for played in player.play():
        if played.is_left_out:
            continue
        answers[played.step.id] = _written(played, names)
        if played.step.method not in _READING and answers[played.step.id].status < _REFUSED:
            time.sleep(
                _APART_SECONDS
            )  # it may have written a moment that only a later answer tells
    literals = tuple(sorted(names.literals))
    return Recording(scenario.name, answers, names.tokens, literals, names.written)


def _written(played: Played, names: Names) -> Recorded:
    if played.answer is None:
        raise RecordingError(
            f"The reference cannot be recorded: {played.step.id}: {played.reason}."
        )
    answer, moment = played.answer, moment_of(played.answer)
    try:
        # Headers first: a date in them says what the server's clock is.
        headers = {
            name: names.write(value, moment) for name, value in sorted(answer.fields.items())
        }
        body = names.write(answer.text, moment)
        names.ended(played.step.id, moment)
        return Recorded(answer.status, headers, body)
    except UnwritableError as error:
        raise RecordingError(f"{played.step.id}: {error}.") from None


def _common(answers: list[Recorded]) -> dict[str, str]:
    """Return the headers that more than half of the answers have, with the same value."""
    counts = Counter(pair for one in answers for pair in one.headers.items())
    return dict(sorted(pair for pair, count in counts.items() if count * 2 > len(answers)))


def _apart(headers: Mapping[str, str], common: Mapping[str, str]) -> dict[str, str | None]:
    """Return where headers differ from the common ones; None for one that is missing."""
    missing: dict[str, str | None] = {name: None for name in common if name not in headers}
    return missing | {name: value for name, value in headers.items() if common.get(name) != value}


def _whole(headers: Mapping[str, str | None], common: Mapping[str, str]) -> dict[str, str]:
    whole = {**common, **headers}
    return {name: value for name, value in sorted(whole.items()) if value is not None}


def moment_of(answer: Answer) -> Moment:
    """Return when an answer was made."""
    return Moment(answer.sent, answer.received)
