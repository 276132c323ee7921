"""The table of values and their limits, row by row."""

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import (
    AUTH,
    CHAT,
    PASSWORD,
    TASKS,
    add_task,
    an_email,
    assert_error,
    list_tasks,
)

Row = tuple[str, str, Any, Any]
LONGEST_EMAIL = f"{uuid4().hex}{'x' * 30}@{'y' * 63}.{'z' * 63}.{'a' * 59}.com"
# A requirement, the endpoint, and of its body what is still good and what is not.
LIMITS: list[Row] = [
    ("VALUE-04", "signup", {"password": "\u0001 long enough"}, {"password": "long\x00enough"}),
    ("VALUE-04", "create", {"title": "\U0001f600"}, {"title": "a\x00b"}),
    ("VALUE-04", "create", {"title": "\ud83d\ude00"}, {"title": "\ud800"}),
    ("VALUE-04", "chat", {"message": "\u2028"  "x"}, {"message": "\udfff"}),
    ("VALUE-05", "signup", {"email": "{new}"}, {"email": "Ada <{new}>"}),
    ("VALUE-05", "signup", {"email": " {new} "}, {"email": "ada at example.com"}),
    ("VALUE-06", "signup", {"email": LONGEST_EMAIL}, {"email": f"x{LONGEST_EMAIL}"}),
    ("VALUE-09", "signup", {"password": "8 chars!"}, {"password": "7 chars"}),
    ("VALUE-10", "signup", {"password": "x" * 1024}, {"password": "x" * 1025}),
    ("VALUE-12", "create", {"title": " x "}, {"title": " \t\n "}),
    ("VALUE-13", "create", {"title": f" {'ä' * 255} "}, {"title": "ä" * 256}),
    ("VALUE-14", "create", {"description": "ö" * 5000}, {"description": "ö" * 5001}),
    ("VALUE-15", "create", {"description": None}, {"description": 7}),
    ("VALUE-16", "chat", {"message": "x"}, {"message": " \n\t"}),
    ("VALUE-17", "chat", {"message": "\U0001f600" * 10_000}, {"message": "x" * 10_001}),
]  # fmt: skip
ENDPOINTS: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "signup": (f"{AUTH}/signup", {"email": "{new}", "password": PASSWORD}, 201, "SIGNUP_ERROR"),
    "create": (TASKS, {"title": "x"}, 201, "TASK_CREATION_ERROR"),
    "chat": (CHAT, {"message": "x"}, 200, "INVALID_MESSAGE"),
}


@pytest.mark.parametrize(
    ("endpoint", "good", "bad"),
    [
        pytest.param(*row[1:], marks=pytest.mark.contract(row[0]), id=f"{row[0]}-{number}")
        for number, row in enumerate(LIMITS)
    ],
)
async def test_each_limit_is_inclusive(
    client: httpx2.AsyncClient, user: SignedUp, endpoint: str, good: Any, bad: Any
) -> None:
    path, usual, status, code = ENDPOINTS[endpoint]
    email = an_email()

    async def send(change: dict[str, Any]) -> httpx2.Response:
        body = {
            name: value.replace("{new}", email) if isinstance(value, str) else value
            for name, value in {**usual, **change}.items()
        }
        # As JSON writes it in ASCII, which can carry a lone surrogate.
        return await client.post(path, content=_ascii_json(body), headers=headers)

    headers = {**user.headers, "Content-Type": "application/json"}
    assert_error(await send(bad), 400, code)
    taken = await send(good)
    assert taken.status_code == status, taken.text


def _ascii_json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.contract("VALUE-01")
async def test_ids_are_uuids_in_lower_case(client: httpx2.AsyncClient, user: SignedUp) -> None:
    task = await add_task(client, user.headers, "x")
    said = await client.post(CHAT, json={"message": "hi"}, headers=user.headers)
    for given in (task["id"], task["user_id"], said.json()["conversation_id"], user.id):
        assert given == str(UUID(given))


@pytest.mark.contract("VALUE-02")
async def test_times_are_utc_in_whole_seconds(client: httpx2.AsyncClient, user: SignedUp) -> None:
    task = await add_task(client, user.headers, "x")
    me = await client.get(f"{AUTH}/me", headers=user.headers)
    for given in (task["created_at"], task["updated_at"], me.json()["created_at"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", given)
        age = datetime.now().astimezone() - datetime.fromisoformat(given)
        assert -1 < age.total_seconds() < 60


@pytest.mark.contract("VALUE-03")
async def test_what_happens_within_a_second_is_still_in_order(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    first, second = [(await add_task(client, user.headers, t))["id"] for t in ("one", "two")]
    connection = await asyncpg.connect(database_url)
    same = datetime(2026, 1, 20, 10, 30)  # noqa: DTZ001 - the database takes it as UTC below
    for task, microsecond in ((first, 2), (second, 1)):
        await connection.execute(
            "UPDATE task SET created_at = $1::timestamp AT TIME ZONE 'UTC' WHERE id = $2",
            same.replace(microsecond=microsecond),
            task,
        )
    await connection.close()
    tasks = await list_tasks(client, user.headers)
    assert [task["id"] for task in tasks] == [first, second]
    assert {task["created_at"] for task in tasks} == {"2026-01-20T10:30:00Z"}


@pytest.mark.contract("VALUE-07")
async def test_an_email_is_kept_in_lower_case(client: httpx2.AsyncClient) -> None:
    email = an_email()
    body = {"email": email.upper(), "password": PASSWORD}
    answer = await client.post(f"{AUTH}/signup", json=body)
    assert answer.json()["user"]["email"] == email


@pytest.mark.contract("VALUE-08")
async def test_an_email_is_unique_in_any_case(client: httpx2.AsyncClient, user: SignedUp) -> None:
    for email in (user.email, user.email.upper()):
        answer = await client.post(f"{AUTH}/signup", json={"email": email, "password": PASSWORD})
        assert_error(answer, 400, "SIGNUP_ERROR")


@pytest.mark.contract("VALUE-11")
async def test_a_password_at_login_may_have_1024_characters(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for length, status, code in (
        (1024, 401, "INVALID_CREDENTIALS"),
        (1025, 400, "INVALID_REQUEST"),
    ):
        body = {"email": user.email, "password": "x" * length}
        assert_error(await client.post(f"{AUTH}/login", json=body), status, code)


@pytest.mark.contract("VALUE-19")
async def test_a_whole_body_may_have_256_kib(client: httpx2.AsyncClient, user: SignedUp) -> None:
    for size, status in ((256 * 1024, 201), (256 * 1024 + 1, 413)):
        content = b'{"title": "x"}'.ljust(size)
        headers = {**user.headers, "Content-Type": "application/json"}
        assert (await client.post(TASKS, content=content, headers=headers)).status_code == status


@pytest.mark.contract("VALUE-20")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_key_that_is_not_listed_is_ignored(
    client: httpx2.AsyncClient, user: SignedUp, endpoint: str
) -> None:
    path, usual, status, _ = ENDPOINTS[endpoint]
    body = {**usual, "unknown": [1], **({"email": an_email()} if endpoint == "signup" else {})}
    answer = await client.post(path, json=body, headers=user.headers)
    assert answer.status_code == status
    assert "unknown" not in answer.text
