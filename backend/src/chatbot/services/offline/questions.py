"""Tells whether a sentence asks for the list, and for which part of it.

There are too many ways to ask for patterns; but they are all made of few words.
"""

import re

from src.chatbot.services.offline.intents import Show, Which


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


_OPENERS = word_set(
    "show list display see view read print give get tell fetch check what what's whats which how"
)
_NOUNS = word_set("task tasks to-do to-dos todo todos list item items things")
OPEN_WORDS = word_set(
    "open pending active unfinished incomplete remaining outstanding undone uncompleted left not "
    "still"
)
DONE_WORDS = word_set("done complete completed finish finished closed")
_FILLERS = word_set(
    "me us all of my the every everything each any anything whole full entire current currently "
    "yet to do that are is there have i i've got on please again now many much should need next "
    "today for in so far we our it at been haven't has did already a about else"
)
_WORDS = _OPENERS | _NOUNS | OPEN_WORDS | DONE_WORDS | _FILLERS
_BEGINNINGS = (
    OPEN_WORDS | DONE_WORDS | _NOUNS | word_set("all my the everything do have are is any")
) - word_set("complete finish")
# "what is it" is made of known words too, but asks for no list: one of these has to be there.
_POINTERS = OPEN_WORDS | DONE_WORDS | _NOUNS | word_set("everything all next do")
_WHOLE = word_set("everything all")
_WHOLE_LIST = re.compile(r"\bcomplete (?=(?:to-?do )?list\b)")


def asked_list(command: str) -> Show | None:
    """Return which list a command asks for, if it asks for one."""
    spoken = " ".join(re.findall(r"[\w'-]+", command.lower().replace("\u2019", "'")))
    # The complete list is not that of what is complete.
    words = _WHOLE_LIST.sub("", spoken).split()
    if not words or not _WORDS.issuperset(words):
        return None
    if words[0] in _OPENERS:
        bare = len(words) == 1 and words[0] in {"show", "display", "view"}
        return Show(_which(words)) if bare or not _POINTERS.isdisjoint(words) else None
    if "it" in words:
        return None
    if words[0] in {"is", "are", "anything"} and not _WHOLE.union({"anything"}).isdisjoint(words):
        return _asked_state(words)
    # "complete tasks" is a list; "complete my tasks" is something to do.
    begins = words[0] in _BEGINNINGS or (words[0] == "complete" and words[1:] == ["tasks"])
    return Show(_which(words)) if begins and not _NOUNS.isdisjoint(words) else None


def _asked_state(words: list[str]) -> Show | None:
    """Read "is everything done" and "anything left": whoever asks wants to see what is not."""
    if not OPEN_WORDS.isdisjoint(words):
        return Show("open")
    if DONE_WORDS.isdisjoint(words):
        return None
    return Show("done" if _WHOLE.isdisjoint(words) else "open")


def _which(words: list[str]) -> Which:
    if not OPEN_WORDS.isdisjoint(words) or "haven't" in words:
        return "open"
    if not DONE_WORDS.isdisjoint(words):
        return "done"
    spoken = " ".join(words).replace("to do list", "")
    return "open" if "to do" in spoken or not {"next", "should"}.isdisjoint(words) else "all"
