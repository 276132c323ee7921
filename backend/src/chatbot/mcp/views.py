"""What the tools show a model of a task."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel

from src.models import Task
from src.schemas.fields import Timestamp


class TaskView(BaseModel):
    """A task as a model sees it. Title and description are the user's own words."""

    id: UUID
    title: str
    description: str | None
    completed: bool
    created_at: Timestamp

    @classmethod
    def of(cls, task: Task) -> Self:
        """Return the view of a task."""
        return cls(
            id=task.id,
            title=task.title,
            description=task.description,
            completed=task.completed,
            created_at=task.created_at,
        )


class TaskList(BaseModel):
    """Some of a user's tasks, newest first; ``total`` counts all that fit the request."""

    tasks: list[TaskView]
    total: int
