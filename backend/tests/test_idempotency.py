"""Idempotency-Key: the same key gives the same answer, and there is one effect."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from src.services.idempotency import KEPT_FOR
from src.services.tasks import TaskService
from tests.conftest import Claude, SignedUp, SignUp
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, assert_error, count_kept, list_tasks
from tests.standin.replies import failure, say

KEY = "a-key-of-this-test"
CASES = [
    (TASKS, {"title": "buy milk", "description": "é \u2028 \x7f"}, "TASK_CREATION_ERROR"),
    (CHAT, {"message": "add buy milk"}, "INVALID_MESSAGE"),
]


async def _post(
    client: httpx2.AsyncClient, user: SignedUp, path: str, body: Any, key: str = KEY
) -> httpx2.Response:
    return await client.post(path, json=body, headers={**user.headers, "Idempotency-Key": key})


@pytest.mark.contract("KEY-01")
@pytest.mark.contract("KEY-02")
@pytest.mark.contract("KEY-03")
@pytest.mark.parametrize(("path", "body", "_"), CASES)
async def test_the_same_key_gives_the_same_answer_and_one_effect(
    client: httpx2.AsyncClient, user: SignedUp, path: str, body: Any, _: str
) -> None:
    first, second = [await _post(client, user, path, body) for _ in range(2)]
    assert first.status_code == (201 if path == TASKS else 200)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["content-type"] == second.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert [task["title"] for task in await list_tasks(client, user.headers)] == ["buy milk"]


async def test_an_answer_under_a_key_has_the_bytes_of_one_without(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    keyed = await _post(client, user, TASKS, CASES[0][1])
    listed = await client.get(TASKS, headers=user.headers)
    assert listed.content == b"[" + keyed.content + b"]"


@pytest.mark.contract("KEY-04")
@pytest.mark.parametrize(("path", "body", "_"), CASES)
async def test_repetitions_at_the_same_moment_wait_for_the_first(
    client: httpx2.AsyncClient, user: SignedUp, path: str, body: Any, _: str
) -> None:
    answers = await asyncio.gather(*(_post(client, user, path, body) for _ in range(8)))
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    replayed = [answer for answer in answers if "idempotency-replayed" in answer.headers]
    assert len(replayed) == 7
    assert len(await list_tasks(client, user.headers)) == 1


@pytest.mark.contract("KEY-05")
@pytest.mark.parametrize(("path", "body", "code"), CASES)
async def test_a_key_is_good_for_one_request_only(
    client: httpx2.AsyncClient, user: SignedUp, path: str, body: Any, code: str
) -> None:
    await _post(client, user, path, body)
    name = next(iter(body))
    answer = await _post(client, user, path, {**body, name: "add something else"})
    assert_error(answer, 400, code)
    assert "new key" in answer.json()["message"]
    assert len(await list_tasks(client, user.headers)) == 1


@pytest.mark.contract("KEY-08")
async def test_a_key_belongs_to_its_user_and_its_route(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    (tasks, task, _), (chat, message, _) = CASES
    for caller in (user, stranger):
        for path, body in ((tasks, task), (chat, message)):
            answer = await _post(client, caller, path, body)
            assert "idempotency-replayed" not in answer.headers
        owners = {found["user_id"] for found in await list_tasks(client, caller.headers)}
        assert owners == {caller.id}


@pytest.mark.contract("KEY-06")
@pytest.mark.contract("VALUE-18")
@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "caf\xe9", "tab\tbed"])
@pytest.mark.parametrize(("path", "body", "code"), CASES)
async def test_a_key_that_is_not_well_formed_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, path: str, body: Any, code: str, key: str
) -> None:
    # As bytes: a text would have to be ASCII.
    headers = [
        (b"Authorization", f"Bearer {user.token}".encode()),
        (b"Idempotency-Key", key.encode("latin-1")),
    ]
    answer = await client.post(path, json=body, headers=headers)
    assert_error(answer, 400, code)
    assert "idempotency-key" in answer.json()["message"].lower()
    assert await list_tasks(client, user.headers) == []


async def test_the_longest_key_is_taken(client: httpx2.AsyncClient, user: SignedUp) -> None:
    assert (await _post(client, user, TASKS, CASES[0][1], "x" * 255)).status_code == 201


@pytest.mark.contract("KEY-07")
async def test_what_failed_may_be_tried_again_under_its_key(
    client: httpx2.AsyncClient, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(TaskService, "create", fail)
        assert_error(await _post(client, user, TASKS, {"title": "x"}), 500, "TASK_CREATION_ERROR")
    answer = await _post(client, user, TASKS, {"title": "x"})
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers
    assert len(await list_tasks(client, user.headers)) == 1


async def test_a_chat_turn_that_failed_may_be_tried_again_under_its_key(claude: Claude) -> None:
    account = {"email": "again@example.com", "password": PASSWORD}
    token = (await claude.client.post(f"{AUTH}/signup", json=account)).json()["token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    claude.api.script(failure(400, "invalid_request_error", "no"))
    refused = await claude.client.post(CHAT, json={"message": "hi"}, headers=headers)
    assert_error(refused, 500, "CHAT_ERROR")
    claude.api.script(say("Hello."))
    for replayed in (False, True):
        answer = await claude.client.post(CHAT, json={"message": "hi"}, headers=headers)
        assert answer.json()["response"] == "Hello."
        assert ("idempotency-replayed" in answer.headers) is replayed


async def test_a_claim_that_was_left_by_a_crash_ends_by_itself(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    await _post(client, user, TASKS, {"title": "x"})
    await _change(
        database_url,
        "UPDATE idempotency_key SET status = NULL, body = NULL, "
        "claimed_until = now() + interval '1 second' WHERE user_id = $1",
        user,
    )
    answer = await _post(client, user, TASKS, {"title": "x"})
    assert answer.status_code == 201
    assert len(await list_tasks(client, user.headers)) == 2  # the first was left as it was


async def test_who_lost_the_claim_changes_nothing(
    client: httpx2.AsyncClient,
    user: SignedUp,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create = TaskService.create

    async def lose(self: TaskService, title: str, description: str | None) -> Any:
        await _change(
            database_url,
            "UPDATE idempotency_key SET claimed_until = now() + interval '1 hour' "
            "WHERE user_id = $1",
            user,
        )
        return await create(self, title, description)

    monkeypatch.setattr(TaskService, "create", lose)
    answer = await _post(client, user, TASKS, {"title": "x"})
    assert_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert (await count_kept(database_url, user.id))["tasks"] == 0


async def test_who_waits_too_long_is_asked_to_try_again(
    client: httpx2.AsyncClient,
    user: SignedUp,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await _post(client, user, TASKS, {"title": "x"})
    await _change(
        database_url,
        "UPDATE idempotency_key SET status = NULL, claimed_until = now() + interval '1 hour' "
        "WHERE user_id = $1",
        user,
    )
    monkeypatch.setattr("src.api.tasks._SECONDS", 0.3)
    answer = await _post(client, user, TASKS, {"title": "x"})
    assert_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert "still being worked on" in answer.json()["message"]
    assert len(await list_tasks(client, user.headers)) == 1


@pytest.mark.contract("KEY-09")
async def test_a_key_is_free_again_after_a_day(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    await _post(client, user, TASKS, {"title": "x"})
    connection = await asyncpg.connect(database_url)
    left = await connection.fetchval(
        "SELECT expires_at - now() FROM idempotency_key WHERE user_id = $1", user.id
    )
    await connection.close()
    assert KEPT_FOR - timedelta(minutes=1) < left <= KEPT_FOR == timedelta(days=1)
    await _change(
        database_url, "UPDATE idempotency_key SET expires_at = now() WHERE user_id = $1", user
    )
    answer = await _post(client, user, TASKS, {"title": "another"})
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


async def test_a_key_of_a_deleted_user_is_refused(
    client: httpx2.AsyncClient, sign_up: SignUp, database_url: str
) -> None:
    ghost = await sign_up()
    await _change(database_url, 'DELETE FROM "user" WHERE id = $1', ghost)
    for path, body, _ in CASES:
        assert_error(await _post(client, ghost, path, body), 404, "USER_NOT_FOUND")


async def _change(database_url: str, statement: str, user: SignedUp) -> None:
    connection = await asyncpg.connect(database_url)
    changed = await connection.execute(statement, user.id)
    await connection.close()
    assert changed.endswith(" 1"), changed
