"""One chat turn, from the user's message to what is kept of it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from src.chatbot.protocol import ChatModel, ModelMessage
from src.chatbot.services.agent import Answered, Event, MessageAdded, ToolCalled, converse
from src.chatbot.services.conversations import ConversationService
from src.chatbot.services.prompt import SYSTEM, today
from src.drain import Drain
from src.errors import ChatError, StoppingError
from src.models.base import now
from src.observability.chat import turn as observed_turn
from src.services.tasks import TaskService

if TYPE_CHECKING:
    from src.chatbot.mcp.toolbox import Toolbox

TURN_SECONDS = 120.0


@dataclass(frozen=True)
class ChatTurn:
    """What became of a turn; ``tool_calls`` names the tools in the order they ran."""

    conversation_id: UUID
    response: str
    tool_calls: list[str]


@dataclass
class _Record:
    """What a turn leaves behind."""

    messages: list[ModelMessage]
    tool_calls: list[str] = field(default_factory=list)
    response: str = ""

    @property
    def rounds(self) -> int:
        """How often the model was asked."""
        return sum(message.role == "assistant" for message in self.messages)

    def note(self, event: Event) -> None:
        match event:
            case MessageAdded(message):
                self.messages.append(message)
            case ToolCalled(name):
                self.tool_calls.append(name)
            case Answered(text):
                self.response = text


async def run_turn(
    conversations: ConversationService,
    tasks: TaskService,
    message: str,
    conversation_id: UUID | None,
    model: ChatModel,
    drain: Drain,
) -> ChatTurn:
    """Answer a user's message; whoever calls it commits tasks and messages together.

    Parameters
    ----------
    conversations, tasks
        The user's, in one transaction with nothing pending. No connection is held
        while the model is asked, until a tool has run.
    message
        What the user says, 1 to 10,000 characters.
    conversation_id
        The conversation to go on with; None begins one.
    model
        Who answers.
    drain
        Tells when the process stops, and the turn has to.

    Raises
    ------
    ConversationNotFoundError
        There is none with this id, or it is another user's.
    UserNotFoundError
        The account is gone.
    ChatError
        The model failed, or took longer than ``TURN_SECONDS``.
    StoppingError
        The process stops before the model has answered; nothing was changed.
    """
    with observed_turn() as observed:
        history = await conversations.history(conversation_id)
        record = await _answer(tasks, history, message, model, drain)
        kept_in = await conversations.keep(conversation_id, record.messages)
        observed.rounds = record.rounds
    return ChatTurn(kept_in, record.response, record.tool_calls)


async def _answer(
    tasks: TaskService, history: list[ModelMessage], message: str, model: ChatModel, drain: Drain
) -> _Record:
    said = {"type": "text", "text": message}
    record = _Record([ModelMessage("user", [said])])
    asked = [*history, ModelMessage("user", [today(now()), said])]
    open_toolbox = await asyncio.to_thread(_toolbox)
    deadline = asyncio.timeout(TURN_SECONDS)
    try:
        async with deadline, open_toolbox(tasks) as toolbox:
            with drain.shortens(deadline):
                async for event in converse(model, toolbox, SYSTEM, asked):
                    record.note(event)
    except TimeoutError:
        if not deadline.expired():
            raise
        if drain.has_begun:
            raise StoppingError from None
        raise ChatError("The assistant took too long. Nothing was changed; try again.") from None
    return record


def _toolbox() -> "type[Toolbox]":
    """Return the class, imported by the first turn: MCP is a third of a start and of its memory."""
    from src.chatbot.mcp.toolbox import Toolbox

    return Toolbox
