"""The error answers of a route, for the API's description."""

from http import HTTPStatus
from typing import Any

from src.schemas.errors import ErrorOut


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of a route's error answers."""
    always = (400, 500, 503)
    return {
        status: {"model": ErrorOut, "description": HTTPStatus(status).phrase}
        for status in sorted({*always, *statuses})
    }
