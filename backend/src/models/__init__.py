"""Tables of accounts and tasks."""

from src.models.base import Base
from src.models.session import RefreshToken, RevokedToken, SessionFamily
from src.models.task import Task
from src.models.user import User

__all__ = ["Base", "RefreshToken", "RevokedToken", "SessionFamily", "Task", "User"]
