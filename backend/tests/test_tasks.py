"""Tasks, endpoint by endpoint."""

import time
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import TASKS, add_task, assert_error

KEYS = ["id", "user_id", "title", "description", "completed", "created_at", "updated_at"]


@pytest.mark.contract("CREATE-02")
@pytest.mark.contract("VALUE-21")
async def test_create_answers_the_task_with_its_keys_in_order(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    body = {"title": "  buy milk  ", "description": "two bottles"}
    answer = await client.post(TASKS, json=body, headers=user.headers)
    task = answer.json()
    assert answer.status_code == 201
    assert list(task) == KEYS
    assert (task["title"], task["description"]) == ("buy milk", "two bottles")
    assert (task["completed"], task["user_id"]) == (False, user.id)
    for moment in (task["created_at"], task["updated_at"]):
        assert time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.contract("CREATE-01")
async def test_a_description_may_be_left_out_null_or_empty(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    assert (await add_task(client, user.headers, "x"))["description"] is None
    assert (await add_task(client, user.headers, "x", description=None))["description"] is None
    assert (await add_task(client, user.headers, "x", description=""))["description"] == ""


@pytest.mark.contract("CREATE-03")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "   "},
        {"title": "x" * 256},
        {"title": 5},
        {"title": "x", "description": "y" * 5001},
        {"title": "a\x00b"},
    ],
)
async def test_create_refuses_bad_input(
    client: httpx2.AsyncClient, user: SignedUp, body: Any
) -> None:
    answer = await client.post(TASKS, json=body, headers=user.headers)
    assert_error(answer, 400, "TASK_CREATION_ERROR")


async def test_create_refuses_what_is_not_json_or_not_unicode(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for content in (b"{", b'{"title": "\\ud800"}'):
        headers = {**user.headers, "Content-Type": "application/json"}
        answer = await client.post(TASKS, content=content, headers=headers)
        assert_error(answer, 400, "TASK_CREATION_ERROR")


async def test_limits_are_inclusive_and_counted_after_trimming(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    task = await add_task(client, user.headers, f"  {'ä' * 255}\n", description="ö" * 5000)
    assert task["title"] == "ä" * 255
    body = {"title": f"\t{'ü' * 255} "}
    changed = await client.put(f"{TASKS}/{task['id']}", json=body, headers=user.headers)
    assert changed.json()["title"] == "ü" * 255


@pytest.mark.contract("LIST-01")
@pytest.mark.contract("LIST-02")
@pytest.mark.contract("LIST-03")
async def test_list_is_a_bare_array_newest_first(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    for title in ("one", "two", "three"):
        await add_task(client, user.headers, title)
    tasks = (await client.get(TASKS, headers=user.headers)).json()
    assert [task["title"] for task in tasks] == ["three", "two", "one"]
    assert all(list(task) == KEYS for task in tasks)
    assert (await client.get(TASKS, headers=stranger.headers)).json() == []


@pytest.mark.contract("UPDATE-01")
@pytest.mark.contract("UPDATE-02")
@pytest.mark.contract("UPDATE-04")
async def test_update_changes_what_is_given_and_nothing_else(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    task = await add_task(client, user.headers, "milk")
    path = f"{TASKS}/{task['id']}"
    for given in (
        {"completed": True},
        {"description": "d"},
        {"title": "t", "unknown": 1},
        {"description": None},
        {"completed": False, "title": "u", "description": "e"},
    ):
        answer = await client.put(path, json=given, headers=user.headers)
        known = {name: value for name, value in given.items() if name in KEYS}
        task = {**task, **known, "updated_at": answer.json()["updated_at"]}
        assert answer.status_code == 200
        assert list(answer.json().items()) == list(task.items())


@pytest.mark.contract("UPDATE-05")
@pytest.mark.contract("UPDATE-06")
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"other": 1},
        {"title": ""},
        {"title": " "},
        {"title": None},
        {"title": "x" * 256},
        {"description": "x" * 5001},
        {"description": 1},
        {"completed": "yes"},
        {"completed": None},
        {"completed": 1},
    ],
)
async def test_update_refuses_bad_input(
    client: httpx2.AsyncClient, user: SignedUp, body: Any
) -> None:
    task = await add_task(client, user.headers, "milk")
    answer = await client.put(f"{TASKS}/{task['id']}", json=body, headers=user.headers)
    assert_error(answer, 400, "TASK_UPDATE_ERROR")


@pytest.mark.contract("DELETE-01")
async def test_delete_removes_the_task(client: httpx2.AsyncClient, user: SignedUp) -> None:
    path = f"{TASKS}/{(await add_task(client, user.headers, 'milk'))['id']}"
    answer = await client.delete(path, headers=user.headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_error(await client.delete(path, headers=user.headers), 404, "TASK_NOT_FOUND")


async def test_another_users_task_is_forbidden_and_a_missing_one_not_found(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    path = f"{TASKS}/{(await add_task(client, user.headers, 'milk'))['id']}"
    changed = await client.put(path, json={"title": "x"}, headers=stranger.headers)
    assert_error(changed, 403, "TASK_FORBIDDEN")
    assert_error(await client.delete(path, headers=stranger.headers), 403, "TASK_FORBIDDEN")
    nowhere = f"{TASKS}/{uuid4()}"
    missing = await client.put(nowhere, json={"title": "x"}, headers=user.headers)
    assert_error(missing, 404, "TASK_NOT_FOUND")
    assert_error(await client.delete(nowhere, headers=user.headers), 404, "TASK_NOT_FOUND")


@pytest.mark.contract("UPDATE-07")
@pytest.mark.contract("DELETE-02")
async def test_an_id_that_is_none_is_bad_input(client: httpx2.AsyncClient, user: SignedUp) -> None:
    answer = await client.put(f"{TASKS}/7", json={"title": "x"}, headers=user.headers)
    assert_error(answer, 400, "TASK_UPDATE_ERROR")
    answer = await client.delete(f"{TASKS}/7", headers=user.headers)
    assert_error(answer, 400, "INVALID_REQUEST")


async def test_all_task_endpoints_want_a_token(client: httpx2.AsyncClient) -> None:
    for method, path in (
        ("GET", TASKS),
        ("POST", TASKS),
        ("PUT", f"{TASKS}/{uuid4()}"),
        ("DELETE", f"{TASKS}/{uuid4()}"),
    ):
        answer = await client.request(method, path, json={"title": "x"})
        assert_error(answer, 401, "MISSING_AUTH_HEADER")
