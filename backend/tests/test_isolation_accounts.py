"""Nobody gets in as another user: without credentials, after his end, or with what is another's."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import jwt
import pytest
from fastapi import FastAPI

from src.openapi_file import described
from tests.conftest import SECRET, SignedUp
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, add_task, assert_error, list_tasks
from tests.isolation import Operation, Victim, example_body, kept_of, make_victim, operations

DESCRIPTION: dict[str, Any] = json.loads(described())
OPERATIONS = operations(DESCRIPTION)
# What the token of a deleted user is answered: he has nothing, and can make nothing.
OF_THE_DELETED: dict[str, tuple[int, Any]] = {
    f"POST {AUTH}/logout": (200, None),
    f"GET {AUTH}/me": (404, "USER_NOT_FOUND"),
    f"DELETE {AUTH}/me": (404, "USER_NOT_FOUND"),
    f"GET {TASKS}": (200, []),
    f"POST {TASKS}": (404, "USER_NOT_FOUND"),
    f"PUT {TASKS}/{{task_id}}": (403, "TASK_FORBIDDEN"),
    f"DELETE {TASKS}/{{task_id}}": (403, "TASK_FORBIDDEN"),
    f"POST {CHAT}": (404, "USER_NOT_FOUND"),
}
# What the credentials of a deleted user are answered where no token is wanted.
WITHOUT_TOKEN: dict[str, tuple[int, str] | None] = {
    f"POST {AUTH}/login": (401, "INVALID_CREDENTIALS"),
    f"POST {AUTH}/refresh": (401, "INVALID_REFRESH_TOKEN"),
    # Anybody may sign up, under an email that is free again, too.
    f"POST {AUTH}/signup": None,
    # These tell nothing of anybody.
    "GET /health": None,
    "GET /health/live": None,
    "GET /health/ready": None,
}


@pytest.fixture
async def victim(client: httpx2.AsyncClient, user: SignedUp) -> Victim:
    """Whom the stranger tries to reach."""
    return await make_victim(client, user)


@pytest.fixture
async def deleted(stranger: SignedUp, database_url: str) -> SignedUp:
    """A user whose account is gone, while his token is still good."""
    connection = await asyncpg.connect(database_url)
    await connection.execute('DELETE FROM "user" WHERE id = $1', UUID(stranger.id))
    await connection.close()
    return stranger


async def _send(
    client: httpx2.AsyncClient, operation: Operation, victim: Victim, headers: dict[str, str]
) -> httpx2.Response:
    ids = {f"{name}_id": value for name, value in victim.ids.items()}
    body = example_body(operation, DESCRIPTION)
    path = operation.path.format(**ids)
    return await client.request(operation.method, path, json=body, headers=headers)


def test_every_endpoint_is_accounted_for() -> None:
    assert {each.name for each in OPERATIONS if each.wants_token} == set(OF_THE_DELETED)
    assert {each.name for each in OPERATIONS if not each.wants_token} == set(WITHOUT_TOKEN)


@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=each.name) for each in OPERATIONS if each.wants_token]
)
async def test_without_credentials_nothing_is_told_and_nothing_changed(
    client: httpx2.AsyncClient, app: FastAPI, victim: Victim, operation: Operation
) -> None:
    before = await kept_of(app, victim.user.id)
    answer = await _send(client, operation, victim, {})
    assert_error(answer, 401, "MISSING_AUTH_HEADER")
    victim.assert_untold(answer)
    assert await kept_of(app, victim.user.id) == before


@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=each.name) for each in OPERATIONS if each.wants_token]
)
async def test_a_deleted_users_token_gives_nothing_and_changes_nothing(
    client: httpx2.AsyncClient,
    app: FastAPI,
    victim: Victim,
    deleted: SignedUp,
    operation: Operation,
) -> None:
    before = await kept_of(app, victim.user.id)
    status, told = OF_THE_DELETED[operation.name]
    answer = await _send(client, operation, victim, deleted.headers)
    if isinstance(told, str):
        assert_error(answer, status, told)
    else:
        assert answer.status_code == status
        assert told is None or answer.json() == told
    victim.assert_untold(answer)
    assert await kept_of(app, victim.user.id) == before
    assert set(map(len, (await kept_of(app, deleted.id)).values())) == {0}


async def test_a_deleted_user_can_neither_log_in_nor_refresh(
    client: httpx2.AsyncClient, deleted: SignedUp
) -> None:
    bodies = {
        f"{AUTH}/login": {"email": deleted.email, "password": PASSWORD},
        f"{AUTH}/refresh": {"refresh_token": deleted.cookie},
    }
    for path, body in bodies.items():
        refused = WITHOUT_TOKEN[f"POST {path}"]
        assert refused is not None
        assert_error(await client.post(path, json=body), *refused)


async def test_everybody_sees_what_is_his_own(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    await add_task(client, user.headers, "mine")
    assert await list_tasks(client, stranger.headers) == []
    me = await client.get(f"{AUTH}/me", headers=stranger.headers)
    assert me.json()["id"] == stranger.id
    said = await client.post(CHAT, json={"message": "show my tasks"}, headers=stranger.headers)
    assert said.json()["response"].startswith("You have no tasks.")


async def test_a_stolen_cookie_does_not_log_its_owner_out(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    headers = {**stranger.headers, "Cookie": f"refresh_token={user.cookie}"}
    assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
    client.cookies.clear()
    refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.cookie})
    assert refreshed.status_code == 200


@pytest.mark.parametrize("mine", ["sub", "jti"])
async def test_the_refresh_token_of_one_user_is_nothing_in_the_name_of_another(
    client: httpx2.AsyncClient, app: FastAPI, victim: Victim, stranger: SignedUp, mine: str
) -> None:
    """Even signed with the secret: what a token says is held against what the database has."""
    before = await kept_of(app, victim.user.id)
    claims = jwt.decode(victim.user.cookie, SECRET, algorithms=["HS256"])
    claims[mine] = jwt.decode(stranger.cookie, SECRET, algorithms=["HS256"])[mine]
    forged = jwt.encode(claims, SECRET, "HS256")
    answer = await client.post(f"{AUTH}/refresh", json={"refresh_token": forged})
    assert_error(answer, 401, "INVALID_REFRESH_TOKEN")
    victim.assert_untold(answer)
    assert await kept_of(app, victim.user.id) == before


async def test_an_access_token_reaches_its_own_user_whatever_email_it_names(
    client: httpx2.AsyncClient, victim: Victim, stranger: SignedUp
) -> None:
    issued = int(time.time())
    claims = {"sub": stranger.id, "email": victim.user.email, "iat": issued, "exp": issued + 60}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}
    for path in (TASKS, f"{AUTH}/me"):
        victim.assert_untold(await client.get(path, headers=headers))


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(each, id=each.name)
        for each in OPERATIONS
        if each.takes("header", "Idempotency-Key")
    ],
)
async def test_one_key_of_two_users_is_two_requests(
    client: httpx2.AsyncClient,
    app: FastAPI,
    victim: Victim,
    stranger: SignedUp,
    operation: Operation,
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = await _send(client, operation, victim, {**victim.user.headers, **key})
    before = await kept_of(app, victim.user.id)
    second = await _send(client, operation, victim, {**stranger.headers, **key})
    assert (first.is_success, second.is_success) == (True, True)
    assert "idempotency-replayed" not in second.headers
    assert second.content != first.content
    victim.assert_untold(second)
    assert await kept_of(app, victim.user.id) == before
    again = await _send(client, operation, victim, {**victim.user.headers, **key})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
