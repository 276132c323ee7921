"""One chat turn: ask the model, run the tools it calls, ask again, until it answers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from mcp import Client
from mcp_types import TextContent
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from src.chatbot.mcp.tools import TaskTools
from src.chatbot.models import Conversation, Message
from src.chatbot.services.prompt import SYSTEM, user_text
from src.chatbot.services.protocol import Block, ChatModel, ModelMessage, ToolDefinition
from src.errors import ChatError, ConversationNotFoundError, UserNotFoundError
from src.repositories import conversations
from src.services.tasks import TaskService

MOST_ROUNDS = 8
_HISTORY = 60


@dataclass(frozen=True)
class ToolCalled:
    """The model called a tool."""

    name: str


@dataclass(frozen=True)
class ChatTurn:
    """What became of a turn: the last event of it."""

    conversation_id: UUID
    response: str
    tool_calls: list[str]


async def run_turn(
    session: AsyncSession,
    user_id: UUID,
    message: str,
    conversation_id: UUID | None,
    model: ChatModel,
) -> ChatTurn:
    """Run a turn to its end; parameters and errors are those of :func:`turn_events`."""
    ended: ChatTurn | None = None
    async for event in turn_events(session, user_id, message, conversation_id, model):
        if isinstance(event, ChatTurn):
            ended = event
    if ended is None:
        raise ChatError("The assistant gave no answer. Try again.")
    return ended


async def turn_events(
    session: AsyncSession,
    user_id: UUID,
    message: str,
    conversation_id: UUID | None,
    model: ChatModel,
) -> AsyncIterator[ToolCalled | ChatTurn]:
    """Run a turn and say what happens as it happens.

    All it changes, tasks and messages alike, is committed once at its end; a
    turn that fails leaves nothing behind.

    Parameters
    ----------
    session
        A transaction of its own.
    user_id
        Whose tasks, from the verified token.
    message
        What the user says.
    conversation_id
        The conversation to go on with; None begins one.
    model
        Who answers.

    Raises
    ------
    ConversationNotFoundError
        There is none with this id, or it is another user's.
    ChatError
        The model failed, or called tools without an end.
    """
    conversation = await _conversation(session, user_id, conversation_id)
    history = [_as_model_message(m) for m in await _history(session, conversation)]
    new = [ModelMessage("user", [{"type": "text", "text": user_text(message)}])]
    called: list[str] = []
    tools = TaskTools(TaskService(session, user_id))
    async with Client(tools.server) as client:
        definitions = await _definitions(client)
        for _ in range(MOST_ROUNDS):
            reply = await model.reply(SYSTEM, [*history, *new], definitions)
            new.append(ModelMessage("assistant", reply.content))
            if not reply.tool_uses:
                break
            results: list[Block] = []
            for use in reply.tool_uses:
                called.append(use["name"])
                yield ToolCalled(use["name"])
                results.append(await _call(client, tools, use))
            new.append(ModelMessage("user", results))
        else:
            raise ChatError("The assistant did not come to an end. Ask for less at once.")
    if not reply.text:
        raise ChatError("The assistant gave no answer. Try again.")
    for part in new:
        names = [block["name"] for block in part.content if block["type"] == "tool_use"]
        await conversations.add_message(session, conversation, part.role, part.content, names)
    await session.commit()
    yield ChatTurn(conversation.id, reply.text, called)


async def _conversation(
    session: AsyncSession, user_id: UUID, conversation_id: UUID | None
) -> Conversation:
    if conversation_id is None:
        try:
            return await conversations.begin(session, user_id)
        except IntegrityError:
            raise UserNotFoundError from None
    found = await conversations.lock(session, conversation_id, user_id)
    if found is None:
        raise ConversationNotFoundError
    return found


async def _history(session: AsyncSession, conversation: Conversation) -> Sequence[Message]:
    """Return what was said lately, beginning with a user's own words."""
    messages = await conversations.messages_of(session, conversation, _HISTORY)
    for number, message in enumerate(messages):
        if message.role == "user" and message.content[0]["type"] == "text":
            return messages[number:]
    return []


def _as_model_message(message: Message) -> ModelMessage:
    return ModelMessage(message.role, message.content)


async def _definitions(client: Client) -> list[ToolDefinition]:
    listed = await client.list_tools()
    return [
        ToolDefinition(tool.name, tool.description or "", tool.input_schema)
        for tool in listed.tools
    ]


async def _call(client: Client, tools: TaskTools, use: Block) -> Block:
    """Run one tool call and return the block that tells the model what came of it."""
    result = await client.call_tool(use["name"], use["input"])
    if tools.fault is not None:
        raise tools.fault
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    block: Block = {"type": "tool_result", "tool_use_id": use["id"], "content": text}
    return {**block, "is_error": True} if result.is_error else block
