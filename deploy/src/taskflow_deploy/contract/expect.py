"""What an answer must look like: keys in order, and the kind of each value."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_LARGEST_SKEW = timedelta(minutes=10)

Kind = Callable[[Any], bool]


def exactly(wanted: object) -> Kind:
    """Accept one value only; ``True`` is not 1."""
    return lambda value: type(value) is type(wanted) and value == wanted


def an_id(value: Any) -> bool:
    """Accept a UUID as the lower-case string that it is written as."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def a_time(value: Any) -> bool:
    """Accept a time of these minutes: UTC, whole seconds, ending in ``Z``."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:  # a thirteenth month
        return False
    return abs(datetime.now(UTC) - moment) < _LARGEST_SKEW


def a_token(value: Any) -> bool:
    """Accept a JWT."""
    return isinstance(value, str) and bool(_JWT.fullmatch(value))


def this_id(known: str | None) -> Kind:
    """Accept one id only, or any as long as an earlier step has not learned it."""
    return an_id if known is None else exactly(known)


def some_text(value: Any) -> bool:
    """Accept a text that is not empty."""
    return isinstance(value, str) and bool(value.strip())


def task(
    title: str,
    *,
    owner: str,
    task_id: str | None = None,
    completed: bool = False,
    description: str | None = None,
) -> dict[str, Kind]:
    """Return the shape of a task; without an id it is a new one."""
    return {
        "id": this_id(task_id),
        "user_id": exactly(owner),
        "title": exactly(title),
        "description": exactly(description),
        "completed": exactly(completed),
        "created_at": a_time,
        "updated_at": a_time,
    }


def user(email: str, user_id: str | None = None) -> dict[str, Kind]:
    """Return the shape of an account; without an id it is a new one."""
    return {"id": this_id(user_id), "email": exactly(email), "created_at": a_time}


def error(code: str) -> dict[str, Kind]:
    """Return the shape of an error."""
    return {"error": some_text, "code": exactly(code), "message": some_text}


def difference(value: Any, shape: Any, place: str = "body") -> str | None:
    """Return the first place where a value has not the shape, or None.

    A shape is a dictionary (exactly these keys, in this order), a list (items
    in this order) or a function that accepts a value.
    """
    if isinstance(shape, dict):
        return _object_difference(value, shape, place)
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) != len(shape):
            return f"{place} is not a list of {len(shape)}"
        found = (
            difference(item, wanted, f"{place}[{number}]")
            for number, (item, wanted) in enumerate(zip(value, shape, strict=True))
        )
        return next((text for text in found if text), None)
    return None if shape(value) else f"{place} is {value!r}"


def _object_difference(value: Any, shape: dict[str, Any], place: str) -> str | None:
    if not isinstance(value, dict):
        return f"{place} is not an object"
    if list(value) != list(shape):
        return f"{place} has the keys {list(value)}, not {list(shape)}"
    found = (difference(value[key], shape[key], f"{place}.{key}") for key in shape)
    return next((text for text in found if text), None)
