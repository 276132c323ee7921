"""The client through which a model's tool calls go, in memory."""

import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from mcp import Client
from mcp_types import TextContent

from src.chatbot.mcp.server import TaskServer
from src.chatbot.protocol import ToolDefinition
from src.services.tasks import TaskService


@dataclass(frozen=True)
class ToolOutcome:
    """What a tool call gave: JSON, or what was wrong with the call."""

    text: str
    is_error: bool


class Toolbox:
    """An MCP client of a server that is bound to one user, open for one turn.

    Parameters
    ----------
    tasks
        The user's tasks, in the turn's transaction.
    """

    def __init__(self, tasks: TaskService) -> None:
        self._server = TaskServer(tasks)
        self._client = Client(self._server)
        self.definitions: list[ToolDefinition] = []

    async def __aenter__(self) -> Self:
        """Connect and learn which tools there are."""
        await self._client.__aenter__()
        listed = await self._client.list_tools()
        self.definitions = [
            ToolDefinition(tool.name, tool.description or "", tool.input_schema)
            for tool in listed.tools
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect; an error of the turn passes unchanged.

        It is kept from the client, whose task group would wrap it in a group.
        """
        await self._client.__aexit__(None, None, None)

    def has(self, name: str) -> bool:
        """Tell whether there is a tool of this name."""
        return any(tool.name == name for tool in self.definitions)

    async def call(self, name: str, arguments: dict[str, Any]) -> ToolOutcome:
        """Run a tool.

        What is wrong with the call itself is part of the outcome; a fault of
        ours, such as the loss of the database, is raised as it is.
        """
        result = await self._client.call_tool(name, arguments)
        if self._server.crash is not None:
            raise self._server.crash
        if result.structured_content is not None:
            text = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
        else:
            text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
        return ToolOutcome(text, result.is_error)
