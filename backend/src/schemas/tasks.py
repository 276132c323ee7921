"""Tasks in requests and answers."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from src.schemas.fields import Description, Timestamp, Title


class TaskCreate(BaseModel):
    """A new task."""

    title: Title
    description: Description | None = None


class TaskChanges(BaseModel):
    """Changes to a task; what was not given stays as it is."""

    title: Title = ""
    description: Description | None = None
    completed: Annotated[StrictBool, Field()] = False

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of title, description and completed")
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields that were given, by name."""
        return self.model_dump(include=self.model_fields_set)


class TaskOut(BaseModel):
    """A task as every endpoint shows it; the order of its keys is part of the contract."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    user_id: UUID
    title: str
    description: str | None
    completed: bool
    created_at: Timestamp
    updated_at: Timestamp
