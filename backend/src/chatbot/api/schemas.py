"""The assistant in requests and answers."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, field_validator

from src.schemas.fields import ChatText


class ChatIn(BaseModel):
    """A message; without a conversation it begins a new one."""

    message: ChatText
    conversation_id: UUID | None = None

    @field_validator("message")
    @classmethod
    def _refuse_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("say something")
        return value


class ChatOut(BaseModel):
    """The assistant's answer; ``tool_calls`` names the tools in the order they ran."""

    conversation_id: UUID
    response: str
    tool_calls: list[str]
    status: Literal["success"] = "success"
