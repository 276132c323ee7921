"""The error answers of a route, for the API's description."""

from http import HTTPStatus
from typing import Any

from src.schemas.errors import ErrorOut


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of a route's error answers; any may fail with 500 and 503."""
    named: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorOut, "description": HTTPStatus(status).phrase}
        for status in sorted({*statuses, 500, 503})
    }
    # Without it FastAPI would promise a 422 of its own shape.
    return {**named, "default": {"model": ErrorOut, "description": "Any other error"}}
