"""Removing an account while something else of it is under way: no fault, and nothing is left."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import Claude, SignedUp, eventually
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, assert_error
from tests.isolation import kept_of, make_victim
from tests.standin.replies import Reply, call, say, use
from tests.standin.rules import JsonObject

ME = f"{AUTH}/me"
RIGHT = {"password": PASSWORD}
KEY = {"Idempotency-Key": "any"}
# What is asked meanwhile, the row that the removal is held up at, and the answer.
MEANWHILE: list[tuple[str, str, dict[str, str], Any, str, tuple[int, str | None]]] = [
    ("POST", TASKS, {}, {"title": "x"}, "conversation", (404, "USER_NOT_FOUND")),
    ("POST", TASKS, KEY, {"title": "x"}, "conversation", (404, "USER_NOT_FOUND")),
    ("PUT", f"{TASKS}/{{task}}", {}, {"title": "x"}, "task", (404, "TASK_NOT_FOUND")),
    ("POST", CHAT, {}, {"message": "add milk"}, "conversation", (404, "USER_NOT_FOUND")),
    ("POST", CHAT, KEY, {"message": "hi"}, "conversation", (404, "USER_NOT_FOUND")),
    (
        "POST", CHAT, {}, {"message": "hi", "conversation_id": "{conversation}"},
        "conversation", (404, "CONVERSATION_NOT_FOUND"),
    ),
    (
        "POST", f"{AUTH}/login", {}, {"email": "{email}", **RIGHT},
        "conversation", (401, "INVALID_CREDENTIALS"),
    ),
    (
        "POST", f"{AUTH}/refresh", {}, {"refresh_token": "{cookie}"},
        "conversation", (401, "INVALID_REFRESH_TOKEN"),
    ),
    ("POST", f"{AUTH}/logout", {}, None, "conversation", (200, None)),
    ("DELETE", ME, {}, RIGHT, "conversation", (404, "USER_NOT_FOUND")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "held", "told"),
    [
        pytest.param(*row, id=f"{row[0]} {row[1]} {' '.join([*row[2], *(row[3] or ())])}")
        for row in MEANWHILE
    ],
)
async def test_what_comes_while_an_account_is_removed_comes_too_late(
    client: httpx2.AsyncClient,
    app: FastAPI,
    user: SignedUp,
    database_url: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any,
    held: str,
    told: tuple[int, str | None],
) -> None:
    victim = await make_victim(client, user)
    known = {**victim.ids, "email": user.email, "cookie": user.cookie}
    sent = body and {name: value.format(**known) for name, value in body.items()}
    holder = await asyncpg.connect(database_url)

    async def ask(method: str, path: str, body: Any, **more: str) -> httpx2.Response:
        return await client.request(method, path, json=body, headers={**user.headers, **more})

    async with asyncio.TaskGroup() as group, holder.transaction():
        await holder.execute(
            f"SELECT FROM {held} WHERE id = $1 FOR UPDATE",
            UUID(victim.ids[held]),
        )
        removal = group.create_task(ask("DELETE", ME, RIGHT))
        await _until_waiting(holder, 1, removal)
        other = group.create_task(ask(method, path.format(**known), sent, **headers))
        await _until_waiting(holder, 2, other)
    await holder.close()
    status, code = told
    assert removal.result().status_code == 204, removal.result().text
    if code is None:
        assert other.result().status_code == status
    else:
        assert_error(other.result(), status, code)
    assert [table for table, rows in (await kept_of(app, user.id)).items() if rows] == []


async def _until_waiting(
    connection: asyncpg.Connection, count: int, asked: asyncio.Task[httpx2.Response]
) -> None:
    """Wait until so many transactions wait for locks, the one that was asked for last included."""

    async def waiting() -> bool:
        assert not asked.done(), "it did not wait"
        found = await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(found >= count)

    await eventually(waiting)


@pytest.mark.parametrize("works", [True, False])
async def test_a_chat_turn_whose_account_goes_while_the_model_thinks_leaves_nothing(
    claude: Claude, app: FastAPI, user: SignedUp, *, works: bool
) -> None:
    loop = asyncio.get_running_loop()

    def remove_and_answer(_: JsonObject) -> Reply:
        asked = claude.client.request("DELETE", ME, json=RIGHT, headers=user.headers)
        removed = asyncio.run_coroutine_threadsafe(asked, loop).result(10)
        assert removed.status_code == 204, removed.text
        return use(call("add_task", title="milk")) if works else say("Hello.")

    claude.api.script(remove_and_answer)
    answer = await claude.client.post(CHAT, json={"message": "hi"}, headers=user.headers)
    assert_error(answer, 404, "USER_NOT_FOUND")
    assert [table for table, rows in (await kept_of(app, user.id)).items() if rows] == []
