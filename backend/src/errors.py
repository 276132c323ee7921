"""Every error that a client can be told, and the one shape it is told in."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class TaskFlowError(Exception):
    """An expected failure.

    Parameters
    ----------
    message
        For a person: what is wrong and what to do. Nothing secret.
    code
        For a program; the class's own when left out.
    """

    status = HTTPStatus.BAD_REQUEST
    code = "INVALID_REQUEST"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InvalidInputError(TaskFlowError):
    """The request's content breaks a rule; the route says under which code."""

    code = ""


class UnauthorizedError(TaskFlowError):
    """No credentials, or bad ones; the code says which."""

    status = HTTPStatus.UNAUTHORIZED
    code = "INVALID_TOKEN"


class TaskNotFoundError(TaskFlowError):
    """There is no such task."""

    status = HTTPStatus.NOT_FOUND
    code = "TASK_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no task with this id.")


class TaskForbiddenError(TaskFlowError):
    """The task is another user's."""

    status = HTTPStatus.FORBIDDEN
    code = "TASK_FORBIDDEN"

    def __init__(self) -> None:
        super().__init__("This task belongs to another user.")


class ConversationNotFoundError(TaskFlowError):
    """There is no such conversation, or it is another user's."""

    status = HTTPStatus.NOT_FOUND
    code = "CONVERSATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no conversation with this id.")


class UserNotFoundError(TaskFlowError):
    """The token is good, but its user is gone."""

    status = HTTPStatus.NOT_FOUND
    code = "USER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("This account no longer exists.")


class RateLimitedError(TaskFlowError):
    """Something was done too often.

    Parameters
    ----------
    wait
        Seconds until it may be tried again.
    """

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "RATE_LIMITED"

    def __init__(self, wait: int) -> None:
        super().__init__(f"That was too often. Try again in {wait} s.")
        self.wait = wait


class ChatError(TaskFlowError):
    """The assistant could not answer."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "CHAT_ERROR"


class DatabaseAwayError(TaskFlowError):
    """The database cannot be reached at this moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The database does not answer at the moment. Try again in a second.")


class StoppingError(TaskFlowError):
    """The process ends before what was asked for can."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The server is being restarted. Try again in a second.")


class StillWorkingError(TaskFlowError):
    """The same request is being worked on, and was not done in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The same request is still being worked on. Try again in a second.")


RETRY_SOON = {"Retry-After": "1"}


def body(status: int, code: str, message: str) -> dict[str, str]:
    """Return the one shape of every error."""
    return {"error": HTTPStatus(status).phrase, "code": code, "message": message}


def codes(
    *, invalid: str = "INVALID_REQUEST", failed: str = "INTERNAL_ERROR"
) -> Callable[[Endpoint], Endpoint]:
    """Give an endpoint its own codes for invalid input (400) and for a fault of ours (500)."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["error_codes"] = {400: invalid, 500: failed}
        return endpoint

    return mark


def code_of(endpoint: object, status: int) -> str:
    """Return an endpoint's code for a status; the general one where it has none."""
    general = {400: "INVALID_REQUEST", 500: "INTERNAL_ERROR"}
    own: dict[int, str] = getattr(endpoint, "error_codes", general)
    return own[status]
