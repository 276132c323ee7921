"""What routes answer, for the API's description."""

from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from src.errors import body
from src.schemas.errors import ErrorOut

Responses = dict[int | str, dict[str, Any]]

CALLER = (
    "MISSING_AUTH_HEADER",
    "INVALID_AUTH_FORMAT",
    "INVALID_TOKEN",
    "INVALID_TOKEN_CLAIMS",
    "INVALID_SIGNATURE",
    "TOKEN_EXPIRED",
)
"""The codes of a route that wants an access token."""
OF_A_TASK = ("TASK_FORBIDDEN", "TASK_NOT_FOUND", "NOT_FOUND")
"""The codes of a route with a task's id; a slash in the id makes it another address."""

# Each code that is not a fault of ours: its status, and the sentence of such an answer.
_MEANINGS: dict[str, tuple[int, str]] = {
    "SIGNUP_ERROR": (400, "password: string should have at least 8 characters."),
    "TASK_CREATION_ERROR": (400, "title: string should have at least 1 character."),
    "TASK_UPDATE_ERROR": (400, "title: string should have at least 1 character."),
    "INVALID_MESSAGE": (400, "message: say something."),
    "INVALID_REQUEST": (400, "email: input should be a valid string."),
    "INVALID_CREDENTIALS": (401, "The email or the password is wrong."),
    "MISSING_AUTH_HEADER": (401, "Send the header Authorization: Bearer TOKEN."),
    "INVALID_AUTH_FORMAT": (401, "The header must have the form Authorization: Bearer TOKEN."),
    "INVALID_TOKEN": (401, "The token cannot be read. Log in again."),
    "INVALID_TOKEN_CLAIMS": (
        401,
        "The token does not say what an access token says. Log in again.",
    ),
    "INVALID_SIGNATURE": (401, "The token's signature is not ours. Log in again."),
    "TOKEN_EXPIRED": (401, "The token has expired. Log in again."),
    "NO_REFRESH_TOKEN": (
        401,
        "Send the refresh token as a cookie or in the body. Log in to get one.",
    ),
    "INVALID_REFRESH_TOKEN": (401, "The refresh token is not valid any more. Log in again."),
    "TASK_FORBIDDEN": (403, "This task belongs to another user."),
    "TASK_NOT_FOUND": (404, "There is no task with this id."),
    "CONVERSATION_NOT_FOUND": (404, "There is no conversation with this id."),
    "USER_NOT_FOUND": (404, "This account no longer exists."),
    "NOT_FOUND": (404, "There is nothing at this address."),
    "PAYLOAD_TOO_LARGE": (413, "The body is larger than 256 KiB."),
    "RATE_LIMITED": (429, "That was too often. Try again in 2 s."),
    "SERVICE_UNAVAILABLE": (
        503,
        "The database does not answer at the moment. Try again in a second.",
    ),
}
_FAULT = "Something went wrong on our side. Try again; the details are in our log."
# Any request may meet these, whatever its route.
_EVERYWHERE = ("PAYLOAD_TOO_LARGE", "SERVICE_UNAVAILABLE")

# Part of the description's components; answers refer to them by name.
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The id that was sent with the request, or a new one; it is in the log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "Retry-After": {
        "description": "Seconds until it is worth trying again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "Set-Cookie": {
        "description": "The refresh token, in the cookie `refresh_token`; out of reach of scripts.",
        "required": True,
        "schema": {"type": "string", "pattern": "^refresh_token="},
    },
    "Idempotency-Replayed": {
        "description": "The request repeats one with the same key, and this is its first answer.",
        "schema": {"type": "string", "const": "true"},
    },
}
TAKES_COOKIE = {
    "parameters": [
        {
            "in": "cookie",
            "name": "refresh_token",
            "description": "The refresh token; it wins over the one in the body.",
            "required": False,
            "schema": {"type": "string"},
        }
    ]
}


def gives(
    status: int,
    example: BaseModel | Sequence[BaseModel] | None,
    description: str,
    *headers: str,
) -> Responses:
    """Return the description of a route's answer where all goes well.

    Parameters
    ----------
    example
        Such an answer; none where the body is empty.
    headers
        Names of :data:`HEADERS` that are sent beside the request's id.
    """
    answer: dict[str, Any] = {"description": description, "headers": _headers(*headers)}
    if example is not None:
        answer["content"] = {"application/json": {"example": _plain(example)}}
    return {status: answer}


def errors(*codes: str, failed: str | None = "INTERNAL_ERROR") -> Responses:
    """Return the description of a route's error answers.

    Parameters
    ----------
    codes
        What it may refuse a request with.
    failed
        Its code for a fault of ours; none where there is nothing to go wrong.
    """
    sentences: dict[int, dict[str, str]] = defaultdict(dict)
    for code in (*codes, *_EVERYWHERE):
        status, sentence = _MEANINGS[code]
        sentences[status][code] = sentence
    if failed:
        sentences[500][failed] = _FAULT
    return {status: _error(status, sentences[status]) for status in sorted(sentences)}


def _error(status: int, sentences: dict[str, str]) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    waits = status in {429, 503}
    # The model brings the one shape; beside it stands what is narrower here.
    narrowed = {"error": {"const": phrase}, "code": {"enum": list(sentences)}}
    examples = {code: {"value": body(status, code, text)} for code, text in sentences.items()}
    return {
        "model": ErrorOut,
        "description": f"{phrase}: {', '.join(sentences)}",
        "headers": _headers(*(["Retry-After"] if waits else [])),
        "content": {"application/json": {"schema": {"properties": narrowed}, "examples": examples}},
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _plain(example: BaseModel | Sequence[BaseModel]) -> Any:
    if isinstance(example, BaseModel):
        return example.model_dump(mode="json")
    return [_plain(item) for item in example]
