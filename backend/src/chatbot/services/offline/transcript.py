"""How the offline assistant reads a conversation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from src.chatbot.protocol import ModelMessage
from src.chatbot.services.offline.memory import MEMORY, Memory

_ID = "offline_"


@dataclass(frozen=True)
class Outcome:
    """What a tool call gave; ``value`` is None where it failed."""

    value: Any


@dataclass(frozen=True)
class Transcript:
    """The turn to go on with.

    Attributes
    ----------
    request
        What the user said.
    rounds
        What the tools gave since, one row for each round of calls.
    memory
        What the last answer left, if it was the assistant's own.
    next_id
        The number of the next tool call: each is used once in a conversation.
    """

    request: str
    rounds: list[list[Outcome]]
    memory: Memory
    next_id: int


def read(messages: Sequence[ModelMessage]) -> Transcript:
    """Read a conversation; the last thing that the user said is what to answer."""
    start = max(number for number, message in enumerate(messages) if message.is_spoken)
    # The message's own words are its last text: what stands before is said by the application.
    spoken = [block["text"] for block in messages[start].content if block["type"] == "text"]
    rounds = [
        [_outcome(block) for block in message.content if block["type"] == "tool_result"]
        for message in messages[start + 1 :]
        if message.role == "user"
    ]
    return Transcript(spoken[-1], rounds, _memory(messages[:start]), _next_id(messages))


def call_id(number: int) -> str:
    """Return the id of a tool call."""
    return f"{_ID}{number}"


def _outcome(block: dict[str, Any]) -> Outcome:
    return Outcome(None if block.get("is_error") else json.loads(block["content"]))


def _memory(earlier: Sequence[ModelMessage]) -> Memory:
    for block in earlier[-1].content if earlier else ():
        if block["type"] == MEMORY:
            return Memory.from_block(block)
    return Memory()


def _next_id(messages: Sequence[ModelMessage]) -> int:
    used = [
        int(block["id"].removeprefix(_ID))
        for message in messages
        for block in message.content
        if block["type"] == "tool_use" and block["id"].startswith(_ID)
    ]
    return max(used, default=0) + 1
