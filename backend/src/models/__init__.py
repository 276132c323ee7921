"""Tables of accounts and tasks, and what requests leave behind."""

from src.models.base import Base
from src.models.idempotency import IdempotencyKey
from src.models.rate_limit import RateLimit
from src.models.session import RefreshToken, RevokedToken, SessionFamily
from src.models.task import Task
from src.models.user import User

__all__ = [
    "Base",
    "IdempotencyKey",
    "RateLimit",
    "RefreshToken",
    "RevokedToken",
    "SessionFamily",
    "Task",
    "User",
]
