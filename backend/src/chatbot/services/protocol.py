"""What every model is to the assistant: content blocks in, content blocks out.

The blocks are those of Claude's Messages API, as plain dictionaries, so that a
conversation can be kept, replayed and handed to another model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Block = dict[str, Any]


@dataclass(frozen=True)
class ModelMessage:
    """One message: ``role`` is ``user`` or ``assistant``."""

    role: str
    content: list[Block]


@dataclass(frozen=True)
class ToolDefinition:
    """A tool that the model may call; ``input_schema`` is a JSON schema."""

    name: str
    description: str
    input_schema: dict[str, Any]


@dataclass(frozen=True)
class ModelReply:
    """What a model answered.

    Attributes
    ----------
    content
        Blocks to keep unchanged, those of unknown types as well.
    stop_reason
        Why it stopped: ``tool_use`` asks for tools, ``end_turn`` ends the turn.
    """

    content: list[Block] = field(default_factory=list)
    stop_reason: str = "end_turn"

    @property
    def tool_uses(self) -> list[Block]:
        """The tool calls, in order."""
        return [block for block in self.content if block["type"] == "tool_use"]

    @property
    def text(self) -> str:
        """What the user reads."""
        texts = [block["text"] for block in self.content if block["type"] == "text"]
        return "\n\n".join(text.strip() for text in texts if text.strip())


class ChatModel(Protocol):
    """A model that can hold a conversation and call tools."""

    @property
    def name(self) -> str:
        """What people are told is answering."""

    async def reply(
        self, system: str, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition]
    ) -> ModelReply:
        """Answer the last message.

        Raises
        ------
        ChatError
            The model cannot be reached or refuses; the message is for the user.
        """

    async def aclose(self) -> None:
        """Let go of connections."""
