"""Carries intents out: finds the tasks that are meant, calls tools, and says what came of it.

A worker is a generator. It yields tool calls, is sent what they gave, and
returns its answer; so it reads from top to bottom, though a model is asked anew
after every round of calls.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from src.chatbot.services.offline import replies
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
    Show,
    Unclear,
)
from src.chatbot.services.offline.matching import (
    Found,
    Match,
    Missing,
    NoSuchNumber,
    Several,
    Task,
    find,
)
from src.chatbot.services.offline.memory import Memory, Question, Verb
from src.chatbot.services.offline.transcript import Outcome
from src.schemas.fields import DESCRIPTION_LENGTH, TITLE_LENGTH

MOST_COMMANDS = 5
"""In one message. A command needs one round of calls, and a turn has few."""
_MOST_LOOKED_UP = 500


@dataclass(frozen=True)
class Call:
    """A tool call."""

    name: str
    arguments: dict[str, Any]


_Given = TypeVar("_Given")
Steps = Generator[list[Call], list[Outcome], _Given]


class Worker:
    """Works on one message.

    Attributes
    ----------
    memory
        What the last answer left; after the work, what this one leaves.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = replace(memory, question=None)
        self._asked = memory.question
        self._tasks: list[Task] | None = None

    def work(self, intents: Sequence[Intent]) -> Steps[str]:
        """Do what a message asks for and return the answer."""
        commands = _joined(intents)
        if len(commands) > MOST_COMMANDS:
            return replies.too_many(MOST_COMMANDS)
        said: list[str] = []
        for command in commands:
            answer = yield from self._do(command)
            said.append(answer)
        return ("\n\n" if any("\n" in part for part in said) else " ").join(said)

    def _do(self, intent: Intent) -> Steps[str]:
        match intent:
            case Say(about):
                talk = {"help": replies.HELP, "greeting": replies.GREETING}
                return talk.get(about, replies.THANKS)
            case Add(tasks):
                return (yield from self._add(tasks))
            case Show():
                return (yield from self._show(intent))
            case Find(words):
                return (yield from self._find(words))
            case Complete(target, completed):
                return (yield from self._act_on(target, "complete" if completed else "reopen"))
            case Delete(target):
                return (yield from self._act_on(target, "delete"))
            case Change():
                return (yield from self._change(intent))
            case Confirm(agreed):
                return (yield from self._confirm(agreed=agreed))
            case Unclear(text):
                return (yield from self._choose(text))

    def _add(self, tasks: Sequence[NewTask]) -> Steps[str]:
        if not tasks or not all(task.title for task in tasks):
            return replies.WHAT_TO_ADD
        if any(len(task.title) > TITLE_LENGTH for task in tasks):
            return replies.too_long("title", TITLE_LENGTH)
        if any(len(task.description or "") > DESCRIPTION_LENGTH for task in tasks):
            return replies.too_long("description", DESCRIPTION_LENGTH)
        outcomes = yield [
            Call(
                "add_task",
                {"title": task.title}
                | ({"description": task.description} if task.description else {}),
            )
            for task in tasks
        ]
        made = [outcome.value for outcome in outcomes if outcome.value is not None]
        if len(made) < len(tasks):
            return replies.not_added([task.title for task in tasks])
        if self._tasks is not None:
            self._tasks = [*reversed(made), *self._tasks]
        self._name(made)
        return replies.added(made)

    def _show(self, show: Show) -> Steps[str]:
        arguments = {"status": show.which, "limit": _MOST_LOOKED_UP}
        (outcome,) = yield [Call("list_tasks", arguments)]
        tasks, total = outcome.value["tasks"], outcome.value["total"]
        self.memory = self.memory.with_list(_ids(tasks))
        return replies.task_list(tasks, show.which, total)

    def _find(self, words: str) -> Steps[str]:
        match = find(words, (yield from self._look_up()), self.memory)
        if isinstance(match, Found | Several) and match.tasks:
            self.memory = self.memory.with_list(_ids(match.tasks))
            return replies.found(words, match.tasks)
        return self._not_found(match if isinstance(match, NoSuchNumber) else Missing(words))

    def _change(self, change: Change) -> Steps[str]:
        longest = TITLE_LENGTH if change.field == "title" else DESCRIPTION_LENGTH
        tasks = yield from self._look_up()
        readings = [(find(target, tasks, self.memory), value) for target, value in change.readings]
        # The first reading whose target is a task; if there is none, the first one.
        certain = (reading for reading in readings if isinstance(reading[0], Found))
        match, value = next(certain, readings[0])
        if len(value) > longest:
            return replies.too_long(change.field, longest)
        if isinstance(match, Found) and change.field == "title" and len(match.tasks) > 1:
            match = Several(change.readings[0][0], match.tasks)
        return (yield from self._act(match, change.field, value))

    def _act_on(self, target: str, verb: Verb) -> Steps[str]:
        tasks = yield from self._look_up()
        wanted = {"complete": False, "reopen": True}.get(verb)
        match = find(
            target,
            tasks,
            self.memory,
            lambda task: wanted is None or task["completed"] == wanted,
        )
        return (yield from self._act(match, verb))

    def _act(self, match: Match, verb: Verb, value: str = "") -> Steps[str]:
        match match:
            case Several(_, tasks):
                question = Question("which", verb, _ids(tasks), value)
                self.memory = replace(self.memory, shown=_ids(tasks), question=question)
                return replies.which_one(match)
            case Missing() | NoSuchNumber():
                return self._not_found(match)
            case Found(tasks, by_all):
                if by_all and verb == "delete" and len(tasks) > 1:
                    question = Question("sure", verb, _ids(tasks))
                    self.memory = replace(self.memory, shown=_ids(tasks), question=question)
                    return replies.all_of_them(tasks)
                return (yield from self._carry_out(tasks, verb, value))

    def _carry_out(self, tasks: list[Task], verb: Verb, value: str) -> Steps[str]:
        """Do one thing to tasks, all at once."""
        if not tasks:
            return replies.NOTHING_TO_DO[verb]
        changing = [task for task in tasks if not _is_so(task, verb)]
        if not changing:
            self._name(tasks)
            return replies.already(tasks, completed=verb == "complete")
        outcomes = yield [_call(task, verb, value) for task in changing]
        pairs = list(zip(changing, outcomes, strict=True))
        changed = [outcome.value for _, outcome in pairs if outcome.value is not None]
        refused = [task for task, outcome in pairs if outcome.value is None]
        self._replace(changed, deleted=verb == "delete")
        self._name(changed)
        said = [replies.done(verb, changed, changing)] if changed else []
        return " ".join([*said, replies.failed(refused)] if refused else said)

    def _confirm(self, *, agreed: bool) -> Steps[str]:
        asked, self._asked = self._asked, None
        if asked is None:
            return replies.NOTHING_ASKED
        if not agreed:
            return replies.LEFT_ALONE
        tasks = yield from self._in_question(asked)
        if asked.kind == "sure":
            return (yield from self._carry_out(tasks, asked.verb, asked.value))
        return (yield from self._act(Several("that", tasks), asked.verb, asked.value))

    def _choose(self, text: str) -> Steps[str]:
        """Take what no pattern fits as the answer to a question, if one was asked."""
        asked, self._asked = self._asked, None
        if asked is None or asked.kind != "which":
            return replies.unclear(text)
        # "both" and "these" are those in question.
        memory = replace(self.memory, focus=asked.ids)
        match = find(text, (yield from self._in_question(asked)), memory)
        if isinstance(match, Missing):
            return replies.unclear(text)
        if isinstance(match, Found):
            return (yield from self._carry_out(match.tasks, asked.verb, asked.value))
        return (yield from self._act(match, asked.verb, asked.value))

    def _in_question(self, asked: Question) -> Steps[list[Task]]:
        return [task for task in (yield from self._look_up()) if task["id"] in asked.ids]

    def _look_up(self) -> Steps[list[Task]]:
        """Return the user's tasks as they are by now."""
        if self._tasks is None:
            (outcome,) = yield [Call("list_tasks", {"limit": _MOST_LOOKED_UP})]
            self._tasks = list(outcome.value["tasks"])
        return self._tasks

    def _not_found(self, missing: Missing | NoSuchNumber) -> str:
        tasks = self._tasks or []
        listed = tasks[: replies.MOST_LISTED_BESIDE]
        self.memory = replace(self.memory, shown=_ids(listed))
        return replies.nothing_fits(missing, listed, len(tasks))

    def _name(self, tasks: Sequence[Task]) -> None:
        """Remember the tasks that are spoken of."""
        self.memory = replace(self.memory, focus=_ids(tasks))

    def _replace(self, changed: Sequence[Task], *, deleted: bool) -> None:
        by_id = {task["id"]: task for task in changed}
        self._tasks = [
            by_id.get(task["id"], task)
            for task in self._tasks or []
            if not (deleted and task["id"] in by_id)
        ]


def _joined(intents: Sequence[Intent]) -> list[Intent]:
    """Make one command of additions that follow each other, and leave talk beside them out."""
    commands: list[Intent] = []
    for intent in [one for one in intents if not isinstance(one, Say)] or intents[:1]:
        if isinstance(intent, Add) and commands and isinstance(commands[-1], Add):
            commands[-1] = Add((*commands[-1].tasks, *intent.tasks))
        else:
            commands.append(intent)
    return commands


def _call(task: Task, verb: Verb, value: str) -> Call:
    match verb:
        case "complete" | "reopen":
            arguments = {"task_id": task["id"], "completed": verb == "complete"}
            return Call("complete_task", arguments)
        case "delete":
            return Call("delete_task", {"task_id": task["id"]})
        case "title" | "description":
            return Call("update_task", {"task_id": task["id"], verb: value})


def _is_so(task: Task, verb: Verb) -> bool:
    return bool(task["completed"]) == (verb == "complete") and verb in {"complete", "reopen"}


def _ids(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(task["id"] for task in tasks)
