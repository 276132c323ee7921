"""Accounts."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base, Updated


class User(Updated, Base):
    """An account; its email is kept in lower case."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
