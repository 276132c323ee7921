"""Removing an account: it takes the password, all of the account goes, and nobody else's."""

import json
import time
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import jwt
import pytest
from fastapi import FastAPI

from src.openapi_file import described
from tests.conftest import SECRET, SignedUp, make_settings, serving
from tests.helpers import AUTH, PASSWORD, TASKS, assert_error, list_tasks
from tests.isolation import Operation, example_body, kept_of, make_victim, operations

ME = f"{AUTH}/me"
DESCRIPTION: dict[str, Any] = json.loads(described())
WANT_TOKEN = [each for each in operations(DESCRIPTION) if each.wants_token]
ONCE = "1/hour"


async def _remove(
    client: httpx2.AsyncClient, user: SignedUp, password: str = PASSWORD
) -> httpx2.Response:
    return await client.request("DELETE", ME, json={"password": password}, headers=user.headers)


async def _log_in(client: httpx2.AsyncClient, email: str, password: str) -> httpx2.Response:
    return await client.post(f"{AUTH}/login", json={"email": email, "password": password})


async def _use_everything(client: httpx2.AsyncClient, user: SignedUp) -> None:
    """Leave something in every table that a user's rows can be in."""
    await make_victim(client, user)
    headers = {**user.headers, "Idempotency-Key": "any"}
    assert (await client.post(TASKS, json={"title": "x"}, headers=headers)).status_code == 201


async def _revoked(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM revoked_token"))
    finally:
        await connection.close()


@pytest.mark.contract("BESIDE-06")
@pytest.mark.contract("REMOVE-01")
async def test_it_takes_token_and_password_and_answers_204_with_no_body(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    answer = await _remove(client, user)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert_error(await client.get(ME, headers=user.headers), 401, "INVALID_TOKEN")


@pytest.mark.contract("REMOVE-02")
@pytest.mark.contract("REMOVE-03")
async def test_all_of_the_account_goes_and_nothing_of_another(
    client: httpx2.AsyncClient, app: FastAPI, user: SignedUp, stranger: SignedUp
) -> None:
    for each in (user, stranger):
        await _use_everything(client, each)
    theirs = await kept_of(app, stranger.id)
    assert [table for table, rows in (await kept_of(app, user.id)).items() if not rows] == []
    assert (await _remove(client, user)).status_code == 204
    assert [table for table, rows in (await kept_of(app, user.id)).items() if rows] == []
    assert await kept_of(app, stranger.id) == theirs
    assert len(await list_tasks(client, stranger.headers)) == 3


@pytest.mark.contract("REMOVE-04")
@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookie_is_cleared_as_a_logout_does_it(
    database_url: str, user: SignedUp, stranger: SignedUp, *, secure: bool
) -> None:
    async with serving(make_settings(database_url, cookie_secure=secure)) as client:
        removed = await _remove(client, user)
        logged_out = await client.post(f"{AUTH}/logout", headers=stranger.headers)
    cookies = [SimpleCookie(each.headers["set-cookie"]) for each in (removed, logged_out)]
    for cookie in cookies:
        del cookie["refresh_token"]["expires"]  # the moment itself
    assert cookies[0].output() == cookies[1].output()
    assert cookies[0]["refresh_token"]["max-age"] == "0"
    assert bool(cookies[0]["refresh_token"]["secure"]) is secure


@pytest.mark.contract("REMOVE-05")
@pytest.mark.parametrize("operation", [pytest.param(each, id=each.name) for each in WANT_TOKEN])
async def test_no_access_token_of_the_account_opens_anything_afterwards(
    client: httpx2.AsyncClient,
    app: FastAPI,
    user: SignedUp,
    database_url: str,
    operation: Operation,
) -> None:
    other = (await _log_in(client, user.email, PASSWORD)).json()["token"]
    refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.cookie})
    client.cookies.clear()
    assert (await _remove(client, user)).status_code == 204
    revoked = await _revoked(database_url)
    path = operation.path.format(task_id=uuid4())
    body = example_body(operation, DESCRIPTION)
    for token in (user.token, other, refreshed.json()["token"]):
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.request(operation.method, path, json=body, headers=headers)
        assert_error(answer, 401, "INVALID_TOKEN")
    assert [table for table, rows in (await kept_of(app, user.id)).items() if rows] == []
    assert await _revoked(database_url) == revoked


@pytest.mark.contract("REMOVE-05")
async def test_neither_the_password_nor_a_refresh_token_opens_anything_afterwards(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    other = (await _log_in(client, user.email, PASSWORD)).cookies["refresh_token"]
    client.cookies.clear()
    assert (await _remove(client, user)).status_code == 204
    for token in (user.cookie, other):
        refused = await client.post(f"{AUTH}/refresh", json={"refresh_token": token})
        assert_error(refused, 401, "INVALID_REFRESH_TOKEN")
    assert_error(await _log_in(client, user.email, PASSWORD), 401, "INVALID_CREDENTIALS")


@pytest.mark.contract("REMOVE-06")
async def test_the_email_is_free_for_a_new_account_that_begins_empty(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    await _use_everything(client, user)
    assert (await _remove(client, user)).status_code == 204
    given = {"email": user.email, "password": "another password"}
    again = await client.post(f"{AUTH}/signup", json=given)
    assert again.status_code == 201
    assert again.json()["user"]["id"] != user.id
    headers = {"Authorization": f"Bearer {again.json()['token']}"}
    assert await list_tasks(client, headers) == []
    assert_error(await _remove(client, user, "another password"), 401, "INVALID_TOKEN")


@pytest.mark.contract("REMOVE-07")
@pytest.mark.parametrize("password", ["wrong password", "short", "", f"{PASSWORD} ", "x" * 1024])
async def test_a_wrong_password_is_answered_as_at_login_and_removes_nothing(
    client: httpx2.AsyncClient, app: FastAPI, user: SignedUp, password: str
) -> None:
    await _use_everything(client, user)
    before = await kept_of(app, user.id)
    answer = await _remove(client, user, password)
    assert_error(answer, 401, "INVALID_CREDENTIALS")
    assert answer.content == (await _log_in(client, user.email, password)).content
    assert "set-cookie" not in answer.headers
    assert await kept_of(app, user.id) == before


async def test_the_password_of_another_is_a_wrong_one(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    given = {"email": f"{uuid4().hex}@example.com", "password": "another password"}
    assert (await client.post(f"{AUTH}/signup", json=given)).status_code == 201
    refused = await client.request(
        "DELETE", ME, json={**given, "user_id": str(uuid4())}, headers=user.headers
    )
    assert_error(refused, 401, "INVALID_CREDENTIALS")
    assert (await _log_in(client, given["email"], given["password"])).status_code == 200


@pytest.mark.contract("REMOVE-08")
@pytest.mark.parametrize(
    "body",
    [None, {}, [], PASSWORD]
    + [{"password": value} for value in (None, 7, [PASSWORD], "x" * 1025, "a\x00b")],
)
async def test_a_body_without_the_text_is_an_invalid_request(
    client: httpx2.AsyncClient, app: FastAPI, user: SignedUp, body: Any
) -> None:
    before = await kept_of(app, user.id)
    answer = await client.request("DELETE", ME, json=body, headers=user.headers)
    assert_error(answer, 400, "INVALID_REQUEST")
    assert PASSWORD not in answer.text
    assert await kept_of(app, user.id) == before


@pytest.mark.contract("REMOVE-09")
async def test_a_good_token_of_a_deleted_account_is_not_found(client: httpx2.AsyncClient) -> None:
    issued = int(time.time())
    nobody = str(uuid4())
    claims = {"sub": nobody, "email": "x@example.com", "iat": issued, "exp": issued + 60}
    ghost = SignedUp(nobody, "", jwt.encode(claims, SECRET, "HS256"), "")
    assert_error(await _remove(client, ghost), 404, "USER_NOT_FOUND")


def _limited(database_url: str, **limits: str) -> Any:
    # A secret of its own: counts are kept under it, and other tests have the same address.
    secrets = {"better_auth_secret": uuid4().hex, "better_auth_secret_previous": SECRET}
    return serving(make_settings(database_url, **limits, **secrets))


@pytest.mark.contract("REMOVE-10")
@pytest.mark.parametrize("kind", ["account", "address"])
async def test_guesses_are_limited_together_with_those_of_logins(
    database_url: str, app: FastAPI, user: SignedUp, kind: str
) -> None:
    before = await kept_of(app, user.id)
    async with _limited(database_url, **{f"rate_limit_login_{kind}": "2/hour"}) as client:
        assert_error(await _log_in(client, user.email, "wrong"), 401, "INVALID_CREDENTIALS")
        assert_error(await _remove(client, user, "wrong"), 401, "INVALID_CREDENTIALS")
        refused = [await _remove(client, user), await _log_in(client, user.email, PASSWORD)]
    for answer in refused:
        assert_error(answer, 429, "RATE_LIMITED")
        assert 0 < int(answer.headers["retry-after"]) <= 1800
    assert await kept_of(app, user.id) == before


@pytest.mark.contract("REMOVE-11")
async def test_a_right_password_is_no_guess(database_url: str, user: SignedUp) -> None:
    async with _limited(database_url, rate_limit_login_account=ONCE) as client:
        assert (await _remove(client, user)).status_code == 204
        answers = [await _log_in(client, user.email, "wrong") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 429]


@pytest.mark.contract("REMOVE-12")
async def test_what_cannot_be_removed_whole_stays_whole(
    client: httpx2.AsyncClient, app: FastAPI, user: SignedUp, database_url: str
) -> None:
    """As long as a chat turn's tool may still add to the account, nothing of it goes."""
    await _use_everything(client, user)
    before = await kept_of(app, user.id)
    turn = await asyncpg.connect(database_url)
    async with turn.transaction():
        await turn.execute('SELECT FROM "user" WHERE id = $1 FOR KEY SHARE', UUID(user.id))
        assert_error(await _remove(client, user), 503, "SERVICE_UNAVAILABLE")
    await turn.close()
    assert await kept_of(app, user.id) == before
    assert (await client.get(ME, headers=user.headers)).status_code == 200
    assert (await _remove(client, user)).status_code == 204
