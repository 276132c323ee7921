"""The MCP server of one turn: the tools, bound to one user's tasks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from src.chatbot.mcp.tools import TOOLS
from src.services.tasks import TaskService


class TaskServer(MCPServer[TaskService]):
    """Serves the tools for the user that ``tasks`` belongs to.

    Attributes
    ----------
    crash
        The first fault of ours inside a tool. A model cannot mend it and must not
        read it, so whoever drives the turn raises it.
    """

    def __init__(self, tasks: TaskService) -> None:
        @asynccontextmanager
        async def bind(_: MCPServer[TaskService]) -> AsyncIterator[TaskService]:
            yield tasks

        super().__init__("taskflow", tools=TOOLS, lifespan=bind, log_level="WARNING")
        self.crash: BaseException | None = None

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any],
        context: Context[TaskService, Any] | None = None,
    ) -> CallToolResult | InputRequiredResult:
        """Run a tool.

        Raises
        ------
        ToolError
            What a model can mend, in plain words and with what to do next.
        """
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError as error:
            self.crash = self.crash or error.__cause__
            raise
        except ToolError as error:
            raise ToolError(_in_words(error)) from error.__cause__


def _in_words(error: ToolError) -> str:
    cause = error.__cause__
    if isinstance(cause, ToolError):
        return str(cause)
    if not isinstance(cause, ValidationError):
        return str(error)
    problems = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in cause.errors(include_url=False, include_input=False)
    ]
    return f"The arguments are not valid. {'; '.join(problems)}. Correct them and call again."
