"""Tasks in requests and answers."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from src.schemas.answers import Answer
from src.schemas.fields import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    AsSentText,
    AsSentTitle,
    Description,
    Timestamp,
    Title,
)

_DetailsIn = Annotated[Description, AsSentText] | None


def _describe_changes(schema: dict[str, Any]) -> None:
    """Say that something has to be given, and forget the defaults: they are never used."""
    properties = schema["properties"]
    for field in properties.values():
        field.pop("default", None)
    schema["anyOf"] = [{"required": [name]} for name in properties]
    schema["examples"] = [{"completed": True}, {"title": "buy oat milk"}]


class TaskCreate(BaseModel):
    """A new task."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "buy milk", "description": "two bottles"}]}
    )

    title: Annotated[Title, AsSentTitle]
    description: _DetailsIn = None


class TaskChanges(BaseModel):
    """Changes to a task, one at least; what was not given stays as it is."""

    model_config = ConfigDict(json_schema_extra=_describe_changes)

    title: Annotated[Title, AsSentTitle] = ""
    description: _DetailsIn = Field(default=None, description="Null removes it.")
    completed: Annotated[StrictBool, Field()] = False

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of title, description and completed")
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields that were given, by name."""
        return self.model_dump(include=self.model_fields_set)


class TaskOut(Answer):
    """A task as every endpoint shows it; the order of its keys is part of the contract."""

    id: UUID
    user_id: UUID
    title: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": TITLE_LENGTH})]
    description: Annotated[str, Field(json_schema_extra={"maxLength": DESCRIPTION_LENGTH})] | None
    completed: bool
    created_at: Timestamp
    updated_at: Timestamp
