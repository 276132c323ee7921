"""Structured logs: one JSON object a line in production, readable lines in development.

Our own lines are rendered and written straight to standard output; those of the standard
library's loggers get the same form on their way there.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from src.config import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered, for all lines that it causes."""

_OUT = 1  # standard output's descriptor, whatever may stand in for sys.stdout
_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
# What PostgreSQL adds to an error may hold whole rows. It ends where something else begins.
_DETAIL = re.compile(
    r"^DETAIL: .*?(?=^(?:HINT: |\[SQL: |\(Background |The above |During handling |Traceback )|\Z)",
    re.MULTILINE | re.DOTALL,
)


Event = MutableMapping[str, Any]


class _RequestLines:
    """Writes a line as a logger does, without the four copies of it that a logger makes."""

    def __init__(self) -> None:
        self._processors: list[Processor] = []
        self._write: Callable[[Any], None] | None = None

    def configure(self, processors: list[Processor], out: "_Output", level: str) -> None:
        """Begin to write, if lines of this kind are wanted."""
        self._processors = processors
        wanted = logging.getLevelName(level.upper()) <= logging.INFO
        self._write = out.msg if wanted else None

    def write(self, line: Event) -> None:
        """Write the line of one request."""
        if self._write is None:
            return
        rendered: Any = line
        for process in self._processors:
            rendered = process(None, "info", rendered)
        self._write(rendered)


REQUEST_LINES = _RequestLines()
"""For the one line that comes with every request."""


def configure(settings: Settings) -> None:
    """Send all logs, the standard library's too, to standard output."""
    shared: list[Processor] = [
        _add_request,
        structlog.processors.add_log_level,
        _add_exception,
    ]
    if settings.otel_exporter_otlp_endpoint:
        from src.observability.otlp import add_trace

        shared.insert(1, add_trace)
    out = _Output(open(_OUT, "wb", closefd=False))  # noqa: SIM115 - as long as the process
    readable = settings.environment == "development" and sys.stdout.isatty()
    render: Processor = _Readable() if readable else _render_json
    REQUEST_LINES.configure([*shared, render], out, settings.level)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=lambda *_: out,
        cache_logger_on_first_use=True,
    )
    handler = _OutputHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda logger, name, event: render(logger, name, event).decode(),  # type: ignore[union-attr]
            ],
        )
    )
    _quieten(handler, settings.level)


def _quieten(handler: logging.Handler, level: str) -> None:
    """Let the standard library's loggers speak through the handler, some of them less."""
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Our own line a request says more, and uvicorn's would repeat it.
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False
    # The SDK's HTTP client would log every address it calls.
    for name in ("httpx", "httpx2", "anthropic", "mcp"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Output(structlog.BytesLogger):
    """Writes lines. One that cannot be written is lost: no request must fail for it."""

    __slots__ = ()

    def msg(self, message: bytes) -> None:
        with suppress(OSError):  # and there is nobody left to tell
            super().msg(message)

    debug = info = warning = error = critical = msg


class _OutputHandler(logging.Handler):
    """Sends records of the standard library's loggers the same way."""

    def __init__(self, out: _Output) -> None:
        super().__init__()
        self._write = out.msg

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(self.format(record).encode(errors="backslashreplace"))
        except Exception:  # noqa: BLE001 - a line that cannot be written must not fail its cause
            self.handleError(record)


def _add_request(_: object, __: str, event: Event) -> Event:
    if request_id := REQUEST_ID.get():
        event["request_id"] = request_id
    return event


def _add_exception(logger: object, name: str, event: Event) -> Event:
    event = structlog.processors.format_exc_info(logger, name, event)
    if text := event.get("exception"):
        event["exception"] = _DETAIL.sub("", text)
    return event


def _render_json(_: object, __: str, event: Event) -> bytes:
    event["timestamp"] = datetime.now(UTC)
    try:
        return orjson.dumps(event, default=repr, option=_JSON)
    except TypeError:  # half a character, or a number that is too long for it
        event["timestamp"] = event["timestamp"].isoformat()
        return json.dumps(event, default=repr).encode()


class _Readable:
    """Renders a line for people."""

    def __init__(self) -> None:
        self._stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        self._render = structlog.dev.ConsoleRenderer()

    def __call__(self, logger: object, name: str, event: Event) -> bytes:
        event = self._stamp(logger, name, event)
        return self._render(logger, name, event).encode(errors="backslashreplace")
