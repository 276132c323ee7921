"""The assistant in requests and answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from src.chatbot.protocol import TOOL_NAMES
from src.schemas.answers import Answer
from src.schemas.fields import AsSentMessage, ChatText

_ToolName = Annotated[str, Field(json_schema_extra={"enum": list(TOOL_NAMES)})]


class ChatIn(BaseModel):
    """A message; without a conversation it begins a new one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "add buy milk"}]})

    message: Annotated[ChatText, AsSentMessage]
    conversation_id: UUID | None = None

    @field_validator("message")
    @classmethod
    def _refuse_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("say something")
        return value


class ChatOut(Answer):
    """The assistant's answer."""

    conversation_id: UUID
    response: str
    tool_calls: list[_ToolName] = Field(description="The tools in the order they ran.")
    status: Literal["success"] = "success"


EXAMPLE = ChatOut(
    conversation_id=UUID("8c6ad3c7-6d3a-4bb8-9b40-6d2a6c0c7f52"),
    response="Added “buy milk”.",
    tool_calls=["add_task"],
)
"""An answer, for the API's description."""
