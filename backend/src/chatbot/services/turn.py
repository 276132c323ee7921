"""One chat turn, from the user's message to what is kept of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from src.chatbot.mcp.toolbox import Toolbox
from src.chatbot.models import Message
from src.chatbot.services.agent import Answered, Event, MessageAdded, ToolCalled, converse
from src.chatbot.services.prompt import SYSTEM, today
from src.chatbot.services.protocol import ChatModel, ModelMessage
from src.errors import ChatError, ConversationNotFoundError, UserNotFoundError
from src.models.base import now
from src.repositories import conversations
from src.services.tasks import TaskService

TURN_SECONDS = 120.0
_REMEMBERED = 60  # messages; a conversation may be longer than what the model is shown of it


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

    def note(self, event: Event) -> None:
        match event:
            case MessageAdded(message):
                self.messages.append(message)
            case ToolCalled(name):
                self.tool_calls.append(name)
            case Answered(text):
                self.response = text


async def run_turn(
    session: AsyncSession,
    user_id: UUID,
    message: str,
    conversation_id: UUID | None,
    model: ChatModel,
) -> ChatTurn:
    """Answer a user's message.

    All that the turn changes, tasks and messages alike, is committed once, at its
    end; a turn that fails leaves nothing.

    Parameters
    ----------
    session
        A session with nothing pending. No connection is held while the model is
        asked, until a tool has run.
    user_id
        Whose tasks and conversations, from the verified token.
    message
        What the user says, 1 to 10,000 characters.
    conversation_id
        The conversation to go on with; None begins one.
    model
        Who answers.

    Raises
    ------
    ConversationNotFoundError
        There is none with this id, or it is another user's.
    UserNotFoundError
        The account is gone.
    ChatError
        The model failed, or took longer than ``TURN_SECONDS``.
    """
    try:
        history = await _history(session, user_id, conversation_id)
        record = await _answer(session, user_id, history, message, model)
        kept_in = await _keep(session, user_id, conversation_id, record)
        await session.commit()
    except BaseException:
        await session.rollback()
        raise
    return ChatTurn(kept_in, record.response, record.tool_calls)


async def _history(
    session: AsyncSession, user_id: UUID, conversation_id: UUID | None
) -> list[ModelMessage]:
    """Return what was said before, beginning with a user's own words."""
    if conversation_id is None:
        return []
    if not await conversations.exists(session, conversation_id, user_id):
        raise ConversationNotFoundError
    stored = await conversations.newest_messages(session, conversation_id, user_id, _REMEMBERED)
    messages = [ModelMessage(_role(row), row.content) for row in stored]
    # Gives the connection back: a model may take its time.
    await session.rollback()
    for number, message in enumerate(messages):
        if message.is_spoken:
            return messages[number:]
    return []


def _role(row: Message) -> Literal["user", "assistant"]:
    return "user" if row.role == "user" else "assistant"


async def _answer(
    session: AsyncSession,
    user_id: UUID,
    history: list[ModelMessage],
    message: str,
    model: ChatModel,
) -> _Record:
    said = {"type": "text", "text": message}
    record = _Record([ModelMessage("user", [said])])
    asked = [*history, ModelMessage("user", [today(now()), said])]
    deadline = asyncio.timeout(TURN_SECONDS)
    try:
        async with deadline, Toolbox(TaskService(session, user_id)) as toolbox:
            async for event in converse(model, toolbox, SYSTEM, asked):
                record.note(event)
    except TimeoutError:
        if not deadline.expired():
            raise
        raise ChatError("The assistant took too long. Nothing was changed; try again.") from None
    return record


async def _keep(
    session: AsyncSession, user_id: UUID, conversation_id: UUID | None, record: _Record
) -> UUID:
    """Add the turn to its conversation, whose row is locked until the commit.

    Two turns of one conversation may run at the same time; each is kept whole.
    """
    if conversation_id is None:
        try:
            conversation_id = await conversations.begin(session, user_id)
        except IntegrityError:
            raise UserNotFoundError from None
    elif not await conversations.touch(session, conversation_id, user_id):
        raise ConversationNotFoundError
    rows = [
        Message(
            conversation_id=conversation_id,
            role=message.role,
            content=message.content,
            tool_calls=[block["name"] for block in message.content if block["type"] == "tool_use"],
        )
        for message in record.messages
    ]
    await conversations.append(session, rows)
    return conversation_id
