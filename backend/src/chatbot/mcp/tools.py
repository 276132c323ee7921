"""The five tools. Who the user is was settled before: no tool has a say in it."""

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Literal, ParamSpec
from uuid import UUID

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from src.errors import TaskFlowError
from src.models import Task
from src.schemas.fields import Description, Title
from src.schemas.tasks import TaskChanges
from src.services.tasks import TaskService

Arguments = ParamSpec("Arguments")
TaskId = Annotated[UUID, Field(description="The id of the task, as list_tasks shows it.")]


class TaskTools:
    """An MCP server with one user's tools, for one turn.

    Attributes
    ----------
    server
        The server to connect a client to.
    fault
        The first unforeseen error inside a tool. The model never sees it; the
        turn ends with it.
    """

    def __init__(self, tasks: TaskService) -> None:
        self._tasks = tasks
        self.fault: Exception | None = None
        self.server = MCPServer("taskflow")
        read = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        add = ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=False,
            open_world_hint=False,
        )  # fmt: skip
        change = add.model_copy(update={"idempotent_hint": True})
        remove = change.model_copy(update={"destructive_hint": True})
        for tool, annotations in (
            (self.add_task, add),
            (self.list_tasks, read),
            (self.update_task, change),
            (self.complete_task, change),
            (self.delete_task, remove),
        ):
            register = self.server.tool(annotations=annotations, structured_output=False)
            register(self._guarded(tool))

    async def add_task(
        self,
        title: Annotated[Title, Field(description="What is to be done, in a few words.")],
        description: Annotated[Description | None, Field(description="Details, if any.")] = None,
    ) -> str:
        """Add one task to the user's list. Call it once for every task."""
        return _shown(await self._tasks.create(title, description))

    async def list_tasks(
        self,
        filter: Annotated[  # noqa: A002 - the name that the model sees
            Literal["all", "open", "done"], Field(description="Which tasks to show.")
        ] = "all",
    ) -> str:
        """List the user's tasks, newest first. Use it to find the id of a task."""
        tasks = await self._tasks.list_all()
        wanted = [task for task in tasks if filter == "all" or task.completed == (filter == "done")]
        return json.dumps([_facts(task) for task in wanted], ensure_ascii=False)

    async def update_task(
        self,
        task_id: TaskId,
        title: Annotated[Title | None, Field(description="The new title.")] = None,
        description: Annotated[
            Description | None, Field(description="The new description; empty to remove it.")
        ] = None,
    ) -> str:
        """Change a task's title or description. What is left out stays as it is."""
        given = {"title": title, "description": description}
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            raise ToolError("Give a new title or a new description.")
        return _shown(await self._tasks.update(task_id, TaskChanges.model_validate(changes)))

    async def complete_task(
        self,
        task_id: TaskId,
        completed: Annotated[bool, Field(description="False opens it again.")] = True,
    ) -> str:
        """Mark a task as done, or as open again."""
        changes = TaskChanges(completed=completed)
        return _shown(await self._tasks.update(task_id, changes))

    async def delete_task(self, task_id: TaskId) -> str:
        """Delete a task for good. Only when the user plainly asked for it."""
        return _shown(await self._tasks.delete(task_id))

    def _guarded(
        self, tool: Callable[Arguments, Awaitable[str]]
    ) -> Callable[Arguments, Awaitable[str]]:
        @wraps(tool)
        async def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> str:
            try:
                return await tool(*args, **kwargs)
            except ToolError:
                raise
            except TaskFlowError as error:
                raise ToolError(
                    f"{error.message} Call list_tasks to see the tasks and their ids."
                ) from None
            except Exception as error:
                self.fault = self.fault or error
                raise ToolError("The tool failed.") from None

        return call


def _facts(task: Task) -> dict[str, object]:
    return {
        "id": str(task.id),
        "title": task.title,
        "description": task.description,
        "completed": task.completed,
    }


def _shown(task: Task) -> str:
    return json.dumps(_facts(task), ensure_ascii=False)
