"""Levels what a language model may say in its own way, so that the rest can be compared.

Its words are its own, and it may use tools beside those that were asked for, to look things up.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.counts import size
from taskflow_deploy.verifier.recording import Recorded

_WORDS = "the model's own words"
_LENGTH = "content-length"


@dataclass(frozen=True)
class Levelled:
    """A recorded answer and a body in which a model's words no longer differ.

    Attributes
    ----------
    added
        How many bytes of the body stand in for what was taken out of it.
    """

    recorded: Recorded
    text: str
    added: int = 0


def levelled(recorded: Recorded, text: str, key: str) -> Levelled:
    """Take the words under a key out of a recorded answer and a body.

    Words that are missing or empty stay as they are, and so does a list that lacks what the
    recorded one ends with, which is what was asked for: both are differences.
    """
    headers = {name: value for name, value in recorded.headers.items() if name != _LENGTH}
    wanted, found = _read(recorded.body), _read(text)
    if wanted is None or found is None:
        return Levelled(replace(recorded, headers=headers), text)
    common: dict[str, Any] = {}
    if _speaks(wanted.get(key)) and _speaks(found.get(key)):
        common[key] = wanted[key] = _WORDS
    for name, value in wanted.items():
        if isinstance(value, list) and isinstance(found.get(name), list):
            done = all(last in found[name] for last in value[-1:])
            common |= {name: value} if done else {}
    added = sum(size(_write(value)) for value in common.values())
    recorded = Recorded(recorded.status, headers, _write(wanted))
    return Levelled(recorded, _write(found | common), added)


def _speaks(words: object) -> bool:
    return isinstance(words, str) and bool(words.strip())


def without_length(answer: Answer) -> Answer:
    """Return an answer without its length, which its words decide."""
    headers = tuple(pair for pair in answer.headers if pair[0] != _LENGTH)
    return replace(answer, headers=headers)


def _read(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _write(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
