"""Conversations."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base, Updated


class Conversation(Updated, Base):
    """What one user and the assistant said to each other."""

    __tablename__ = "conversation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
