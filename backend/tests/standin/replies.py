"""What the stand-in answers, as a test writes it down."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tests.standin.rules import JsonObject

_numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes
    ----------
    status, body, headers
        What is sent.
    delay
        Seconds before anything is sent.
    is_cut_off
        Whether the connection breaks in the middle of the body.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    is_cut_off: bool = False

    @property
    def content(self) -> list[JsonObject]:
        """The content blocks; none where it is no message."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return []
        found = body.get("content", []) if isinstance(body, dict) else []
        return [block for block in found if isinstance(block, dict) and "type" in block]


Scripted = Reply | Callable[[JsonObject], Reply]
"""A reply, or what makes one of the request's body."""


def say(*texts: str, stop_reason: str = "end_turn") -> Reply:
    """Answer with texts."""
    return message([{"type": "text", "text": text} for text in texts], stop_reason)


def call(name: str, /, **arguments: Any) -> JsonObject:
    """Return a tool call, for :func:`use`."""
    return {
        "type": "tool_use",
        "id": f"toolu_{next(_numbers):024}",
        "name": name,
        "input": arguments,
        "caller": {"type": "direct"},
    }


def think(thought: str) -> JsonObject:
    """Return a block of thinking, for :func:`use`."""
    return {"type": "thinking", "thinking": thought, "signature": f"sig-{next(_numbers)}"}


def use(*blocks: JsonObject) -> Reply:
    """Ask for tools."""
    return message(list(blocks), "tool_use")


def message(content: list[JsonObject], stop_reason: str) -> Reply:
    """Return a message of the API."""
    body: JsonObject = {
        "id": f"msg_{next(_numbers):024}",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": {"type": "refusal", "category": None, "explanation": None}
        if stop_reason == "refusal"
        else None,
        "usage": {
            "input_tokens": 12,
            "output_tokens": 6,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "service_tier": "standard",
        },
    }
    return Reply(200, json.dumps(body).encode())


def failure(status: int, kind: str, text: str, **headers: str) -> Reply:
    """Return an error in the API's shape; ``retry_after`` becomes a header."""
    number = f"req_{next(_numbers):024}"
    body = {"type": "error", "error": {"type": kind, "message": text}, "request_id": number}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"request-id": number, **named})


def overloaded() -> Reply:
    """Return 529: the API has too much to do."""
    return failure(529, "overloaded_error", "Overloaded")


def rate_limited(seconds: int | None = None) -> Reply:
    """Return 429: we asked too much; try again in ``seconds``, or not at all."""
    text = "This request would exceed your organization's rate limit."
    if seconds is None:
        return failure(429, "rate_limit_error", text, x_should_retry="false")
    return failure(429, "rate_limit_error", text, retry_after=str(seconds))


def broken() -> Reply:
    """Return 500: a fault of the API."""
    return failure(500, "api_error", "Internal server error")


def malformed(body: bytes = b"<html>Bad gateway</html>") -> Reply:
    """Return 200 with a body that is no message."""
    return Reply(200, body)


def cut_off(reply: Reply) -> Reply:
    """Break the connection in the middle of a reply."""
    return replace(reply, is_cut_off=True)


def slow(reply: Reply, seconds: float) -> Reply:
    """Take time before a reply."""
    return replace(reply, delay=seconds)
