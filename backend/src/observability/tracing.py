"""Spans of requests, chat turns, model and tool calls; nothing at all without a collector.

What needs OpenTelemetry's SDK is in :mod:`src.observability.otlp`, which is only
imported where a collector is set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from src.config import Settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanKind, Tracer

Attributes = Mapping[str, str | int]

_tracer: Tracer | None = None


@asynccontextmanager
async def running(settings: Settings, version: str) -> AsyncIterator[None]:
    """Send spans to the collector that the settings name, if they do, while the context lasts.

    Parameters
    ----------
    settings
        Say where the collector is.
    version
        The service's.
    """
    global _tracer  # noqa: PLW0603 - one a process, as the driver's instrumentation is
    if not settings.otel_exporter_otlp_endpoint:
        yield
        return
    from src.observability.otlp import Pipeline

    pipeline = Pipeline(settings.otel_exporter_otlp_endpoint, version)
    _tracer = pipeline.tracer
    try:
        yield
    finally:
        _tracer = None
        await pipeline.stop()


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    parent: Context | None = None,
    kind: SpanKind | None = None,
) -> Iterator[Span | None]:
    """Record what happens in the context as a span; None where nothing is recorded.

    Of an error that passes through, only its type is kept: its text may quote a user.

    Parameters
    ----------
    name
        One of few: no id, and nothing that a user wrote.
    attributes
        What is known of it from the start.
    parent
        Where it belongs, if not to the span that is open.
    kind
        What it is for others: internal, unless another is named.
    """
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind, StatusCode

    with _tracer.start_as_current_span(
        name,
        context=parent,
        kind=kind or SpanKind.INTERNAL,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__qualname__)
            opened.set_status(StatusCode.ERROR)
            raise
