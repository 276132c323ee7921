"""What is counted and traced of the assistant: its turns, the model's replies, the tool calls."""

from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from src.errors import ChatError, TaskFlowError
from src.observability import metrics
from src.observability.tracing import span

# As OpenTelemetry's conventions for generative AI call them.
_TOKENS = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "cache_write": "gen_ai.usage.cache_creation.input_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
}


@dataclass
class Turn:
    """A chat turn that runs; ``rounds`` is how often the model was asked, once it is done."""

    rounds: int = 0


@contextmanager
def turn() -> Iterator[Turn]:
    """Measure a chat turn."""
    running = Turn()
    started = perf_counter()
    outcome = "error"
    try:
        with span("chat turn") as opened:
            yield running
            if opened is not None:
                opened.set_attribute("taskflow.rounds", running.rounds)
        outcome = "answered"
        metrics.CHAT_TURN_ROUNDS.observe(running.rounds)
    except ChatError:
        outcome = "failed"
        raise
    except (TaskFlowError, CancelledError):  # cancelled: the process stops
        outcome = "refused"
        raise
    finally:
        metrics.CHAT_TURNS.labels(outcome).inc()
        metrics.CHAT_TURN_SECONDS.observe(perf_counter() - started)


@dataclass
class Reply:
    """A model's reply that is awaited; ``tokens`` is what it cost by direction, once known."""

    tokens: Mapping[str, int]


@contextmanager
def model_reply(model: str) -> Iterator[Reply]:
    """Measure one question to a model and its reply, which costs even where it is of no use."""
    reply = Reply({})
    known = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    started = perf_counter()
    with span(f"chat {model}", known) as opened:
        try:
            yield reply
        finally:
            metrics.MODEL_SECONDS.labels(model).observe(perf_counter() - started)
            for direction, count in reply.tokens.items():
                metrics.CHAT_TOKENS.labels(direction, model).inc(count)
                if opened is not None:
                    opened.set_attribute(_TOKENS[direction], count)


@dataclass
class ToolCall:
    """A tool call that runs; ``is_error`` is what came of it."""

    is_error: bool = True


@contextmanager
def tool_call(tool: str | None) -> Iterator[ToolCall]:
    """Measure a tool call; None for a tool that there is not, whose name a model made up."""
    name = tool or "unknown"
    call = ToolCall()
    try:
        with span(f"execute_tool {name}", {"gen_ai.tool.name": name}) as opened:
            yield call
            if opened is not None:
                opened.set_attribute("taskflow.is_error", call.is_error)
    finally:
        metrics.TOOL_CALLS.labels(name, "error" if call.is_error else "success").inc()
