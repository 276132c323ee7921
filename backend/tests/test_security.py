"""Passwords and tokens beneath the endpoints: parameters, rotation of the secret, clocks."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from src.errors import UnauthorizedError
from src.models.base import now
from src.security.passwords import Passwords
from src.security.tokens import CLOCK_SKEW, Tokens
from tests.conftest import SECRET, SignedUp, client_of, make_settings, serving
from tests.helpers import AUTH, PASSWORD, TASKS, assert_error

OLD = "the-secret-that-was-in-use-until-yesterday"
JSON = {"Content-Type": "application/json"}
UNUSED = "postgresql://a:b@h/d"


async def _me(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"})


async def test_the_secret_of_before_verifies_and_never_signs(
    database_url: str, user: SignedUp
) -> None:
    old = Tokens(OLD)
    access = old.issue_access(uuid4(), user.email, now())
    good = jwt.encode(
        {**jwt.decode(user.token, SECRET, algorithms=["HS256"])}, OLD, algorithm="HS256"
    )
    refresh = jwt.encode(jwt.decode(user.cookie, SECRET, algorithms=["HS256"]), OLD, "HS256")
    async with serving(make_settings(database_url, better_auth_secret_previous=OLD)) as client:
        assert (await _me(client, good)).json()["id"] == user.id
        assert_error(await _me(client, access), 404, "USER_NOT_FOUND")
        answer = await client.post(f"{AUTH}/refresh", json={"refresh_token": refresh})
        for new in (answer.json()["token"], answer.cookies["refresh_token"]):
            assert jwt.decode(new, SECRET, algorithms=["HS256"])["sub"] == user.id
            with pytest.raises(jwt.InvalidSignatureError):
                jwt.decode(new, OLD, algorithms=["HS256"])
        stranger = Tokens("z" * 40).issue_access(uuid4(), user.email, now())
        assert_error(await _me(client, stranger), 401, "INVALID_SIGNATURE")
    async with serving(make_settings(database_url)) as client:
        assert_error(await _me(client, good), 401, "INVALID_SIGNATURE")
        answer = await client.post(f"{AUTH}/refresh", json={"refresh_token": refresh})
        assert_error(answer, 401, "INVALID_REFRESH_TOKEN")


@pytest.mark.parametrize(
    ("issued", "lifetime", "code"),
    [
        (CLOCK_SKEW - timedelta(seconds=1), 60, None),
        (CLOCK_SKEW + timedelta(seconds=2), 60, "INVALID_TOKEN_CLAIMS"),
        (timedelta(seconds=-60), 58, None),
        (timedelta(seconds=-60), 53, "TOKEN_EXPIRED"),
    ],
)
def test_clocks_may_differ_by_some_seconds_and_no_more(
    issued: timedelta, lifetime: int, code: str | None
) -> None:
    at = int((now() + issued).timestamp())
    claims = {"sub": str(uuid4()), "email": "x@example.com", "iat": at, "exp": at + lifetime}
    token = jwt.encode(claims, SECRET, "HS256")
    if code is None:
        assert Tokens(SECRET).read_access(token).email == "x@example.com"
        return
    with pytest.raises(UnauthorizedError) as refused:
        Tokens(SECRET).read_access(token)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "change",
    [
        {"sub": 7}, {"sub": ["x"]}, {"sub": "{%s}"}, {"sub": None}, {"email": 7}, {"email": None},
        {"iat": "1"}, {"iat": 1.5}, {"iat": True}, {"exp": "9999999999"}, {"exp": 9999999999.5},
        {"nbf": 1}, {"aud": "x"}, {"iss": "x"}, {"jti": "x"}, {"type": "access"},
    ],
)  # fmt: skip
def test_every_claim_has_its_type_and_there_are_no_others(change: dict[str, Any]) -> None:
    at = int(time.time())
    user_id = str(uuid4())
    claims = {"sub": user_id, "email": "x@example.com", "iat": at, "exp": at + 60}
    sent = {name: value % user_id if value == "{%s}" else value for name, value in change.items()}
    # Not by the library, which would refuse to write some of these.
    token = jwt.PyJWS().encode(_json({**claims, **sent}), SECRET, "HS256")
    with pytest.raises(UnauthorizedError) as refused:
        Tokens(SECRET).read_access(token)
    assert refused.value.code in {"INVALID_TOKEN_CLAIMS", "INVALID_TOKEN"}


def _json(claims: dict[str, Any]) -> bytes:
    return httpx2.Request("POST", "http://x", json=claims).content


def test_a_token_that_was_seen_before_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue_access(uuid4(), "x@example.com", now())
    assert tokens.read_access(token) is tokens.read_access(token)
    later = time.time() + 86_400 + 60
    monkeypatch.setattr("time.time", lambda: later)
    expired = tokens.issue_access(uuid4(), "x@example.com", now() - timedelta(days=2))
    for old in (expired, token):
        with pytest.raises(UnauthorizedError) as refused:
            Tokens(SECRET).read_access(expired)
        assert refused.value.code == "TOKEN_EXPIRED", old
    assert not tokens._known[token].is_current


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("src.security.tokens._REMEMBERED", 3)
    tokens = Tokens(SECRET)
    issued = [tokens.issue_access(uuid4(), "x@example.com", now()) for _ in range(5)]
    for token in issued:
        tokens.read_access(token)
    assert list(tokens._known) == issued[2:]


async def test_a_login_renews_a_hash_of_other_parameters(database_url: str) -> None:
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    async with serving(make_settings(database_url)) as client:
        assert (await client.post(f"{AUTH}/signup", json=body)).status_code == 201
    hashes = []
    stronger = make_settings(database_url, argon2_passes=3)
    async with serving(stronger) as client:
        for _ in range(2):
            assert (await client.post(f"{AUTH}/login", json=body)).status_code == 200
            database = client._transport.app.state.taskflow.database  # type: ignore[attr-defined]
            rows = await database.fetch(
                'SELECT password_hash FROM "user" WHERE email = $1', body["email"]
            )
            hashes.append(rows[0]["password_hash"])
    assert "m=19456,t=3,p=1" in hashes[0]
    assert hashes[0] == hashes[1]


async def test_passwords_are_hashed_beside_the_event_loop_and_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
    passwords = Passwords(make_settings(UNUSED))
    at_work, most, threads = 0, 0, set()
    lock = threading.Lock()

    def slow(*_: object, **__: object) -> str:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
            threads.add(threading.get_ident())
        time.sleep(0.05)
        with lock:
            at_work -= 1
        return "hash"

    monkeypatch.setattr(Argon2Hasher, "hash", slow)
    hashing = [asyncio.create_task(passwords.hash("x")) for _ in range(8)]
    await asyncio.sleep(0.02)
    assert passwords.waiting == 6
    await asyncio.gather(*hashing)
    assert most == 2  # one core is left to the others
    assert threading.get_ident() not in threads


def test_the_hash_of_nobody_has_the_parameters_in_use() -> None:
    passwords = Passwords(make_settings(UNUSED, argon2_passes=4, argon2_memory_kib=20_000))
    assert "$argon2id$v=19$m=20000,t=4,p=1$" in passwords._of_nobody


async def test_what_hints_at_an_attack_has_a_line_of_its_own(
    client: httpx2.AsyncClient,
    user: SignedUp,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    body = {"refresh_token": user.cookie}
    assert (await client.post(f"{AUTH}/refresh", json=body)).status_code == 200
    client.cookies.clear()
    monkeypatch.setattr("src.services.auth.GRACE", timedelta(seconds=-1))
    assert (await client.post(f"{AUTH}/refresh", json=body)).status_code == 401
    for email in (user.email, "nobody@example.com"):
        login = {"email": email, "password": "wrong password"}
        assert (await client.post(f"{AUTH}/login", json=login)).status_code == 401
    guess = {"password": "wrong password"}
    removed = await client.request("DELETE", f"{AUTH}/me", json=guess, headers=user.headers)
    assert removed.status_code == 401
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    told = [(line["event"], line["user_id"]) for line in lines if line["level"] == "warning"]
    assert told == [
        ("refresh token used again: its session is revoked", user.id),
        ("login failed", user.id),
        ("login failed", None),
        ("account not removed: wrong password", user.id),
    ]


async def test_a_body_that_is_slow_to_arrive_is_not_taken_for_a_slow_database(
    app: FastAPI, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.middleware.deadline.SECONDS", 0.5)

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"title":'
        await asyncio.sleep(0.8)
        yield b'"x"}'

    async with client_of(app) as client:
        answer = await client.post(TASKS, content=slowly(), headers={**user.headers, **JSON})
    assert answer.status_code == 201
