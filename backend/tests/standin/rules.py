"""How the API says no, and the checks that everything else is made of."""

from collections.abc import Collection
from typing import Any

JsonObject = dict[str, Any]


class RefusedError(Exception):
    """The API refuses a request.

    Parameters
    ----------
    message
        What the API would say.
    status, kind
        The status and the error's type; of an invalid request when left out.
    """

    def __init__(
        self, message: str, status: int = 400, kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind


def require(truth: object, message: str) -> None:
    """Refuse the request unless something holds."""
    if not truth:
        raise RefusedError(message)


def as_object(value: object, place: str) -> JsonObject:
    """Return a JSON object, or refuse what is none."""
    if not isinstance(value, dict):
        raise RefusedError(f"{place}: Input should be a valid dictionary")
    return value


def as_text(value: object, place: str) -> str:
    """Return a text, or refuse what is none."""
    if not isinstance(value, str):
        raise RefusedError(f"{place}: Input should be a valid string")
    return value


def as_list(value: object, place: str) -> list[Any]:
    """Return a list, or refuse what is none."""
    if not isinstance(value, list):
        raise RefusedError(f"{place}: Input should be a valid list")
    return value


def check_keys(
    given: JsonObject, place: str, *, required: Collection[str], optional: Collection[str] = ()
) -> None:
    """Refuse an object that lacks a key or has one that the API does not know."""
    for name in required:
        require(name in given, f"{place}{name}: Field required")
    for name in given:
        known = name in required or name in optional
        require(known, f"{place}{name}: Extra inputs are not permitted")


def check_cache_control(given: JsonObject, place: str) -> None:
    """Check an object's ``cache_control``, if it has one."""
    if given.get("cache_control") is None:
        return
    place = f"{place}cache_control"
    control = as_object(given["cache_control"], place)
    check_keys(control, f"{place}.", required=["type"], optional=["ttl"])
    require(control["type"] == "ephemeral", f"{place}.type: Input should be 'ephemeral'")
    require(control.get("ttl", "5m") in {"5m", "1h"}, f"{place}.ttl: Input should be '5m' or '1h'")


def check_text_block(block: JsonObject, place: str) -> None:
    """Check a block of type ``text``."""
    check_keys(
        block, f"{place}.text.", required=["type", "text"], optional=["cache_control", "citations"]
    )
    check_text(as_text(block["text"], f"{place}.text.text"))
    check_cache_control(block, f"{place}.text.")


def check_text(text: str) -> None:
    """Refuse a text that says nothing."""
    require(text, "messages: text content blocks must be non-empty")
    require(text.strip(), "messages: text content blocks must contain non-whitespace text")
