"""What was said and done before, read from the conversation's blocks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from src.chatbot.services.prompt import message_of
from src.chatbot.services.protocol import ModelMessage

Task = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """A tool call and what came of it; ``value`` is None where the tool failed."""

    tool: str
    arguments: dict[str, Any]
    value: Any
    text: str


@dataclass
class Transcript:
    """A conversation as the offline assistant sees it.

    Attributes
    ----------
    request
        The user's last message.
    outcomes
        What the tools did in this turn.
    shown
        The tasks of the last list that the user was shown, in its order.
    last
        The task that was last worked on in an earlier turn.
    """

    request: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    shown: list[Task] = field(default_factory=list)
    last: Task | None = None

    @property
    def listed(self) -> list[Task] | None:
        """The user's tasks, once they were looked up in this turn."""
        for outcome in self.outcomes:
            if outcome.tool == "list_tasks" and outcome.value is not None:
                tasks: list[Task] = outcome.value
                return tasks
        return None


def read(messages: Sequence[ModelMessage]) -> Transcript:
    """Read a conversation; its last request is the one to answer."""
    transcript = Transcript()
    uses: dict[str, dict[str, Any]] = {}
    for message in messages:
        for block in message.content:
            if block["type"] == "text" and message.role == "user":
                _remember(transcript)
                transcript.request = message_of(block["text"])
            elif block["type"] == "tool_use":
                uses[block["id"]] = block
            elif block["type"] == "tool_result":
                transcript.outcomes.append(_outcome(uses[block["tool_use_id"]], block))
    return transcript


def _remember(transcript: Transcript) -> None:
    """Keep of a turn that ended what later ones may refer to."""
    for outcome in transcript.outcomes:
        if outcome.value is None:
            continue
        if outcome.tool != "list_tasks":
            transcript.last = outcome.value
        elif "filter" in outcome.arguments:
            # Only a list that the user asked for was shown; the others were looked up in silence.
            transcript.shown = outcome.value
    transcript.outcomes = []


def _outcome(use: dict[str, Any], result: dict[str, Any]) -> Outcome:
    text = str(result["content"])
    value = None if result.get("is_error") else json.loads(text)
    return Outcome(use["name"], use["input"], value, text)
