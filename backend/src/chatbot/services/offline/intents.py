"""What a user may want."""

from dataclasses import dataclass
from typing import Literal

Which = Literal["all", "open", "done"]


@dataclass(frozen=True)
class NewTask:
    """A task to be added."""

    title: str
    description: str | None = None


@dataclass(frozen=True)
class Add:
    """Add tasks; none where the user did not say which."""

    tasks: tuple[NewTask, ...]


@dataclass(frozen=True)
class Show:
    """Show tasks."""

    which: Which


@dataclass(frozen=True)
class Find:
    """Show the tasks that fit some words."""

    words: str


@dataclass(frozen=True)
class Complete:
    """Mark a task as done, or open it again."""

    target: str
    completed: bool = True


@dataclass(frozen=True)
class Change:
    """Give a task another title or description.

    ``readings`` are the ways to tell target and value apart where the connecting
    word stands more than once: "rename go to town to go home".
    """

    field: Literal["title", "description"]
    readings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Delete:
    """Delete a task."""

    target: str


@dataclass(frozen=True)
class Say:
    """Talk that no task has a part in."""

    about: Literal["help", "greeting", "thanks"]


@dataclass(frozen=True)
class Confirm:
    """Yes or no to what the assistant asked."""

    agreed: bool


@dataclass(frozen=True)
class Unclear:
    """What no pattern fits; it may still answer a question of the assistant."""

    text: str


Intent = Add | Show | Find | Complete | Change | Delete | Say | Confirm | Unclear
