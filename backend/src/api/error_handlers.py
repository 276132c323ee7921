"""The one translator from errors to answers."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from src.errors import RETRY_SOON, RateLimitedError, TaskFlowError, body, code_of

_log = structlog.get_logger()

_MESSAGES = {
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take this method."),
    413: ("PAYLOAD_TOO_LARGE", "The request is too large."),
}


def install(app: FastAPI) -> None:
    """Make every error of an application take the one shape."""
    app.add_exception_handler(TaskFlowError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _expected(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, TaskFlowError):
        raise error
    status = int(error.status)
    code = error.code or code_of(request.scope.get("endpoint"), status)
    return JSONResponse(body(status, code, error.message), status, _retry(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    code = code_of(request.scope.get("endpoint"), 400)
    return JSONResponse(body(400, code, _sentence(error)), 400)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    default = (code_of(request.scope.get("endpoint"), 400), "The request cannot be read.")
    code, message = _MESSAGES.get(error.status_code, default)
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(sorted(_methods_of(request)))}
    return JSONResponse(body(error.status_code, code, message), error.status_code, headers)


def _methods_of(request: Request) -> set[str]:
    """Return what an address takes; the route that refused knows of its own methods only."""
    return {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }


def _retry(error: TaskFlowError) -> dict[str, str] | None:
    if isinstance(error, RateLimitedError):
        return {"Retry-After": str(error.wait)}
    return RETRY_SOON if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None


def _sentence(error: RequestValidationError) -> str:
    """Say what is wrong with the first bad field, without repeating what was sent."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "The body is not valid JSON."
    place = ".".join(str(part) for part in first["loc"][1:] if isinstance(part, str))
    reason = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    reason = reason[:1].lower() + reason[1:]
    return f"{place}: {reason}." if place else f"The request is not valid: {reason}."
