"""Cuts a message into commands and keeps what is quoted out of the grammar's sight."""

import re

_RIGHT = "\u2019"  # the typographic apostrophe


def pattern(text: str) -> re.Pattern[str]:
    """Return a pattern that takes any case, any apostrophe and line breaks."""
    return re.compile(text.replace("'", f"['{_RIGHT}]"), re.IGNORECASE | re.DOTALL)


# An apostrophe inside a word ends no quotation.
_QUOTED = re.compile(
    r'"([^"]+)"|“([^”]+)”|«([^»]+)»|'
    rf"\u2018([^{_RIGHT}]+){_RIGHT}(?!\w)|"
    r"(?<!\w)'((?:[^']|(?<=\w)'(?=\w))+)'(?!\w)"
)
# Stands for a quoted text; these characters have no meaning in any language.
_OPEN, _CLOSE = "\ue000", "\ue001"
_HIDDEN = re.compile(f"{_OPEN}(\\d+){_CLOSE}")

_ADDING = r"(?:add|create|remind\s+me|new\s+task|don't\s+forget)"
# Verbs that begin a command even after one that adds: a title hardly goes on with them.
_PLAIN = (
    rf"{_ADDING}|delete|remove|rename|re-?open|mark\s.+?\s(?:as\s+)?(?:done|complete|completed)|"
    r"(?:show|list)\s+(?:me\s+)?(?:all|my|the|open|every)|what(?:'s|\s+is|\s+are)\s+(?:on|left|my)"
)
_ANY = (
    rf"{_PLAIN}|complete|finish|check\s+off|tick\s+off|uncheck|untick|show|list|change|update|"
    r"edit|set|mark|clear|help"
)
_JOINT = r"(?:and\s+then|and\s+also|and|then|also)"
_BREAK = pattern(
    rf"(?:\s*[,;.!?\n]\s*(?:{_JOINT}\s+)?|\s+{_JOINT}\s+)(?=(?:please\s+)?(?:{_ANY})\b)"
)
_FULL_STOP = pattern(r".*(?:[;.!?\n]|\bthen\b).*")
_ADDS = pattern(rf"\s*(?:please\s+)?{_ADDING}\b")
_BEGINS_PLAINLY = pattern(rf"(?:please\s+)?(?:{_PLAIN})\b")

_POLITE = pattern(
    r"(?:please|kindly|(?:hey|hi|hello)(?!\s+(?:there|you|again)\b)|ok(?:ay)?|now|so|"
    r"well(?!\s+done)|also|then|and|just|"
    r"(?:can|could|will|would)\s+(?:you|we)|i(?:'d|\s+would)\s+like\s+(?:you\s+)?to|"
    r"i\s+want\s+(?:you\s+)?to|"
    r"let's|let\s+me|help\s+me(?:\s+to)?)(?:\s*,\s*|\s+)",
)
# "say thanks" is something to do; only behind a comma it is said to us. Looking behind
# keeps a long row of commas from being tried at each of them.
_TRAILING = pattern(
    r"(?:\s+instead)?(?:(?<![\s,])[\s,]+please|"
    r"(?<![\s,.!])\s?[,.!][\s,.!]*(?:thanks|thank\s+you)(?:\s+a\s+lot)?)$|\s+instead$"
)
_MARKS = " \n.!?…"


class Message:
    """A user's message with its quoted parts set aside.

    Parameters
    ----------
    text
        What the user wrote.
    """

    def __init__(self, text: str) -> None:
        self._quoted: list[str] = []
        clean = text.replace(_OPEN, "").replace(_CLOSE, "")
        # Single spaces and line breaks only: patterns would try every way to share out more.
        lines = _QUOTED.sub(self._hide, clean).splitlines()
        self._text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))

    def whole(self) -> str:
        """Return the message as one command, quoted parts still hidden."""
        return _bare(self._text)

    def commands(self) -> list[str]:
        """Return the commands, in order, quoted parts still hidden."""
        commands: list[str] = []
        start = 0
        for found in _BREAK.finditer(self._text):
            plain = _FULL_STOP.match(found[0]) or _BEGINS_PLAINLY.match(self._text, found.end())
            if not plain and _ADDS.match(self._text, start):
                continue
            commands.append(self._text[start : found.start()])
            start = found.end()
        commands.append(self._text[start:])
        return [command for command in map(_bare, commands) if command]

    def shown(self, fragment: str) -> str:
        """Return a fragment of a command as the user wrote it, without quotes around it."""
        text = " ".join(fragment.split())
        whole = _HIDDEN.fullmatch(text)
        if whole:
            return self._quoted[int(whole[1])].strip()
        return _HIDDEN.sub(lambda found: f'"{self._quoted[int(found[1])]}"', text)

    def _hide(self, found: re.Match[str]) -> str:
        self._quoted.append(next(part for part in found.groups() if part is not None))
        return f"{_OPEN}{len(self._quoted) - 1}{_CLOSE}"


def quoted_items(fragment: str) -> list[str]:
    """Return the parts of a fragment that is nothing but a row of quoted texts."""
    joint = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+)"
    one = _HIDDEN.pattern.replace("(", "(?:")
    if not re.fullmatch(rf"{one}(?:{joint}{one})+", fragment, re.IGNORECASE):
        return []
    return [found[0] for found in _HIDDEN.finditer(fragment)]


def _bare(command: str) -> str:
    """Return a command without what is only there to be polite."""
    text = command.strip()
    while (polite := _POLITE.match(text)) and polite.end() < len(text):
        text = text[polite.end() :]
    return _TRAILING.sub("", text.rstrip(_MARKS)).strip(" ,;") or text
