"""Puts what was done into words; the same outcome always reads the same."""

from src.chatbot.services.offline.transcript import Outcome, Task

HELP = (
    "I am TaskFlow's offline assistant: no model, but the same tools. You can say:\n"
    "- add buy milk\n"
    "- show my tasks, or show open tasks\n"
    "- complete buy milk, or reopen buy milk\n"
    "- rename buy milk to buy oat milk\n"
    "- change the description of buy milk to two bottles\n"
    "- delete buy milk"
)
GREETING = "Hello! I am the offline assistant. Say “help” to see what I understand."
WELCOME = "You are welcome."


def unclear(text: str) -> str:
    """Say that a sentence was not understood."""
    return f"I am the offline assistant and did not understand “{_short(text)}”.\n\n{HELP}"


def outcome(done: Outcome) -> str:
    """Say what a tool call did."""
    if done.value is None:
        return f"That did not work: {done.text}"
    title = "" if done.tool == "list_tasks" else f"“{done.value['title']}”"
    if done.tool == "complete_task":
        return f"Completed {title}." if done.value["completed"] else f"Reopened {title}."
    sentences = {
        "add_task": f"Added {title}.",
        "delete_task": f"Deleted {title}.",
        "update_task": _updated(done, title),
    }
    return sentences[done.tool]


def task_list(tasks: list[Task], which: str) -> str:
    """Show tasks as a numbered list."""
    kind = {"all": "", "open": "open ", "done": "completed "}[which]
    if not tasks:
        return f"You have no {kind}tasks."
    lines = [f"{number}. {_line(task)}" for number, task in enumerate(tasks, start=1)]
    noun = "task" if len(tasks) == 1 else "tasks"
    return "\n".join([f"You have {len(tasks)} {kind}{noun}:", *lines])


def which_one(reference: str, tasks: list[Task]) -> str:
    """Ask which of several tasks is meant."""
    lines = [f"- {_line(task)}" for task in tasks]
    return "\n".join([f"Several tasks fit “{reference}”. Which one do you mean?", *lines])


def no_such(reference: str, tasks: list[Task]) -> str:
    """Say that no task fits, and what there is."""
    return f"I found no task that fits “{reference}”. {task_list(tasks, 'all')}"


def _updated(done: Outcome, title: str) -> str:
    if "title" in done.arguments:
        return f"Renamed it to {title}."
    return f"Changed the description of {title}."


def _line(task: Task) -> str:
    return f"{task['title']} (done)" if task["completed"] else str(task["title"])


def _short(text: str) -> str:
    longest = 80
    return text if len(text) <= longest else text[: longest - 1] + "…"
