"""Finds the task that a few words mean."""

import re
from dataclasses import dataclass

from src.chatbot.services.offline.transcript import Task, Transcript

_POINTERS = {"it", "that", "this", "that one", "this one", "the last one", "that task", "this task"}
_NUMBER = re.compile(r"(?:number\s+|no\.?\s*|#\s*)?(\d{1,3})")
_ORDINALS = {"the first": 1, "first": 1, "the second": 2, "second": 2, "the third": 3, "third": 3}
_EVERYTHING = {"all", "everything", "all tasks", "all my tasks", "all of them", "them all"}


@dataclass(frozen=True)
class Found:
    """The tasks that are meant."""

    tasks: list[Task]


@dataclass(frozen=True)
class Ambiguous:
    """Several tasks fit; the user has to say which."""

    tasks: list[Task]


@dataclass(frozen=True)
class Missing:
    """No task fits."""


def find(reference: str, transcript: Transcript) -> Found | Ambiguous | Missing:
    """Return the tasks that ``reference`` means among those of the user.

    A pointer such as "it" means the last task worked on, a number its place in
    the last list shown, and words a title: the same, else the only one that
    holds them, in that order.
    """
    tasks = transcript.listed or []
    words = " ".join(reference.lower().split())
    if words in _EVERYTHING:
        return Found(tasks) if tasks else Missing()
    if words in _POINTERS:
        return _still_there(transcript.last, tasks)
    exact = [task for task in tasks if _plain(task["title"]) == _plain(words)]
    if exact:
        return Found(exact) if len(exact) == 1 else Ambiguous(exact)
    if position := _position(words):
        order = transcript.shown or tasks
        return _still_there(order[position - 1] if position <= len(order) else None, tasks)
    for fits in (_holds, _has_all_words):
        fitting = [task for task in tasks if fits(_plain(task["title"]), _plain(words))]
        if fitting:
            return Found(fitting) if len(fitting) == 1 else Ambiguous(fitting)
    return Missing()


def _position(words: str) -> int | None:
    bare = words.removesuffix(" one").removesuffix(" task")
    if bare in _ORDINALS:
        return _ORDINALS[bare]
    number = _NUMBER.fullmatch(bare)
    return int(number[1]) or None if number else None


def _still_there(wanted: Task | None, tasks: list[Task]) -> Found | Missing:
    found = [task for task in tasks if wanted is not None and task["id"] == wanted["id"]]
    return Found(found) if found else Missing()


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def _holds(title: str, words: str) -> bool:
    return bool(words) and words in title


def _has_all_words(title: str, words: str) -> bool:
    wanted = set(words.split()) - {"the", "a", "an", "my", "to"}
    return bool(wanted) and wanted <= set(title.split())
