"""Claude, through Anthropic's Messages API."""

from collections.abc import Sequence
from typing import Any, cast

import httpx2
import structlog
from anthropic import (
    AnthropicError,
    APIConnectionError,
    APIStatusError,
    AsyncAnthropic,
    DefaultAsyncHttpxClient,
)
from anthropic.types import (
    MessageParam,
    ToolChoiceAutoParam,
    ToolChoiceNoneParam,
    ToolUnionParam,
)
from pydantic import BaseModel, ValidationError, field_validator

from src.chatbot.protocol import (
    OWN_BLOCK,
    Block,
    ModelMessage,
    ModelReply,
    ModelRequest,
    Usage,
)
from src.errors import ChatError
from src.observability.chat import model_reply

_log = structlog.get_logger()
_OFFICIAL_API = "https://api.anthropic.com"
_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)  # seconds, for each try
_RETRIES = 2
_MAX_TOKENS = 4096  # what a reply may have, thinking included
_ANY_TOOLS = ToolChoiceAutoParam(type="auto")
_NO_TOOLS = ToolChoiceNoneParam(type="none")
_THINKING = {"thinking", "redacted_thinking"}
_TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500

_BUSY = "The assistant is busy. Nothing was changed; try again in a minute."
_UNAVAILABLE = "The assistant is not available at the moment. Nothing was changed; try again later."
# Why a reply may end without being one, and what the user can do about it.
_STOPPED = {
    "refusal": "The assistant declined to answer this. Nothing was changed; say it in other words.",
    "max_tokens": "The answer became too long. Nothing was changed; ask for less at once.",
    "model_context_window_exceeded": (
        "This conversation became too long. Nothing was changed; begin a new one."
    ),
}


class _Answer(BaseModel):
    """What we read of an answer; its blocks stay as they came."""

    content: list[Block]
    stop_reason: str
    usage: Usage

    @field_validator("content")
    @classmethod
    def _check_blocks(cls, blocks: list[Block]) -> list[Block]:
        fields: dict[str, dict[str, type]] = {
            "text": {"text": str},
            "tool_use": {"id": str, "name": str, "input": dict},
        }
        for block in blocks:
            for name, kind in fields.get(str(block.get("type")), {"type": str}).items():
                if not isinstance(block.get(name), kind):
                    raise ValueError(f"a block has no {name}")  # noqa: TRY004 - pydantic's way
        return [_storable(block) for block in blocks]


def _storable(value: Any) -> Any:
    """Return a value without U+0000, which PostgreSQL keeps nowhere."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_storable(part) for part in value]
        case dict():
            return {_storable(name): _storable(part) for name, part in value.items()}
        case _:
            return value


class ClaudeModel:
    """Asks Claude; each request is tried up to three times by the SDK.

    Parameters
    ----------
    key
        The API key.
    model
        The model's name, such as ``claude-haiku-5-5``.
    base_url
        Where the API is, if not at Anthropic.
    """

    def __init__(self, key: str, model: str, base_url: str = "") -> None:
        self._model = model
        self._client = AsyncAnthropic(
            api_key=key,
            base_url=base_url.strip() or _OFFICIAL_API,
            timeout=_TIMEOUT,
            max_retries=_RETRIES,
            # Whoever answers with another address gets neither the key nor what users wrote.
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),
            # Our own spans say what it does, and nobody else need know of them.
            open_telemetry={"traces": False, "propagation": False},
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    async def reply(self, request: ModelRequest) -> ModelReply:
        """Answer the last message; see :class:`ChatModel`."""
        with model_reply(self._model) as observed:
            answer = await self._ask(request)
            observed.tokens = answer.usage.by_direction
            _log.info("model answered", model=self._model, **vars(answer.usage))
            return _read(answer)

    async def _ask(self, request: ModelRequest) -> _Answer:
        try:
            response = await self._client.messages.with_raw_response.create(
                model=self._model,
                max_tokens=_MAX_TOKENS,
                system=request.system,
                messages=_sendable(request.messages),
                tools=[cast("ToolUnionParam", vars(tool)) for tool in request.tools],
                tool_choice=_NO_TOOLS if request.must_answer else _ANY_TOOLS,
                cache_control={"type": "ephemeral"},
            )
            return _Answer.model_validate_json(await response.read())
        except AnthropicError as error:
            raise _failed(error) from None
        except ValidationError as error:
            _log.error("model answered nonsense", model=self._model, problems=error.error_count())
            raise ChatError(_UNAVAILABLE) from None

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.close()


def _sendable(messages: Sequence[ModelMessage]) -> list[MessageParam]:
    """Return the messages without blocks that the API would refuse from us."""
    spoken = [number for number, message in enumerate(messages) if message.is_spoken]
    turn = spoken[-1] if spoken else 0
    sendable = [
        {
            "role": message.role,
            "content": [block for block in message.content if _is_for_claude(block, number < turn)],
        }
        for number, message in enumerate(messages)
    ]
    return cast("list[MessageParam]", sendable)


def _is_for_claude(block: Block, is_earlier: bool) -> bool:
    kind: str = block["type"]
    if kind in _THINKING:
        # Signed by the model that did it. Within a turn it goes back unchanged; that of
        # earlier turns is not needed, and another model would refuse it.
        return not is_earlier
    if kind == "text":
        # It may come from Claude without a word in it, but not go back so.
        return bool(block["text"].strip())
    return not kind.startswith(OWN_BLOCK)


def _read(answer: _Answer) -> ModelReply:
    calls = any(block["type"] == "tool_use" for block in answer.content)
    match answer.stop_reason:
        case "tool_use" if calls:
            return ModelReply(answer.content, "tool_use", answer.usage)
        case "end_turn" | "stop_sequence" if not calls:
            return ModelReply(answer.content, "end_turn", answer.usage)
        case reason:
            _log.warning("model stopped", reason=reason)
            raise ChatError(_STOPPED.get(reason, _UNAVAILABLE))


def _failed(error: AnthropicError) -> ChatError:
    """Return what to tell the user. The error's text may quote the request: it is not logged."""
    status = error.status_code if isinstance(error, APIStatusError) else None
    request_id = error.request_id if isinstance(error, APIStatusError) else None
    _log.warning("model failed", kind=type(error).__name__, status=status, request_id=request_id)
    busy = isinstance(error, APIConnectionError) or (
        status is not None and (status == _TOO_MANY_REQUESTS or status >= _SERVER_FAULT)
    )
    return ChatError(_BUSY if busy else _UNAVAILABLE)
