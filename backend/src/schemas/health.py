"""How the service is."""

from typing import Literal

from pydantic import Field

from src.schemas.answers import Answer


class Health(Answer):
    """The answer of ``/health``."""

    status: Literal["healthy", "unhealthy"] = Field(
        description="Unhealthy while the database is away."
    )
    version: str = Field(description="The version of the API.")
    environment: str = Field(description="The setting ENVIRONMENT of the backend.")
    chat_registered: bool = Field(description="Whether the assistant's endpoint is there.")


class Alive(Answer):
    """The answer of ``/health/live``."""

    status: Literal["alive"] = "alive"


class Ready(Answer):
    """The answer of ``/health/ready``."""

    status: Literal["ready"] = "ready"
