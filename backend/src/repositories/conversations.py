"""Conversations in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from src.chatbot.models import Conversation, Message
from src.models.base import now


async def lock(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> Conversation | None:
    """Return a user's conversation, locked until the commit: two turns never mix."""
    statement = select(Conversation).where(
        Conversation.id == conversation_id, Conversation.user_id == user_id
    )
    return await session.scalar(statement.with_for_update())


async def begin(session: AsyncSession, user_id: UUID) -> Conversation:
    """Begin a new conversation."""
    conversation = Conversation(user_id=user_id)
    session.add(conversation)
    await session.flush()
    return conversation


async def messages_of(
    session: AsyncSession, conversation: Conversation, newest: int
) -> Sequence[Message]:
    """Return the newest messages of a conversation, in order."""
    found = await session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.position.desc())
        .limit(newest)
    )
    return list(reversed(found.all()))


async def add_message(
    session: AsyncSession,
    conversation: Conversation,
    role: str,
    content: list[dict[str, Any]],
    tool_calls: list[str],
) -> None:
    """Append a message."""
    session.add(
        Message(
            conversation_id=conversation.id, role=role, content=content, tool_calls=tool_calls
        )
    )
    conversation.updated_at = now()
    await session.flush()
