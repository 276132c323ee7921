"""Claude, through Anthropic's SDK."""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from anthropic import APIError, AsyncAnthropic
from anthropic.types import MessageParam, ToolParam

from src.chatbot.services.protocol import ModelMessage, ModelReply, ToolDefinition
from src.config import Settings
from src.errors import ChatError

_log = structlog.get_logger()
_TIMEOUT_SECONDS = 60.0
_RETRIES = 2
_MAX_TOKENS = 2048


class ClaudeModel:
    """Asks Claude; a turn's rounds are separate requests, each retried by the SDK.

    Parameters
    ----------
    settings
        The key, the model's name and, for tests, another address.
    """

    def __init__(self, settings: Settings) -> None:
        self._model = settings.taskflow_model
        self._client = AsyncAnthropic(
            api_key=settings.anthropic_api_key.get_secret_value(),
            base_url=settings.anthropic_base_url or None,
            timeout=_TIMEOUT_SECONDS,
            max_retries=_RETRIES,
        )

    @property
    def name(self) -> str:
        """What people are told is answering."""
        return self._model

    async def reply(
        self, system: str, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition]
    ) -> ModelReply:
        """Answer the last message; see :class:`ChatModel`."""
        try:
            answer = await self._client.messages.create(
                model=self._model,
                max_tokens=_MAX_TOKENS,
                system=system,
                messages=[
                    cast("MessageParam", {"role": message.role, "content": message.content})
                    for message in messages
                ],
                tools=[cast("ToolParam", vars(tool)) for tool in tools],
            )
        except APIError as error:
            # Its text may quote the request; the log gets the kind and the status only.
            status = getattr(error, "status_code", None)
            _log.warning("model failed", kind=type(error).__name__, status=status)
            raise ChatError("The assistant cannot be reached at the moment. Try again.") from None
        if answer.stop_reason == "refusal":
            raise ChatError("The assistant declined to answer this message.")
        content = [cast("dict[str, Any]", block.to_dict(mode="json")) for block in answer.content]
        return ModelReply(content, answer.stop_reason or "end_turn")

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.close()
