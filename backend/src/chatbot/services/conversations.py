"""What was said before, and what a turn adds to it."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from src.chatbot.models import Message
from src.chatbot.protocol import ModelMessage
from src.chatbot.repositories import conversations as repository
from src.errors import ConversationNotFoundError, UserNotFoundError

_REMEMBERED = 60  # messages; a conversation may be longer than what the model is shown of it


class ConversationService:
    """One user's conversations; whoever calls it commits.

    Parameters
    ----------
    session
        The transaction to work in.
    user_id
        The owner, from a verified token.
    """

    def __init__(self, session: AsyncSession, user_id: UUID) -> None:
        self._session = session
        self._user_id = user_id

    async def history(self, conversation_id: UUID | None) -> list[ModelMessage]:
        """Return what was said before, beginning with a user's own words.

        Afterwards no connection is held: a model may take its time.

        Raises
        ------
        ConversationNotFoundError
            There is none with this id, or it is another user's.
        """
        if conversation_id is None:
            return []
        if not await repository.exists(self._session, conversation_id, self._user_id):
            raise ConversationNotFoundError
        stored = await repository.newest_messages(
            self._session, conversation_id, self._user_id, _REMEMBERED
        )
        messages = [ModelMessage(_role(row), row.content) for row in stored]
        await self._session.rollback()
        for number, message in enumerate(messages):
            if message.is_spoken:
                return messages[number:]
        return []

    async def keep(self, conversation_id: UUID | None, messages: Sequence[ModelMessage]) -> UUID:
        """Add a turn to its conversation, or begin one with it, and return its id.

        The conversation's row is locked until the commit: two turns of one
        conversation may run at the same time, and each is kept whole.

        Raises
        ------
        ConversationNotFoundError
            The conversation is gone.
        UserNotFoundError
            The account is gone.
        """
        if conversation_id is None:
            conversation_id = await self._begin()
        elif not await repository.touch(self._session, conversation_id, self._user_id):
            raise ConversationNotFoundError
        rows = [_row(conversation_id, message) for message in messages]
        await repository.append(self._session, rows)
        return conversation_id

    async def _begin(self) -> UUID:
        try:
            return await repository.begin(self._session, self._user_id)
        except IntegrityError:
            raise UserNotFoundError from None


def _role(row: Message) -> Literal["user", "assistant"]:
    return "user" if row.role == "user" else "assistant"


def _row(conversation_id: UUID, message: ModelMessage) -> Message:
    return Message(
        conversation_id=conversation_id,
        role=message.role,
        content=message.content,
        tool_calls=[block["name"] for block in message.content if block["type"] == "tool_use"],
    )
