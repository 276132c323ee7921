"""Structured lines, written for people."""

import json
from typing import Any

_TIME = slice(11, 23)
_HIDDEN = {"event", "level", "timestamp"}


def pretty(text: str) -> str:
    """Return a structured line as time, level, message and the rest; any other as it is.

    The time is UTC, in milliseconds.
    """
    entry = _entry(text)
    if entry is None:
        return text
    stamp = str(entry.get("timestamp", ""))
    time = [stamp[_TIME].rstrip("Z").ljust(12)] if stamp else []
    level = str(entry.get("level", "")).ljust(7)
    rest = [f"{name}={_short(value)}" for name, value in entry.items() if name not in _HIDDEN]
    # A stack is worth its lines.
    stack = str(entry.get("exception", ""))
    told = [part for part in rest if not (stack and part.startswith("exception="))]
    head = " ".join([*time, level, str(entry["event"]), *told])
    return "\n".join([head, *(f"  {line}" for line in stack.splitlines())])


def _entry(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "event" in found else None


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
