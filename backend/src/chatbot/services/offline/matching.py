"""Finds the tasks that a few words mean; it never guesses between two."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from src.chatbot.services.offline.memory import Memory
from src.chatbot.services.offline.questions import DONE_WORDS, OPEN_WORDS, word_set

Task = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """The tasks that are meant; ``by_all`` tells that the user named none of them."""

    tasks: list[Task]
    by_all: bool = False


@dataclass(frozen=True)
class Several:
    """More than one task fits ``words``; the user has to choose."""

    words: str
    tasks: list[Task]


@dataclass(frozen=True)
class Missing:
    """No task fits ``words``."""

    words: str


@dataclass(frozen=True)
class NoSuchNumber:
    """The last list has no such number; ``length`` is 0 where none was shown."""

    number: int
    length: int


Match = Found | Several | Missing | NoSuchNumber

_ONE = {"it", "that", "this", "that one", "this one", "that task", "this task", "the task",
        "the same", "the same one", "the last task", "the same task"}  # fmt: skip
_SOME = {"them", "these", "those", "both", "both of them", "these tasks", "those tasks", "they"}
_ALL = word_set("all everything every each")
_ALL_NOUNS = word_set("tasks to-dos todos items list ones things")
_ALL_FILLERS = word_set(
    "of my the them these those task whole entire to-do todo to do that which are is i've have"
)
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3,
}  # fmt: skip
_NUMBER_FILLERS = word_set("number no task tasks item items the one ones and numbers")
_STOP_WORDS = word_set("the a an my to of for on in task todo to-do item")
_AROUND = re.compile(
    r"^(?:(?:the|my|a|an|this|that)\s+)?(?:(?:task|to-?do|item)\s+)?(?:called\s+|named\s+)?|"
    r"\s+(?:task|to-?do|item|reminder|one)$",
    re.IGNORECASE,
)
# What a person writes for tasks is not longer, and nobody should wait for the rest.
_MOST_NAMED = 50
_LONGEST = 1_000
_UNQUOTED = r'(?=(?:[^"]*"[^"]*")*[^"]*$)'
_AND = re.compile(rf"(?:\s*,\s*(?:and\s+)?|\s+and\s+){_UNQUOTED}", re.IGNORECASE)


def find(
    words: str,
    tasks: Sequence[Task],
    memory: Memory,
    prefers: Callable[[Task], bool] = lambda _: True,
) -> Match:
    """Return what ``words`` mean.

    A title that reads the same comes first; then "all", "it" (what was named
    last), numbers (places in the last list that was shown), the only title that
    contains the words, several of these joined by "and", and last the only title
    whose words are all among these.

    Parameters
    ----------
    words
        What the user wrote for the task.
    tasks
        All tasks of the user.
    memory
        What was shown and named before.
    prefers
        Where several tasks fit, those that it is true of win: who completes a
        task hardly means one that is done.
    """
    if len(words) > _LONGEST:
        return Missing(words)
    preferred = [task for task in tasks if prefers(task)]
    for pool in (preferred, list(tasks)):
        same = [task for task in pool if _plain(task["title"]) == _plain(words)]
        if same:
            return _one_of(words, same)
    pointed = _everything(words, tasks) or _pointed(words, tasks, memory)
    if pointed is not None:
        return pointed
    for pool in (preferred, list(tasks)):
        fitting = _containing(words, pool)
        if fitting:
            return _one_of(words, fitting)
    parts = [part for part in _AND.split(words) if part]
    if 1 < len(parts) <= _MOST_NAMED:
        return _each(parts, tasks, memory, prefers)
    for pool in (preferred, list(tasks)):
        fitting = _contained(words, pool)
        if fitting:
            return _one_of(words, fitting)
    return Missing(words)


def _containing(words: str, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks whose titles contain some words: as they stand, or each of them."""
    bare = _plain(_AROUND.sub("", words.strip()))
    wanted = _significant(bare)
    standing = re.compile(rf"\b{re.escape(bare)}")
    tests: tuple[Callable[[str], bool], ...] = (
        lambda title: title == bare,
        lambda title: bool(bare) and standing.search(title) is not None,
        lambda title: bool(wanted) and wanted <= _significant(title),
    )
    for test in tests:
        fitting = [task for task in tasks if test(_plain(task["title"]))]
        if fitting:
            return fitting
    return []


def _contained(words: str, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks whose titles have no word that is not among some words."""
    given = _significant(_plain(words))
    titles = [(task, _significant(_plain(task["title"]))) for task in tasks]
    return [task for task, title in titles if title and title <= given]


def _one_of(words: str, tasks: list[Task]) -> Match:
    return Found(tasks) if len(tasks) == 1 else Several(words, tasks)


def _everything(words: str, tasks: Sequence[Task]) -> Found | None:
    parts = set(_tokens(words))
    known = _ALL | _ALL_NOUNS | _ALL_FILLERS | OPEN_WORDS | DONE_WORDS
    if not parts <= known or (parts.isdisjoint(_ALL) and parts.isdisjoint(_ALL_NOUNS)):
        return None
    if " ".join(_tokens(words)) in _SOME:
        return None
    if not parts.isdisjoint(OPEN_WORDS):
        return Found([task for task in tasks if not task["completed"]], by_all=True)
    if not parts.isdisjoint(DONE_WORDS):
        return Found([task for task in tasks if task["completed"]], by_all=True)
    return Found(list(tasks), by_all=True)


def _pointed(words: str, tasks: Sequence[Task], memory: Memory) -> Match | None:
    spoken = " ".join(_tokens(words))
    if spoken in _SOME or (spoken in _ONE and len(memory.focus) == 1):
        there = _by_ids(memory.focus, tasks)
        return Found(there) if there else Missing(words)
    if spoken in _ONE:
        there = _by_ids(memory.focus, tasks)
        return Several(words, there) if there else Missing(words)
    numbers = _numbers(words, len(memory.shown))
    if not numbers:
        return None
    for number in numbers:
        if not 1 <= number <= len(memory.shown):
            return NoSuchNumber(number, len(memory.shown))
    there = _by_ids([memory.shown[number - 1] for number in numbers], tasks)
    return Found(there) if there else Missing(words)


def _numbers(words: str, length: int) -> list[int]:
    """Return the places in the last list that are meant; none where the words say no place."""
    numbers: list[int] = []
    for part in _tokens(words.replace("#", " ")):
        if part in _ORDINALS:
            numbers.append(_ORDINALS[part])
        elif part == "last" and length:
            numbers.append(length)
        elif part.isascii() and part.isdigit():
            numbers.append(int(part[:9]))
        elif part not in _NUMBER_FILLERS:
            return []
    return list(dict.fromkeys(numbers))


def _each(
    parts: Sequence[str], tasks: Sequence[Task], memory: Memory, prefers: Callable[[Task], bool]
) -> Match:
    found: list[Task] = []
    for part in parts:
        match = find(part, tasks, memory, prefers)
        if not isinstance(match, Found):
            return match
        found += [task for task in match.tasks if task not in found]
    return Found(found)


def _by_ids(ids: Sequence[str], tasks: Sequence[Task]) -> list[Task]:
    by_id = {task["id"]: task for task in tasks}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _tokens(words: str) -> list[str]:
    return re.findall(r"[\w'-]+", words.lower())


# A search compares each title many times over.
@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Return a text without case and punctuation; one that is nothing else stays."""
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split()) or text.strip()


@lru_cache(maxsize=4096)
def _significant(plain: str) -> frozenset[str]:
    return frozenset(plain.split()) - _STOP_WORDS
