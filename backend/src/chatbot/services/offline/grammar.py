"""Reads plain English into intents."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Add:
    """Add a task."""

    title: str
    description: str | None = None


@dataclass(frozen=True)
class Show:
    """Show tasks: ``all``, ``open`` or ``done``."""

    which: str


@dataclass(frozen=True)
class Complete:
    """Mark a task as done, or as open again."""

    reference: str
    completed: bool = True


@dataclass(frozen=True)
class Change:
    """Give a task another title or description."""

    reference: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Delete:
    """Delete a task."""

    reference: str


@dataclass(frozen=True)
class Help:
    """Say what can be asked for."""


@dataclass(frozen=True)
class Greet:
    """Greet back."""


@dataclass(frozen=True)
class Thank:
    """Be thanked."""


@dataclass(frozen=True)
class Unclear:
    """A sentence that was not understood."""

    text: str


Intent = Add | Show | Complete | Change | Delete | Help | Greet | Thank | Unclear

_POLITE = re.compile(
    r"^(?:please|can you|could you|would you|will you|i want you to|hey|ok(?:ay)?|now)[,\s]+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:\s+(?:please|thanks|thank you|for me))*[\s.!?]*$", re.IGNORECASE)
_VERBS = (
    r"add|create|remind me|show|list|complete|finish|mark|check off|tick off|delete|remove|"
    r"rename|change|update|reopen|uncheck"
)
_NEXT = re.compile(
    rf"\s*(?:[,;.]\s*(?:and\s+|then\s+)*|\s(?:and(?: then)?|then)\s+)(?=(?:{_VERBS})\b)",
    re.IGNORECASE,
)
_A_TASK = r"(?:an?\s+|the\s+|my\s+)?(?:new\s+)?(?:task|to-?do|item|reminder)s?"
_THE_TASK = rf"(?:(?:{_A_TASK})\s+)?"
_SAYS = r"(?:\s*:\s*|\s+(?:to|called|named|titled|for)\s+|\s+)"
_NOTED = r"(?:\s+with\s+(?:the\s+)?(?:description|note|details?)\s*:?\s+(?P<note>.+))?"
_LISTED = r"(?:my\s+|the\s+|all\s+)*(?P<which>open|done|completed|finished|pending|remaining)?"

_Build = Callable[[re.Match[str]], Intent]


def _which(found: re.Match[str]) -> Intent:
    word = (found["which"] or "all").lower()
    if word in {"done", "completed", "finished"}:
        return Show("done")
    return Show("all" if word == "all" else "open")


def _add(found: re.Match[str]) -> Intent:
    return Add(_unquoted(found["title"]), _unquoted(found["note"]) if found["note"] else None)


_RULES: tuple[tuple[str, _Build], ...] = (
    (r"(?:help|what can (?:you|i) (?:do|say|ask).*|how does this work)", lambda _: Help()),
    (r"(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?", lambda _: Greet()),
    (r"(?:thanks|thank you)(?: .*)?", lambda _: Thank()),
    (rf"(?:show|list|display|give me)(?:\s+me)?\s+{_LISTED}\s*(?:tasks?|to-?dos?|list|items?|"
     r"everything)(?:\s+list)?", _which),
    (rf"(?:list|tasks|{_LISTED}\s*tasks?)", _which),
    (r"(?:what(?:'s| is| are)?|which)\s+(?:(?:on|are|is|in)\s+)?(?:my\s+|the\s+)*"
     r"(?P<which>open|done|completed|finished|pending|remaining)?\s*(?:tasks?|to-?dos?|list|items?)"
     r"(?:\s+(?:list|do i have|are there))?", _which),
    (r"what(?: else)? (?:do i (?:have|need) to do|is (?:there|left)(?: to do)?)(?P<which>)",
     lambda _: Show("open")),
    (rf"(?:add|create|make|new)(?:\s+me)?\s+{_A_TASK}{_SAYS}(?P<title>.+?){_NOTED}", _add),
    (rf"(?:add|create)\s+(?P<title>.+?)(?:\s+to\s+(?:my|the)\s+(?:list|tasks|to-?dos?)){_NOTED}",
     _add),
    (rf"(?:add|create)\s*:?\s+(?P<title>.+?){_NOTED}", _add),
    (rf"(?:remind me to|i (?:need|have) to|i must|don't let me forget to)\s+"
     rf"(?P<title>.+?){_NOTED}", _add),
    (rf"rename\s+{_THE_TASK}(?P<task>.+?)\s+(?:to|as|into)\s+(?P<title>.+)",
     lambda m: Change(_unquoted(m["task"]), title=_unquoted(m["title"]))),
    (rf"(?:change|set|update)\s+the\s+(?:title|name)\s+of\s+{_THE_TASK}(?P<task>.+?)\s+to\s+"
     r"(?P<title>.+)",
     lambda m: Change(_unquoted(m["task"]), title=_unquoted(m["title"]))),
    (rf"(?:change|set|update|add)\s+(?:the\s+|a\s+)?(?:description|note|details?)\s+(?:of|for|to)\s+"
     rf"{_THE_TASK}(?P<task>.+?)\s*(?:\s+to\s+|\s+as\s+|:\s*)(?P<note>.+)",
     lambda m: Change(_unquoted(m["task"]), description=_unquoted(m["note"]))),
    (rf"(?:change|update)\s+{_THE_TASK}(?P<task>.+?)\s+to\s+(?P<title>.+)",
     lambda m: Change(_unquoted(m["task"]), title=_unquoted(m["title"]))),
    (rf"(?:mark|set)\s+{_THE_TASK}(?P<task>.+?)\s+(?:as\s+)?(?:not done|open|undone|incomplete|"
     r"unfinished)", lambda m: Complete(_unquoted(m["task"]), completed=False)),
    (rf"(?:reopen|uncheck|untick|undo)\s+{_THE_TASK}(?P<task>.+)",
     lambda m: Complete(_unquoted(m["task"]), completed=False)),
    (rf"(?:mark|set|check|tick)\s+{_THE_TASK}(?P<task>.+?)\s+(?:off|(?:as\s+)?(?:done|complete|"
     r"completed|finished))", lambda m: Complete(_unquoted(m["task"]))),
    (rf"(?:complete|finish|check off|tick off|close|done with)\s+{_THE_TASK}(?P<task>.+)",
     lambda m: Complete(_unquoted(m["task"]))),
    (rf"i(?:'ve| have)?\s+(?:just\s+)?(?:done|finished|completed|did)\s+{_THE_TASK}(?P<task>.+)",
     lambda m: Complete(_unquoted(m["task"]))),
    (rf"{_THE_TASK}(?P<task>.+?)\s+is\s+(?:done|finished|complete|completed)",
     lambda m: Complete(_unquoted(m["task"]))),
    (rf"(?:delete|remove|drop|get rid of)\s+{_THE_TASK}(?P<task>.+?)"
     r"(?:\s+from\s+(?:my|the)\s+(?:list|tasks))?", lambda m: Delete(_unquoted(m["task"]))),
)  # fmt: skip
_COMPILED = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), build) for pattern, build in _RULES
)


def read(text: str) -> list[Intent]:
    """Return what a message asks for, in order; one :class:`Unclear` where nothing fits."""
    parts = _NEXT.split(" ".join(text.split()))
    return [_read_one(part) for part in parts if part.strip()] or [Unclear(text)]


def _read_one(part: str) -> Intent:
    sentence = part.strip()
    while found := _POLITE.match(sentence):
        sentence = sentence[found.end() :]
    sentence = _TRAILING.sub("", sentence) or sentence
    for pattern, build in _COMPILED:
        if found := pattern.fullmatch(sentence):
            return build(found)
    return Unclear(part.strip())


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'“”‘’«»").strip()
