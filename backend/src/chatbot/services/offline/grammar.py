"""Reads plain English: a table of patterns, tried from top to bottom."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal

from src.chatbot.services.offline.intents import (
    Add,
    Change,
    Complete,
    Confirm,
    Delete,
    Find,
    Intent,
    NewTask,
    Say,
    Unclear,
)
from src.chatbot.services.offline.questions import asked_list
from src.chatbot.services.offline.sentences import Message, pattern, quoted_items

_MOST_READINGS = 10
_Build = Callable[[re.Match[str], Message], Intent]

_NOTE = r"(?:description|details?|notes?)"
_DONE = r"(?:done|complete|completed|finished)"
_NOT = r"(?:not|isn't|aren't|wasn't)"
_LIST = r"(?:(?:my|the)\s+)?(?:to-?do\s+|task\s+)?(?:list|tasks?|to-?dos)"
_NOUN = r"(?:task|to-?do(?:\s+item)?|item|reminder|entry)"
_PUT = r"(?:add|create|make|put|insert|write\s+down|note\s+down|jot\s+down|save|new)"
_MANY = r"(?:(?:these|the\s+following|some|two|three|four|five|\d+)\s+)?(?:new\s+)?"
_SAYING = r"(?:\s*:\s*|\s+-\s+|\s+(?:called|named|titled|saying|to|for|about)\s+|\s+)"
_TITLE = (
    r"(?P<title>.+?)(?:(?:,?\s+with\s+(?:(?:the|a)\s+)?|\s*[,;(.]\s*|\s+-\s+)"
    rf"{_NOTE}(?P<sep>\s*:\s*|\s+(?:of|that\s+says)\s+|\s+)(?P<note>.+?)\)?)?"
)
_BETWEEN_LINES = pattern(r"\s*\n\s*")
_BETWEEN_ITEMS = pattern(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+")
_BULLET = pattern(r"(?:[-*•]|\d+[.)])\s+")


def _add(found: re.Match[str], message: Message) -> Intent:
    titles = quoted_items(found["title"]) or [found["title"]]
    note = message.shown(found["note"]) if found["note"] else None
    return Add(tuple(NewTask(message.shown(title), note) for title in titles))


def _add_items(found: re.Match[str], message: Message) -> Intent:
    items = found["items"].strip()
    parts = (_BETWEEN_LINES if "\n" in items else _BETWEEN_ITEMS).split(items)
    titles = [message.shown(_BULLET.sub("", part, count=1)) for part in parts]
    return Add(tuple(NewTask(title) for title in titles if title))


def _complete(found: re.Match[str], message: Message) -> Intent:
    named = found.groupdict()
    return Complete(message.shown(named["task"] or named["number"]))


def _reopen(found: re.Match[str], message: Message) -> Intent:
    return Complete(message.shown(found["task"]), completed=False)


def _delete(found: re.Match[str], message: Message) -> Intent:
    return Delete(message.shown(found["task"]))


def _find(found: re.Match[str], message: Message) -> Intent:
    return Find(message.shown(found["task"]))


def _say(about: Literal["help", "greeting", "thanks"]) -> _Build:
    return lambda _found, _message: Say(about)


def _confirm(*, agreed: bool) -> _Build:
    return lambda _found, _message: Confirm(agreed)


def _change(field: Literal["title", "description"], joint: str) -> _Build:
    joints = pattern(joint)

    def build(found: re.Match[str], message: Message) -> Intent:
        readings = tuple(
            (message.shown(target), message.shown(value))
            for target, value in _splits(found["rest"], joints)
        )
        return Change(field, readings) if readings else Unclear(message.shown(found[0]))

    return build


def _splits(text: str, joints: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for joint in islice(joints.finditer(text), _MOST_READINGS):
        target, value = text[: joint.start()].strip(), text[joint.end() :].strip()
        if target and value:
            yield target, value


def _described(found: re.Match[str], message: Message) -> Intent:
    note = message.shown(found["note"]) if found["note"] else ""
    return Change("description", ((message.shown(found["task"]), note),))


_TO = r"\s+(?:to|as|into)\s+|\s*:\s+"
_BE = r"\s+(?:to(?:\s+be)?|as|with)\s+|\s*:\s+"
# A yes or no is one command, whatever stands behind its comma.
_ANSWERS: tuple[tuple[str, _Build], ...] = (
    (r"(?:y|yes|yep|yeah|sure|ok|okay|confirm|go\s+ahead|do\s+it)(?:[,\s]+(?:please|do\s+it|do|"
     r"(?:please\s+)?(?:delete|remove)\s+(?:them|these|those|all|everything|it)(?:\s+all)?|"
     r"go\s+ahead|sure))*", _confirm(agreed=True)),
    (r"(?:n|no|nope|cancel|stop|never\s*mind|don't|do\s+not|neither|none(?:\s+of\s+them)?|"
     r"leave\s+(?:it|them))(?:[,\s]+(?:thanks|don't|cancel|stop|never\s*mind|"
     r"(?:leave|keep)\s+(?:it|them|these|those|all)))*", _confirm(agreed=False)),
)  # fmt: skip
_RULES: tuple[tuple[str, _Build], ...] = (
    (r"(?:i\s+need\s+)?help(?:\s+me)?|what\s+can\s+(?:you|i)\s+(?:do|say|ask).*|"
     r"how\s+(?:does|do)\s+(?:this|you)\s+work|how\s+(?:do|can)\s+i\s+.+|commands|"
     r"(?:who|what)\s+are\s+you|\?", _say("help")),
    (r"(?:hi|hello|hey|howdy|good\s+(?:morning|afternoon|evening|day))(?:\s+(?:there|you|again))?",
     _say("greeting")),
    (r"(?:thanks|thank\s+you|cheers|great|perfect|nice|well\s+done)(?:\s+(?:a\s+lot|so\s+much|"
     r"very\s+much|again|you))?", _say("thanks")),
    *_ANSWERS,
    # Descriptions come first: their sentences begin like others.
    (rf"(?:change|set|update|edit|replace|make)\s+(?:the\s+)?{_NOTE}\s+(?:of|for|on|in)\s+"
     r"(?P<rest>.+)", _change("description", _BE)),
    (rf"(?:change|set|update|edit)\s+(?P<task>.+?)'s\s+{_NOTE}\s+(?:to|as)\s+(?P<note>.+)",
     _described),
    (rf"(?:add|put|attach)\s+(?:(?:a|the|this)\s+)?{_NOTE}\s+(?:to|on|for)\s+(?P<rest>.+)",
     _change("description", r"\s*:\s+|\s+(?:saying|that\s+says)\s+")),
    (rf"(?:add|put|attach)\s+(?:(?:a|the)\s+)?{_NOTE}\s*:?\s+(?P<note>.+?)\s+to\s+(?P<task>.+)",
     _described),
    (r"describe\s+(?P<rest>.+)", _change("description", _BE)),
    (rf"(?:delete|remove|clear|erase)\s+(?:the\s+)?{_NOTE}(?P<note>)\s+(?:of|from|for|on)\s+"
     r"(?P<task>.+)", _described),
    # Adding, before all that looks at the end of a sentence.
    (rf"(?:add|create|new)(?:\s+(?:a|an|another|new|one))*(?:\s+{_NOUN})?",
     lambda _found, _message: Add(())),
    (rf"{_PUT}(?:\s+(?:to|on)\s+{_LIST}|\s+the\s+following)?\s*(?::\s*\n|\n|(?<=list|wing)\s*:)\s*"
     r"(?P<items>.+)", _add_items),
    (rf"{_PUT}\s+{_MANY}(?:tasks|to-?dos|items|things|reminders)(?:\s+to\s+{_LIST})?(?:\s*[:\n]|"
     r"\s+-)?\s+(?:(?:to|for)\s+)?(?P<items>.+)", _add_items),
    (rf"{_PUT}(?:\s+me)?\s+(?:(?:a|an|another|the|one(?:\s+more)?)\s+)?(?:new\s+)?{_NOUN}"
     rf"(?:\s+(?:to|on)\s+{_LIST})?{_SAYING}{_TITLE}", _add),
    (rf"{_PUT}\s*:?\s*(?P<title>.+?)(?P<note>)\s+(?:in)?(?:to|on)\s+{_LIST}", _add),
    (r"(?:(?:add|create|note\s+down|jot\s+down|write\s+down)(?:\s+(?:a|an)?\s*new)?"
     rf"(?:\s*:\s*|\s+-\s+|\s+)|(?:new|note|to-?do|task|reminder)\s*:\s*){_TITLE}", _add),
    (rf"(?:set|make|take)\s+(?:a|another)\s+(?:reminder|note)\s+(?:to|for|about|of)\s+{_TITLE}",
     _add),
    (rf"remind\s+me\s+(?:to|about|that|of)\s+{_TITLE}", _add),
    (rf"(?:(?:don't|do\s+not)\s+(?:let\s+me\s+)?forget|remember)\s+(?:to|about)\s+{_TITLE}", _add),
    (rf"i(?:\s+(?:really|still|also))?(?:(?:'ve|\s+have)\s+got\s+to|\s+(?:need|have|ought)\s+to|"
     rf"\s+gotta|\s+must|\s+should)\s+{_TITLE}", _add),
    # Changing a title.
    (r"(?:change|set|update|edit)\s+(?:the\s+)?(?:title|name)\s+(?:of|for)\s+(?P<rest>.+)",
     _change("title", _TO)),
    (r"(?:rename|retitle)\s+(?P<rest>.+)", _change("title", _TO)),
    (r"(?:change|update|edit|turn)\s+(?P<rest>.+)", _change("title", _TO)),
    # Opening again.
    (r"(?:re-?open|uncheck|untick|uncomplete|unmark)\s+(?P<task>.+)", _reopen),
    (rf"(?:mark|set)\s+(?P<task>.+?)\s+(?:(?:as|to)\s+)?(?:not\s+(?:yet\s+)?{_DONE}|undone|open|"
     r"incomplete|unfinished|pending|to\s?do)(?:\s+again)?", _reopen),
    (rf"i\s*(?:haven't|have\s+not|didn't|did\s+not)\s+(?:finish|complete|do|{_DONE})(?:ed)?\s+"
     r"(?P<task>.+?)(?:\s+yet)?", _reopen),
    # Done.
    (rf"(?:tick|check|cross)\s+(?P<task>.+?)\s+off(?:\s+(?:of\s+)?{_LIST})?", _complete),
    (rf"(?:mark|set|tick|check|flag|move)\s+(?P<task>.+?)\s+(?:as\s+|to\s+)?{_DONE}", _complete),
    (r"(?:complete|finish|close|tick\s+off|check\s+off|cross\s+off|mark\s+off|tick|check|resolve)"
     r"\s+(?P<task>.+)", _complete),
    (r"(?:(?:i\s+am|i'm|im)\s+)?(?:done|finished)\s+with\s+(?P<task>.+)", _complete),
    (r"i(?:'ve|\s+have)?(?:\s+(?:already|just|now|finally))*\s+(?:finished|completed|done|did|"
     r"closed)\s+(?P<task>.+)", _complete),
    (r"done(?:\s*:\s*|\s+)(?!(?:for|all|everything)\b)(?P<task>.+)", _complete),
    (rf"(?P<task>[^:]+?)\s*:\s*{_DONE}|(?P<number>#?\d+)\s+{_DONE}", _complete),
    # Deleting.
    (r"(?:delete|remove|erase|drop|trash|discard|cancel|scrap|get\s+rid\s+of|throw\s+away)\s+"
     rf"(?P<task>.+?)(?:\s+(?:from|off)\s+{_LIST})", _delete),
    (r"(?:delete|remove|erase|drop|trash|discard|cancel|scrap|clear|get\s+rid\s+of|throw\s+away)"
     r"\s+(?P<task>.+)", _delete),
    # Looking for a task.
    (rf"(?:show|list|find|are\s+there)(?:\s+me)?\s+(?:(?:all|any|my|the)\s+)*{_NOUN}s?\s+(?:about|"
     r"with|containing|for|named|called)\s+(?P<task>.+)", _find),
    (r"(?:find|search(?:\s+for)?|look\s+(?:for|up)|show(?:\s+me)?|(?:tell\s+me|what)\s+about)\s+"
     r"(?P<task>.+)", _find),
    (rf"(?:(?:show(?:\s+me)?|what(?:'s|\s+is|\s+are))\s+)?the\s+{_NOTE}\s+(?:of|for)\s+"
     r"(?P<task>.+)", _find),
    (rf"(?:is|are)\s+(?!(?:we|you|they)\b)(?P<task>.+?)\s+(?:still\s+|already\s+|now\s+)?"
     rf"(?:on\s+{_LIST}|(?:open|{_DONE})(?:\s+yet)?)", _find),
    (rf"do\s+i\s+have\s+(?P<task>.+?)\s+on\s+{_LIST}", _find),
    # What only the end of a sentence tells.
    (rf"(?P<task>.+?)\s*(?:(?:is|are|was|were)\s+)?{_NOT}\s+(?:yet\s+)?{_DONE}(?:\s+yet)?",
     _reopen),
    (rf"(?P<task>.+?)(?:'s|\s+(?:is|are|was|were))\s+(?:now\s+|already\s+|all\s+)?{_DONE}",
     _complete),
)  # fmt: skip
_Rules = tuple[tuple[re.Pattern[str], _Build], ...]
_COMPILED: _Rules = tuple((pattern(text), build) for text, build in _RULES)
_COMPILED_ANSWERS: _Rules = tuple((pattern(text), build) for text, build in _ANSWERS)


def read(text: str) -> list[Intent]:
    """Return what a message asks for, in order; what nothing fits is :class:`Unclear`."""
    message = Message(text)
    answer = _fitting(message.whole(), message, _COMPILED_ANSWERS)
    if answer is not None:
        return [answer]
    return [_read_one(command, message) for command in message.commands()] or [Unclear(text)]


def _read_one(command: str, message: Message) -> Intent:
    return (
        asked_list(command)
        or _fitting(command, message, _COMPILED)
        or Unclear(message.shown(command))
    )


def _fitting(command: str, message: Message, rules: _Rules) -> Intent | None:
    for rule, build in rules:
        found = rule.fullmatch(command)
        if found:
            return build(found, message)
    return None
