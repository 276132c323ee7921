"""One example of each answer, for the API's description."""

from datetime import UTC, datetime
from uuid import UUID

from src.schemas.auth import LoggedIn, LoggedOut, Refreshed, SignedUp, UserOut
from src.schemas.health import Alive, Health, Ready
from src.schemas.tasks import TaskOut

_MORNING = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
_ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwZDVjZjZhNCJ9.c2lnbmF0dXJl"

USER = UserOut(
    id=UUID("0d5cf6a4-8d0b-4b0b-8a50-6d2f5f1f7f10"), email="ada@example.com", created_at=_MORNING
)
SIGNED_UP = SignedUp(user=USER, token=_ACCESS)
LOGGED_IN = LoggedIn(user=USER, token=_ACCESS)
LOGGED_OUT = LoggedOut()
REFRESHED = Refreshed(token=_ACCESS)
TASK = TaskOut(
    id=UUID("5b0c2f0e-3c0e-4a53-9d4e-0a4f1c1f5a11"),
    user_id=USER.id,
    title="buy milk",
    description="two bottles",
    completed=False,
    created_at=_MORNING,
    updated_at=_MORNING,
)
HEALTHY = Health(status="healthy", version="0.1.0", environment="local", chat_registered=True)
UNHEALTHY = HEALTHY.model_copy(update={"status": "unhealthy"})
ALIVE = Alive()
READY = Ready()
