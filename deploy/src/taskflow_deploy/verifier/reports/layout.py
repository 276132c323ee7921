"""Lays JSON out over lines, for people: everything but white space stays as it was written."""

import json
import re

_UNIT = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_OPENING, _CLOSING = {"[", "{"}, {"]", "}"}


def laid_out(text: str) -> str | None:
    """Return a JSON object or list with a value a line; None where a text is none.

    Numbers, escapes, repeated keys and their order are as they were: only white space between
    values is another.
    """
    if not text.lstrip().startswith(("{", "[")) or not _is_json(text):
        return None
    written, depth, before = [], 0, ""
    for unit in _UNIT.findall(text):
        if unit in _CLOSING:
            depth -= 1
        if before and (before in {*_OPENING, ","} or unit in _CLOSING):
            is_empty = before in _OPENING and unit in _CLOSING
            written.append("" if is_empty else "\n" + "  " * depth)
        written.append(f"{unit} " if unit == ":" else unit)
        if unit in _OPENING:
            depth += 1
        before = unit
    return "".join(written)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
