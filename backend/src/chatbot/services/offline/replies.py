"""Puts what was done into words; the same outcome always reads the same."""

from collections.abc import Sequence

from src.chatbot.services.offline.intents import Which
from src.chatbot.services.offline.matching import Missing, NoSuchNumber, Several, Task
from src.chatbot.services.offline.memory import Verb

_LONGEST_TITLE = 80
_LONGEST_NOTE = 60
MOST_LISTED_BESIDE = 20
"""How many tasks are listed where the user did not ask for the list."""

_EXAMPLES = """\
- add buy milk
- show my tasks, or show open tasks
- complete buy milk, or complete 2 (its number in the last list)
- reopen buy milk
- rename buy milk to buy oat milk
- change the description of buy milk to two bottles
- delete buy milk"""
HELP = (
    "I am TaskFlow's offline assistant. I work without a language model, so I understand simple "
    f"sentences such as:\n{_EXAMPLES}"
)
GREETING = 'Hello! I look after your tasks. Say "help" to see what I understand.'
THANKS = "You are welcome."
WHAT_TO_ADD = "What should I add? Say, for example: add buy milk."
NOTHING_ASKED = "There is nothing to confirm."
LEFT_ALONE = "All right, nothing was changed."
NOTHING_TO_DO = {
    "complete": "There is no open task to mark as done.",
    "reopen": "There is no completed task to open again.",
    "delete": "There is no task to delete.",
    "title": "There is no task to rename.",
    "description": "There is no task to describe.",
}


def unclear(text: str) -> str:
    """Say that a sentence was not understood."""
    return (
        f"I am the offline assistant, and I did not understand {quoted(text)}. "
        f"I understand simple sentences such as:\n{_EXAMPLES}"
    )


def too_many(most: int) -> str:
    """Say that a message holds too many commands."""
    return f"That is too much at once. Give me at most {most} commands in one message."


def too_long(what: str, longest: int) -> str:
    """Say that a title or description is too long."""
    return f"The {what} is too long: it may have {longest:,} characters. Nothing was changed."


def added(tasks: Sequence[Task]) -> str:
    """Say which tasks were added."""
    if len(tasks) == 1 and tasks[0]["description"]:
        return f"Added {title_of(tasks[0])} with the description {quoted(tasks[0]['description'])}."
    return f"Added {_row(tasks)}."


def done(verb: Verb, tasks: Sequence[Task], before: Sequence[Task]) -> str:
    """Say what was done to tasks; ``before`` is what they were."""
    match verb:
        case "complete":
            return f"Marked {_row(tasks)} as done."
        case "reopen":
            return f"Opened {_row(tasks)} again."
        case "delete":
            return f"Deleted {_row(tasks)}."
        case "title":
            return f"Renamed {_row(before)} to {title_of(tasks[0])}."
        case "description" if tasks[0]["description"]:
            return f"Changed the description of {_row(tasks)}."
        case _:
            return f"Removed the description of {_row(tasks)}."


def already(tasks: Sequence[Task], *, completed: bool) -> str:
    """Say that there was nothing to do."""
    state = "done" if completed else "open"
    return f"{_row(tasks)} {'is' if len(tasks) == 1 else 'are'} already {state}."


def failed(tasks: Sequence[Task]) -> str:
    """Say that a tool refused."""
    return f'I could not change {_row(tasks)}. Say "show my tasks" and try again.'


def not_added(titles: Sequence[str]) -> str:
    """Say that a tool refused to add."""
    return f"I could not add {_and([quoted(title) for title in titles])}."


def task_list(tasks: Sequence[Task], which: Which, total: int) -> str:
    """Show tasks as a numbered list."""
    kind = {"all": "", "open": "open ", "done": "completed "}[which]
    if not tasks:
        hint = ' Say "add buy milk" to make one.' if which == "all" else ""
        return f"You have no {kind}tasks.{hint}"
    shown = f" These are the newest {len(tasks)}:" if len(tasks) < total else ""
    head = f"You have {_count(total, f'{kind}task')}{'.' if shown else ':'}{shown}"
    return f"{head}\n{_numbered(tasks)}"


def found(words: str, tasks: Sequence[Task]) -> str:
    """Show the tasks that some words fit."""
    verb = "fits" if len(tasks) == 1 else "fit"
    return f"{_count(len(tasks), 'task')} {verb} {quoted(words)}:\n{_numbered(tasks)}"


def which_one(several: Several) -> str:
    """Ask which of several tasks is meant."""
    return (
        f"{_count(len(several.tasks), 'task')} fit {quoted(several.words)}. "
        f"Which one do you mean? Say its number.\n{_numbered(several.tasks)}"
    )


def all_of_them(tasks: Sequence[Task]) -> str:
    """Ask whether really to delete several tasks that were not named."""
    return (
        f"This deletes {_count(len(tasks), 'task')} for good. "
        f'Say "yes" to delete them, or "no" to keep them.\n{_numbered(tasks)}'
    )


def nothing_fits(missing: Missing | NoSuchNumber, listed: Sequence[Task], total: int) -> str:
    """Say that no task is meant by the words, and what there is."""
    return f"{_why_nothing(missing)} {_what_there_is(listed, total)}"


def _why_nothing(missing: Missing | NoSuchNumber) -> str:
    match missing:
        case Missing(words):
            return f"I found no task for {quoted(words)}."
        case NoSuchNumber(_, 0):
            return "I have shown you no list yet that a number could be in."
        case NoSuchNumber(number, length):
            return f"There is no number {number} in the last list, which has {length}."


def _what_there_is(listed: Sequence[Task], total: int) -> str:
    if not listed:
        return "You have no tasks."
    head = "Your tasks:" if len(listed) == total else f"Your newest {len(listed)} of {total} tasks:"
    return f"{head}\n{_numbered(listed)}"


def quoted(text: str) -> str:
    """Return a text in quotes, on one line and not too long."""
    return f"“{_short(text, _LONGEST_TITLE)}”"


def title_of(task: Task) -> str:
    """Return a task's title in quotes."""
    return quoted(task["title"])


def _row(tasks: Sequence[Task]) -> str:
    return _and([title_of(task) for task in tasks])


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _numbered(tasks: Sequence[Task]) -> str:
    return "\n".join(f"{number}. {_line(task)}" for number, task in enumerate(tasks, start=1))


def _line(task: Task) -> str:
    title = _short(task["title"], _LONGEST_TITLE)
    note = f" - {_short(task['description'], _LONGEST_NOTE)}" if task["description"] else ""
    return f"{title}{note}{' (done)' if task['completed'] else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
