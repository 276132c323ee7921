"""Conversations in the database, each found only through its owner."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from src.chatbot.models import Conversation, Message
from src.models.base import now


async def begin(session: AsyncSession, user_id: UUID) -> UUID:
    """Begin a conversation and return its id."""
    conversation = Conversation(user_id=user_id)
    session.add(conversation)
    await session.flush()
    return conversation.id


async def exists(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> bool:
    """Tell whether a user has this conversation."""
    statement = select(Conversation.id).where(
        Conversation.id == conversation_id, Conversation.user_id == user_id
    )
    return await session.scalar(statement) is not None


async def touch(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> bool:
    """Note that a user's conversation goes on; its row is locked until the commit.

    Returns
    -------
    Whether the user still has this conversation.
    """
    statement = (
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.user_id == user_id)
        .values(updated_at=now())
        .returning(Conversation.id)
    )
    return await session.scalar(statement) is not None


async def newest_messages(
    session: AsyncSession, conversation_id: UUID, user_id: UUID, limit: int
) -> Sequence[Message]:
    """Return the newest messages of a user's conversation, the oldest of them first."""
    found = await session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id == conversation_id, Conversation.user_id == user_id)
        .order_by(Message.position.desc())
        .limit(limit)
    )
    return list(reversed(found.all()))


async def append(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Add messages to the end of a conversation that :func:`touch` locked."""
    for message in messages:
        session.add(message)
        # One by one: the database numbers them as they come.
        await session.flush()
