"""Levels what a language model may say in its own way, so that the rest can be compared.

Its words are its own, and it may use tools beside those that were asked for, to look things up.
"""

import json
from dataclasses import replace
from typing import Any

from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.recording import Recorded

_WORDS = "the model's own words"
_LENGTH = "content-length"


def levelled(recorded: Recorded, text: str, key: str) -> tuple[Recorded, str]:
    """Return a recorded answer and a body without the words under a key.

    Words that are missing or empty stay as they are, and so does a list that lacks what the
    recorded one ends with, which is what was asked for: both are differences.
    """
    headers = {name: value for name, value in recorded.headers.items() if name != _LENGTH}
    wanted, found = _read(recorded.body), _read(text)
    if wanted is None or found is None:
        return replace(recorded, headers=headers), text
    for data in (wanted, found):
        if isinstance(data.get(key), str) and data[key].strip():
            data[key] = _WORDS
    for name, value in wanted.items():
        if isinstance(value, list) and isinstance(found.get(name), list):
            done = all(last in found[name] for last in value[-1:])
            found[name] = value if done else found[name]
    return Recorded(recorded.status, headers, _write(wanted)), _write(found)


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


def _write(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
