"""What every model is to the assistant: content blocks in, content blocks out.

The blocks are those of Claude's Messages API as plain dictionaries, so that a
conversation can be kept, replayed and handed to another model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Block = dict[str, Any]

TOOL_NAMES = ("add_task", "list_tasks", "update_task", "complete_task", "delete_task")
"""What a model can call; the contract names them."""

OWN_BLOCK = "taskflow_"
"""Types that begin so are our own: kept with the conversation, never sent to Claude."""


@dataclass(frozen=True)
class ModelMessage:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: list[Block]

    @property
    def is_spoken(self) -> bool:
        """Whether a user said it; tool results come under the same role."""
        return self.role == "user" and any(block["type"] == "text" for block in self.content)


@dataclass(frozen=True)
class ToolDefinition:
    """A tool that the model may call; ``input_schema`` is a JSON schema."""

    name: str
    description: str
    input_schema: dict[str, Any]


@dataclass(frozen=True)
class ModelRequest:
    """What a model is asked.

    Attributes
    ----------
    system
        Standing instructions, the same for every turn.
    messages
        The conversation; the last message is the user's, or tool results.
    tools
        What it may call.
    must_answer
        Whether it has to answer now, without another tool call.
    """

    system: str
    messages: Sequence[ModelMessage]
    tools: Sequence[ToolDefinition]
    must_answer: bool = False


@dataclass(frozen=True)
class Usage:
    """What a reply cost, in tokens; nothing where no model was asked.

    What was written to the model's prompt cache, or read from it, is input that
    ``input_tokens`` does not count.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None

    @property
    def by_direction(self) -> dict[str, int]:
        """Each kind of token that was used; they have different prices."""
        counts = {
            "input": self.input_tokens,
            "output": self.output_tokens,
            "cache_write": self.cache_creation_input_tokens,
            "cache_read": self.cache_read_input_tokens,
        }
        return {direction: count for direction, count in counts.items() if count}


@dataclass(frozen=True)
class ModelReply:
    """What a model answered.

    Attributes
    ----------
    content
        Blocks to keep unchanged, those of unknown types as well.
    stop_reason
        ``tool_use`` where it waits for tools, ``end_turn`` where it has answered.
    usage
        What it cost.
    """

    content: list[Block]
    stop_reason: Literal["end_turn", "tool_use"]
    usage: Usage = field(default_factory=Usage)

    @property
    def tool_uses(self) -> list[Block]:
        """The tool calls, in order."""
        return [block for block in self.content if block["type"] == "tool_use"]

    @property
    def text(self) -> str:
        """What the user reads. It need not come first: a model may think before."""
        texts = (block["text"].strip() for block in self.content if block["type"] == "text")
        return "\n\n".join(text for text in texts if text)


class ChatModel(Protocol):
    """A model that can hold a conversation and call tools."""

    @property
    def name(self) -> str:
        """What people are told is answering."""

    async def reply(self, request: ModelRequest) -> ModelReply:
        """Answer the last message, or ask for tools.

        Raises
        ------
        ChatError
            There is no usable reply: the model cannot be reached, declines, or
            was cut off. Its message is for the user.
        """

    async def aclose(self) -> None:
        """Let go of connections."""
