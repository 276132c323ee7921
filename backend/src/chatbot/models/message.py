"""Messages."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base, Identified


class Message(Identified, Base):
    """One message, as the model saw or wrote it: a list of content blocks.

    ``position`` orders a conversation's messages; ``tool_calls`` names the
    tools that the message called, in order.
    """

    __tablename__ = "message"
    __table_args__ = (Index(None, "conversation_id", "position"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Identity(always=True))
    role: Mapped[str] = mapped_column(String(16))
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tool_calls: Mapped[list[str]] = mapped_column(JSONB, default=list)
