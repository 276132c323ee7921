"""What an answer must look like, to the letter."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskflow_deploy.contract.expect import (
    a_time,
    a_token,
    an_id,
    difference,
    exactly,
    some_text,
    task,
    this_id,
)

_ID = "0190b3f4-7a6e-4c6b-9d4e-2f1a3b5c7d9e"
_SHAPE = {"id": exactly(1), "list": [{"name": some_text}]}


def _now(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"id": 1, "list": [{"name": "x"}]}, None),
        ({"list": [{"name": "x"}], "id": 1}, "body has the keys ['list', 'id'], not ['id'"),
        ({"id": 1}, "body has the keys ['id'], not ['id', 'list']"),
        ({"id": 1, "list": [], "more": 1}, "body has the keys ['id', 'list', 'more']"),
        ({"id": True, "list": [{"name": "x"}]}, "body.id is True"),
        ({"id": 1, "list": [{"name": " "}]}, "body.list[0].name is ' '"),
        ({"id": 1, "list": []}, "body.list is not a list of 1"),
        ({"id": 1, "list": [["name"]]}, "body.list[0] is not an object"),
        ([], "body is not an object"),
        (None, "body is not an object"),
    ],
)  # fmt: skip
def test_the_first_difference_is_named_with_its_place(value: Any, found: str | None) -> None:
    told = difference(value, _SHAPE)
    assert (told is None) if found is None else str(told).startswith(found)


@pytest.mark.parametrize(
    ("minutes", "good"), [(-11, False), (-9, True), (0, True), (9, True), (11, False)]
)
def test_a_time_is_one_of_these_minutes(minutes: int, good: bool) -> None:
    assert a_time(_now(minutes)) is good


@pytest.mark.parametrize(
    ("right", "wrong"), [("Z", "+00:00"), ("Z", ".123456Z"), ("Z", ""), ("T", " "), (":", "")]
)
def test_a_time_is_written_in_whole_seconds_of_utc(right: str, wrong: str) -> None:
    assert not a_time(_now().replace(right, wrong))


@pytest.mark.parametrize("value", ["2026-13-45T99:99:99Z", 1769000000, None])
def test_what_is_no_time_at_all_is_refused(value: object) -> None:
    assert not a_time(value)


@pytest.mark.parametrize(
    ("value", "good"),
    [(_ID, True), (_ID.upper(), False), (_ID.replace("-", ""), False), ("x", False), (1, False)],
)
def test_an_id_is_a_uuid_as_it_is_written(value: object, good: bool) -> None:
    assert an_id(value) is good
    assert this_id(None)(value) is good


def test_a_known_id_is_that_one_only() -> None:
    assert this_id(_ID)(_ID)
    assert not this_id(_ID)(_ID.replace("0", "1"))


@pytest.mark.parametrize(
    ("value", "good"),
    [("a.b-c.d_e", True), ("a.b", False), ("a.b.c.d", False), ("", False), (1, False)],
)
def test_a_token_has_three_parts(value: object, good: bool) -> None:
    assert a_token(value) is good


def test_a_task_has_its_keys_in_the_contracts_order() -> None:
    assert list(task("x", owner=_ID)) == [
        "id", "user_id", "title", "description", "completed", "created_at", "updated_at",
    ]  # fmt: skip
