"""Accounts and tokens: the lines of the contract that no other test proves alone."""

import time
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest

from src.models.base import now
from src.security.tokens import Tokens
from tests.conftest import SECRET, SignedUp, make_settings, serving
from tests.helpers import AUTH, PASSWORD, TASKS, an_email, assert_error

OTHER_SECRET = "another-secret-of-the-tests-with-enough-characters"


async def _me(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"})


async def _refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    client.cookies.clear()
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


def _access(user: SignedUp, key: str, algorithm: str) -> str:
    issued = int(time.time())
    claims = {"sub": user.id, "email": user.email, "iat": issued, "exp": issued + 60}
    return jwt.encode(claims, key, algorithm)


@pytest.mark.contract("SIGNUP-02")
async def test_signup_makes_an_account_and_logs_it_in(client: httpx2.AsyncClient) -> None:
    body = {"email": an_email(), "password": PASSWORD}
    signed_up = (await client.post(f"{AUTH}/signup", json=body)).json()
    assert (await _me(client, signed_up["token"])).json() == signed_up["user"]
    logged_in = await client.post(f"{AUTH}/login", json=body)
    assert logged_in.json()["user"] == signed_up["user"]


@pytest.mark.contract("LOGOUT-01")
@pytest.mark.parametrize("content", [b"", b"{", b'{"any": "thing"}'])
async def test_logout_wants_no_body_and_reads_none(
    client: httpx2.AsyncClient, user: SignedUp, content: bytes
) -> None:
    headers = {**user.headers, "Content-Type": "application/json"}
    answer = await client.post(f"{AUTH}/logout", content=content, headers=headers)
    assert answer.status_code == 200


@pytest.mark.contract("LOGOUT-03")
@pytest.mark.contract("TOKEN-LOGGED-OUT")
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"{AUTH}/me"), ("GET", TASKS), ("POST", TASKS), ("POST", f"{AUTH}/logout")],
)
async def test_a_token_that_was_logged_out_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, method: str, path: str
) -> None:
    assert (await client.post(f"{AUTH}/logout", headers=user.headers)).status_code == 200
    answer = await client.request(method, path, json={"title": "x"}, headers=user.headers)
    assert_error(answer, 401, "INVALID_TOKEN")


@pytest.mark.contract("REFRESH-03")
async def test_of_a_cookie_and_a_body_the_cookie_wins(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    answer = await client.post(
        f"{AUTH}/refresh",
        json={"refresh_token": stranger.cookie},
        headers={"Cookie": f"refresh_token={user.cookie}"},
    )
    assert (await _me(client, answer.json()["token"])).json()["id"] == user.id


def _bad_refresh_tokens(user: SignedUp) -> dict[str, str]:
    ours, week_ago = Tokens(SECRET), now() - timedelta(days=8)
    return {
        "expired": ours.issue_refresh(uuid4(), uuid4(), week_ago),
        "forged": Tokens(OTHER_SECRET).issue_refresh(uuid4(), uuid4(), now()),
        "an access token": user.token,
        "revoked": user.cookie,
    }


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("expired", marks=pytest.mark.contract("REFRESH-07")),
        pytest.param("revoked", marks=pytest.mark.contract("REFRESH-08")),
        pytest.param("forged", marks=pytest.mark.contract("REFRESH-09")),
        pytest.param("an access token", marks=pytest.mark.contract("REFRESH-10")),
    ],
)
async def test_a_refresh_token_that_is_not_good_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, what: str
) -> None:
    if what == "revoked":
        await client.post(f"{AUTH}/logout", headers=user.headers)
    answer = await _refresh(client, _bad_refresh_tokens(user)[what])
    assert_error(answer, 401, "INVALID_REFRESH_TOKEN")


@pytest.mark.contract("TOKEN-01")
async def test_tokens_are_signed_with_hs256_and_the_secret(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for token in (user.token, user.cookie):
        assert jwt.get_unverified_header(token)["alg"] == "HS256"
        assert jwt.decode(token, SECRET, algorithms=["HS256"])["sub"] == user.id
    assert (await _me(client, _access(user, SECRET, "HS256"))).status_code == 200


@pytest.mark.contract("TOKEN-OTHER-ALGORITHM")
@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
async def test_no_other_algorithm_is_taken(
    client: httpx2.AsyncClient, user: SignedUp, algorithm: str
) -> None:
    key = "" if algorithm == "none" else SECRET * 2
    assert_error(await _me(client, _access(user, key, algorithm)), 401, "INVALID_TOKEN")


@pytest.mark.contract("TOKEN-03")
async def test_the_secret_of_before_reads_and_does_not_sign(
    database_url: str, user: SignedUp
) -> None:
    secrets = {"better_auth_secret": OTHER_SECRET, "better_auth_secret_previous": SECRET}
    async with serving(make_settings(database_url, **secrets)) as client:
        assert (await _me(client, user.token)).status_code == 200
        refreshed = await _refresh(client, user.cookie)
        for token in (refreshed.json()["token"], refreshed.cookies["refresh_token"]):
            assert jwt.decode(token, OTHER_SECRET, algorithms=["HS256"])["sub"] == user.id
    async with serving(make_settings(database_url, better_auth_secret=OTHER_SECRET)) as client:
        assert_error(await _me(client, user.token), 401, "INVALID_SIGNATURE")


@pytest.mark.contract("TOKEN-04")
async def test_a_token_is_taken_in_its_own_place_only(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    assert_error(await client.get(f"{TASKS}?token={user.token}"), 401, "MISSING_AUTH_HEADER")
    cookies = {"Cookie": f"token={user.token}; access_token={user.token}"}
    assert_error(await client.get(TASKS, headers=cookies), 401, "MISSING_AUTH_HEADER")
    in_header = {"Authorization": f"Bearer {user.cookie}"}
    answer = await client.post(f"{AUTH}/refresh", headers=in_header)
    assert_error(answer, 401, "NO_REFRESH_TOKEN")
    assert (await client.get(TASKS, headers=user.headers)).status_code == 200
    assert (await _refresh(client, user.cookie)).status_code == 200


@pytest.mark.contract("TOKEN-10")
async def test_neither_kind_of_token_is_taken_for_the_other(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    assert_error(await _me(client, user.cookie), 401, "INVALID_TOKEN_CLAIMS")
    assert_error(await _refresh(client, user.token), 401, "INVALID_REFRESH_TOKEN")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, marks=pytest.mark.contract(f"COOKIE-{name}"), id=name)
        for name, value in {
            "HttpOnly": True, "SameSite": "lax", "Path": "/api/v1/auth", "Max-Age": "604800",
            "Secure": True,
        }.items()
    ],
)  # fmt: skip
async def test_the_refresh_cookie_has_each_attribute(
    database_url: str, name: str, value: Any
) -> None:
    body = {"email": an_email(), "password": PASSWORD}
    async with serving(make_settings(database_url, cookie_secure=True)) as client:
        answer = await client.post(f"{AUTH}/signup", json=body)
    cookie = SimpleCookie(answer.headers["set-cookie"])["refresh_token"]
    assert cookie[name.lower()] == value
