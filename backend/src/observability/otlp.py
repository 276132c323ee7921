"""How spans reach a collector, by OTLP over HTTP; imported only where there is one."""

import asyncio
import logging
import threading
from collections.abc import MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import (
    INVALID_SPAN,
    Span,
    Tracer,
    format_span_id,
    format_trace_id,
    get_current_span,
)

_log = structlog.get_logger()
_SERVICE = "taskflow-backend"
_TRACES = "/v1/traces"
_STOP_SECONDS = 3.0
_CURE = "See whether the collector runs, and whether OTEL_EXPORTER_OTLP_ENDPOINT is its address."


class Pipeline:
    """What records spans, keeps them for a moment, and sends them in batches.

    It is not made the process's global one: libraries that find that one would add spans
    of their own, with what users wrote in them.

    Parameters
    ----------
    endpoint
        The collector's address, without the path of its traces.
    version
        The service's.
    """

    def __init__(self, endpoint: str, version: str) -> None:
        # Of an outage we tell once, ourselves; the SDK would tell with every batch.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._exporter = _Telling(OTLPSpanExporter(f"{endpoint.rstrip('/')}{_TRACES}"))
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: _SERVICE, SERVICE_VERSION: version}),
            shutdown_on_exit=False,  # or the end would wait for a collector that is gone
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self.tracer: Tracer = self._provider.get_tracer("taskflow", version)
        self._driver = AsyncPGInstrumentor()  # type: ignore[no-untyped-call]
        self._driver.instrument(tracer_provider=_Statements(self.tracer), skip_dep_check=True)

    async def stop(self) -> None:
        """Send what is left, for a few seconds at most."""
        self._driver.uninstrument()
        loop = asyncio.get_running_loop()
        sent = asyncio.Event()

        def send() -> None:
            self._provider.shutdown()
            try:
                loop.call_soon_threadsafe(sent.set)
            except RuntimeError:
                return  # nobody waits any more: the loop has ended

        threading.Thread(target=send, name="last spans", daemon=True).start()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await sent.wait()
        except TimeoutError:
            self._exporter.shutdown()  # what waits for its next try gives up
            _log.warning("last traces are lost", cure=_CURE)


def add_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add to a log line which trace and span it belongs to."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format_trace_id(context.trace_id)
        event["span_id"] = format_span_id(context.span_id)
    return event


class _Statements:
    """Records the driver's statements, as the tracer and its provider that the driver is given.

    Left to itself, the driver's instrumentation would add the text of errors, in which
    PostgreSQL quotes rows; and traces of what no request asked for.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def get_tracer(self, *_: Any, **__: Any) -> Self:
        return self

    def start_as_current_span(self, name: str, **given: Any) -> AbstractContextManager[Span]:
        if not get_current_span().get_span_context().is_valid:
            return nullcontext(INVALID_SPAN)
        return self._tracer.start_as_current_span(
            name.rstrip(";"), **given, record_exception=False, set_status_on_exception=False
        )


class _Telling(SpanExporter):
    """Says in the log when the collector stops taking spans, and when it takes them again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._works = True
        self._is_over = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        works = result is SpanExportResult.SUCCESS
        if works == self._works or self._is_over:
            return result
        if works:
            _log.info("traces are delivered again")
        else:
            _log.warning("traces are lost", cure=_CURE)
        self._works = works
        return result

    def shutdown(self) -> None:
        self._is_over = True
        self._exporter.shutdown()
