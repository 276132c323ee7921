"""The last resort: whatever was not foreseen becomes an answer of the one shape."""

import asyncio

import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.database import is_away
from src.errors import RETRY_SOON, DatabaseAwayError, StoppingError, TaskFlowError, body, code_of
from src.observability.metrics import database_failed

_log = structlog.get_logger()


class FailureMiddleware:
    """Answers 503 where the database is away or the process stops, 500 for a fault of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except asyncio.CancelledError:
            # The server gives up what runs shortly before it ends.
            if started or not scope["app"].state.taskflow.drain.has_begun:
                raise
            await _unavailable(StoppingError())(scope, receive, send)
        except Exception as error:  # the last resort catches all
            if started:
                raise
            await _answer(scope, error)(scope, receive, send)


def _answer(scope: Scope, error: Exception) -> JSONResponse:
    if is_away(error):
        database_failed(pool_timeout=isinstance(error, PoolTimeoutError))
        _log.warning("database away", reason=type(error).__name__)
        return _unavailable(DatabaseAwayError())
    _log.error("request failed", exc_info=error)
    code = code_of(scope.get("endpoint"), 500)
    message = "Something went wrong on our side. Try again; the details are in our log."
    return JSONResponse(body(500, code, message), 500)


def _unavailable(error: TaskFlowError) -> JSONResponse:
    return JSONResponse(body(error.status, error.code, error.message), error.status, RETRY_SOON)
