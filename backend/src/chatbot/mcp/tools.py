"""The five tools. Their docstrings are written for a model: it reads nothing else."""

from typing import Annotated, Any, Literal
from uuid import UUID

from mcp.server.mcpserver import Context, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import Field

from src.chatbot.mcp.views import TaskList, TaskView
from src.errors import TaskForbiddenError, TaskNotFoundError
from src.schemas.fields import Description, Title
from src.schemas.tasks import TaskChanges
from src.services.tasks import TaskService

MOST_LISTED = 500


def tasks_of_turn(context: Context[Any, Any]) -> TaskService:
    """Return the task service that the server was bound to; no model can choose it."""
    tasks: TaskService = context.request_context.lifespan_context
    return tasks


Tasks = Annotated[TaskService, Resolve(tasks_of_turn)]
TaskId = Annotated[
    UUID, Field(description="The task's id, exactly as list_tasks or add_task gave it.")
]


async def add_task(
    tasks: Tasks,
    title: Annotated[
        Title, Field(description="What is to be done, in the user's words, without its details.")
    ],
    description: Annotated[
        Description | None, Field(description="Details that the user gave, if any.")
    ] = None,
) -> TaskView:
    """Add one open task to the user's list and return it.

    Call it once for each task; several calls may be made at once. It does not
    look for duplicates: do not repeat a call that succeeded.
    """
    return TaskView.of(await tasks.create(title, description))


async def list_tasks(
    tasks: Tasks,
    status: Annotated[
        Literal["all", "open", "done"], Field(description="Which tasks: all, open or done.")
    ] = "all",
    search: Annotated[
        str,
        Field(description="Only tasks whose title contains this text; empty for all of them."),
    ] = "",
    limit: Annotated[
        int, Field(ge=1, le=MOST_LISTED, description="How many to return at most.")
    ] = 100,
) -> TaskList:
    """List the user's tasks, newest first, with their ids.

    Call it before you change, complete or delete a task whose id you do not have
    from this conversation. `total` tells how many tasks fit; when it is larger
    than what you got, narrow the request with `status` or `search`.
    """
    wanted = search.casefold().strip()
    fitting = [
        task
        for task in await tasks.list_all()
        if status == "all" or task.completed == (status == "done")
        if wanted in task.title.casefold()
    ]
    return TaskList(tasks=[TaskView.of(task) for task in fitting[:limit]], total=len(fitting))


async def update_task(
    tasks: Tasks,
    task_id: TaskId,
    title: Annotated[
        Title | None, Field(description="The new title; leave out to keep it.")
    ] = None,
    description: Annotated[
        Description | None,
        Field(description="The new description; leave out to keep it, empty to remove it."),
    ] = None,
) -> TaskView:
    """Change the title or the description of a task and return it.

    What is left out stays as it is. To mark a task as done, use complete_task.
    """
    changes: dict[str, str | None] = {}
    if title is not None:
        changes["title"] = title
    if description is not None:
        changes["description"] = description or None
    if not changes:
        raise ToolError("Nothing to change was given. Give a new title, a description, or both.")
    return await _update(tasks, task_id, TaskChanges.model_validate(changes))


async def complete_task(
    tasks: Tasks,
    task_id: TaskId,
    completed: Annotated[
        bool, Field(description="True marks it as done, false opens it again.")
    ] = True,
) -> TaskView:
    """Mark a task as done, or open it again, and return it. Repeating it changes nothing."""
    return await _update(tasks, task_id, TaskChanges(completed=completed))


async def delete_task(tasks: Tasks, task_id: TaskId) -> TaskView:
    """Delete a task for good and return what it was.

    Only when the user plainly asked to delete this task; a task that is done is
    completed, not deleted. Ask first when it is not clear which task is meant.
    """
    try:
        return TaskView.of(await tasks.delete(task_id))
    except (TaskNotFoundError, TaskForbiddenError):
        raise _unknown_id() from None


async def _update(tasks: TaskService, task_id: UUID, changes: TaskChanges) -> TaskView:
    try:
        return TaskView.of(await tasks.update(task_id, changes))
    except (TaskNotFoundError, TaskForbiddenError):
        raise _unknown_id() from None


def _unknown_id() -> ToolError:
    # The same words for another user's task: its existence is none of the model's business.
    return ToolError(
        "The user has no task with this id. Call list_tasks and use an id from its answer."
    )


def _hints(*, reads: bool = False, destroys: bool = False, repeats: bool = True) -> ToolAnnotations:
    return ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=destroys,
        idempotent_hint=repeats,
        open_world_hint=False,
    )


# Built once: the schemas do not depend on the user.
TOOLS = [
    Tool.from_function(add_task, title="Add a task", annotations=_hints(repeats=False)),
    Tool.from_function(list_tasks, title="List tasks", annotations=_hints(reads=True)),
    Tool.from_function(update_task, title="Change a task", annotations=_hints()),
    Tool.from_function(complete_task, title="Complete a task", annotations=_hints()),
    Tool.from_function(delete_task, title="Delete a task", annotations=_hints(destroys=True)),
]
