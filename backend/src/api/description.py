"""The API's own description: what FastAPI would write, as far as it is true here."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from src.api.responses import HEADERS

_TEXT = """\
To-do lists, and an assistant that works on them.

Every answer carries an `X-Request-Id`: the one that was sent, if it is 1 to 64 letters, digits,
dots, dashes or underscores, else a new one. Every error is a JSON object with the keys `error`,
`code` and `message`. Texts are Unicode without U+0000 and without lone surrogates. An address
that does not exist is answered 404 `NOT_FOUND`, a method that an address does not take 405
`METHOD_NOT_ALLOWED` with `Allow`.
"""
_TAGS = [
    {"name": "health", "description": "Whether the service is alive, ready and well."},
    {"name": "auth", "description": "Accounts and sessions."},
    {"name": "tasks", "description": "The caller's tasks."},
    {"name": "chat", "description": "The assistant."},
]


class DescribedApi(FastAPI):
    """A FastAPI application whose description promises nothing that is not sent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            description=_TEXT,
            openapi_tags=_TAGS,
            generate_unique_id_function=_name_of,
            **given,
        )

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            _forget_422(made)
            made["components"]["headers"] = HEADERS
            self.openapi_schema = made
        return self.openapi_schema


def _name_of(route: APIRoute) -> str:
    return route.name


def _forget_422(made: dict[str, Any]) -> None:
    """Drop what FastAPI promises of its own accord: bad input is a 400 of our shape."""
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
