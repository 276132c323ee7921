"""The loop between a model and its tools."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.chatbot.protocol import Block, ChatModel, ModelMessage, ModelRequest
from src.errors import ChatError
from src.observability.chat import tool_call

if TYPE_CHECKING:  # see turn.py
    from src.chatbot.mcp.toolbox import Toolbox

MOST_ROUNDS = 8
"""How often the model is asked in one turn; in the last round it has to answer."""


@dataclass(frozen=True)
class ToolCalled:
    """A tool ran; ``is_error`` tells that the call could not be done."""

    name: str
    is_error: bool


@dataclass(frozen=True)
class MessageAdded:
    """The conversation grew by a message: a model's reply, or the results of its calls."""

    message: ModelMessage


@dataclass(frozen=True)
class Answered:
    """The model is done; always the last event."""

    text: str


Event = ToolCalled | MessageAdded | Answered


async def converse(
    model: ChatModel, toolbox: "Toolbox", system: str, messages: Sequence[ModelMessage]
) -> AsyncIterator[Event]:
    """Ask the model, run the tools it calls, ask again, until it answers.

    Parameters
    ----------
    model
        Who answers.
    toolbox
        What it may call, bound to one user.
    system
        Standing instructions.
    messages
        The conversation, up to the user's new message.

    Raises
    ------
    ChatError
        The model failed, said nothing, or came to no end.
    """
    conversation = list(messages)
    for round_number in range(1, MOST_ROUNDS + 1):
        must_answer = round_number == MOST_ROUNDS
        reply = await model.reply(
            ModelRequest(system, conversation, toolbox.definitions, must_answer)
        )
        conversation.append(ModelMessage("assistant", reply.content))
        yield MessageAdded(conversation[-1])
        if not reply.tool_uses:
            if not reply.text:
                raise ChatError("The assistant gave no answer. Nothing was changed; try again.")
            yield Answered(reply.text)
            return
        if must_answer:
            break
        results: list[Block] = []
        for use in reply.tool_uses:
            known = toolbox.has(use["name"])
            with tool_call(use["name"] if known else None) as observed:
                result = await _run(toolbox, use)
                observed.is_error = result.get("is_error", False)
            results.append(result)
            if known:
                yield ToolCalled(use["name"], result.get("is_error", False))
        # All results in one message and nothing else beside them, as the API requires.
        conversation.append(ModelMessage("user", results))
        yield MessageAdded(conversation[-1])
    raise ChatError("The assistant came to no end. Nothing was changed; ask for less at once.")


async def _run(toolbox: "Toolbox", use: Block) -> Block:
    """Run one tool call and return the block that tells the model what came of it."""
    outcome = await toolbox.call(use["name"], use["input"])
    result: Block = {"type": "tool_result", "tool_use_id": use["id"], "content": outcome.text}
    return {**result, "is_error": True} if outcome.is_error else result
