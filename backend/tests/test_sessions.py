"""Sessions: refresh tokens that rotate, reuse, and logging out."""

import asyncio
import time
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import jwt
import pytest

from src.models.base import now
from src.security.tokens import Tokens
from tests.conftest import SECRET, SignedUp, make_settings, serving
from tests.helpers import AUTH, PASSWORD, assert_error

WEEK = 7 * 24 * 3600


async def _refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    client.cookies.clear()
    answer = await client.post(f"{AUTH}/refresh", headers={"Cookie": f"refresh_token={token}"})
    client.cookies.clear()
    return answer


async def _me(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"})


def _attributes(answer: httpx2.Response) -> dict[str, Any]:
    """Return the attributes of the refresh cookie that an answer sets."""
    cookie = SimpleCookie(answer.headers["set-cookie"])["refresh_token"]
    return {name: value for name, value in cookie.items() if value}


@pytest.mark.contract("SIGNUP-03")
@pytest.mark.contract("LOGIN-02")
@pytest.mark.contract("REFRESH-04")
@pytest.mark.parametrize("secure", [False, True])
async def test_signup_login_and_refresh_set_the_refresh_cookie(
    database_url: str, *, secure: bool
) -> None:
    given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    wanted: dict[str, Any] = {
        "httponly": True, "samesite": "lax", "path": "/api/v1/auth", "max-age": str(WEEK),
    }  # fmt: skip
    if secure:
        wanted["secure"] = True
    async with serving(make_settings(database_url, cookie_secure=secure)) as client:
        for answer in (
            await client.post(f"{AUTH}/signup", json=given),
            await client.post(f"{AUTH}/login", json=given),
        ):
            assert _attributes(answer) == wanted
            assert "refresh_token" not in answer.text
        refreshed = await _refresh(client, answer.cookies["refresh_token"])
        assert _attributes(refreshed) == wanted


@pytest.mark.contract("TOKEN-06")
@pytest.mark.contract("TOKEN-08")
async def test_a_refresh_token_says_that_it_is_one_and_lasts_a_week(user: SignedUp) -> None:
    claims = jwt.decode(user.cookie, SECRET, algorithms=["HS256"])
    assert set(claims) == {"sub", "jti", "type", "iat", "exp"}
    assert (claims["sub"], claims["type"]) == (user.id, "refresh")
    assert claims["exp"] - claims["iat"] == WEEK


@pytest.mark.contract("REFRESH-01")
@pytest.mark.contract("REFRESH-05")
async def test_refresh_rotates_the_cookie_and_gives_a_token(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    answer = await _refresh(client, user.cookie)
    assert answer.status_code == 200
    assert list(answer.json()) == ["token", "message"]
    assert answer.json()["message"] == "Token refreshed successfully"
    assert answer.cookies["refresh_token"] != user.cookie
    assert (await _me(client, answer.json()["token"])).json()["id"] == user.id
    again = await _refresh(client, answer.cookies["refresh_token"])
    assert again.status_code == 200


@pytest.mark.contract("REFRESH-02")
async def test_refresh_takes_the_token_from_the_body(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    answer = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.cookie})
    assert answer.status_code == 200


@pytest.mark.contract("REFRESH-06")
@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}, {"refresh_token": ""}])
async def test_refresh_without_a_token_is_no_refresh_token(
    client: httpx2.AsyncClient, body: Any
) -> None:
    assert_error(await client.post(f"{AUTH}/refresh", json=body), 401, "NO_REFRESH_TOKEN")


@pytest.mark.contract("REFRESH-11")
@pytest.mark.parametrize("body", [{"refresh_token": 7}, [], "text"])
async def test_refresh_with_a_body_that_is_wrong_is_invalid(
    client: httpx2.AsyncClient, body: Any
) -> None:
    assert_error(await client.post(f"{AUTH}/refresh", json=body), 400, "INVALID_REQUEST")


async def test_refresh_with_a_token_that_is_not_good_is_refused(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    ours = Tokens(SECRET)
    token_id = jwt.decode(user.cookie, SECRET, algorithms=["HS256"])["jti"]
    bad = {
        "nonsense": "nonsense",
        "an access token": user.token,
        "signed by another": Tokens("y" * 40).issue_refresh(uuid4(), uuid4(), now()),
        "of no session": ours.issue_refresh(uuid4(), uuid4(), now()),
        "expired": ours.issue_refresh(uuid4(), uuid4(), now() - timedelta(days=8)),
        "of another user": jwt.encode(
            {"sub": str(uuid4()), "jti": token_id, "type": "refresh", "iat": 1,
             "exp": int(time.time()) + 60}, SECRET, "HS256",
        ),
    }  # fmt: skip
    for token in bad.values():
        assert_error(await _refresh(client, token), 401, "INVALID_REFRESH_TOKEN")
    assert (await _refresh(client, user.cookie)).status_code == 200


@pytest.mark.contract("TOKEN-12")
async def test_a_repeated_refresh_within_the_grace_logs_nobody_out(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    first, second = await _refresh(client, user.cookie), await _refresh(client, user.cookie)
    for answer in (first, second):
        assert answer.status_code == 200
        assert (await _refresh(client, answer.cookies["refresh_token"])).status_code == 200


async def test_two_tabs_may_refresh_at_the_same_moment(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    headers = {"Cookie": f"refresh_token={user.cookie}"}
    answers = await asyncio.gather(
        *(client.post(f"{AUTH}/refresh", headers=headers) for _ in range(4))
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["token"] for answer in answers}) == 4


async def test_of_two_that_use_a_token_at_the_same_moment_the_second_comes_second(
    client: httpx2.AsyncClient, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.services.auth.GRACE", timedelta(seconds=-1))
    body = {"refresh_token": user.cookie}
    answers = await asyncio.gather(*(client.post(f"{AUTH}/refresh", json=body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]


@pytest.mark.contract("TOKEN-09")
@pytest.mark.contract("TOKEN-13")
async def test_reuse_after_the_grace_revokes_the_family_and_no_other(
    client: httpx2.AsyncClient, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {"email": user.email, "password": PASSWORD}
    other = (await client.post(f"{AUTH}/login", json=login)).cookies["refresh_token"]
    successor = (await _refresh(client, user.cookie)).cookies["refresh_token"]
    monkeypatch.setattr("src.services.auth.GRACE", timedelta(seconds=-1))
    assert_error(await _refresh(client, user.cookie), 401, "INVALID_REFRESH_TOKEN")
    assert_error(await _refresh(client, successor), 401, "INVALID_REFRESH_TOKEN")
    assert (await _refresh(client, other)).status_code == 200


@pytest.mark.contract("LOGOUT-02")
@pytest.mark.contract("LOGOUT-04")
@pytest.mark.contract("LOGOUT-06")
async def test_logout_answers_its_old_words_and_really_logs_out(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    answer = await client.post(f"{AUTH}/logout", headers=user.headers)
    message = "Logout endpoint created (T022 stub). Implementation in T099."
    assert answer.status_code == 200
    assert list(answer.json().items()) == [("status", "pending"), ("message", message)]
    cleared = _attributes(answer)
    assert (cleared["path"], cleared["max-age"]) == ("/api/v1/auth", "0")
    assert SimpleCookie(answer.headers["set-cookie"])["refresh_token"].value == ""
    assert_error(await _me(client, user.token), 401, "INVALID_TOKEN")
    assert_error(await client.post(f"{AUTH}/logout", headers=user.headers), 401, "INVALID_TOKEN")
    # By the access token alone: no cookie was sent.
    assert_error(await _refresh(client, user.cookie), 401, "INVALID_REFRESH_TOKEN")


@pytest.mark.contract("LOGOUT-05")
async def test_logout_revokes_the_family_of_the_cookie_too(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    login = {"email": user.email, "password": PASSWORD}
    other = (await client.post(f"{AUTH}/login", json=login)).cookies["refresh_token"]
    client.cookies.clear()
    headers = {**user.headers, "Cookie": f"refresh_token={other}"}
    assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
    for token in (user.cookie, other):
        assert_error(await _refresh(client, token), 401, "INVALID_REFRESH_TOKEN")


async def test_logout_works_with_a_cookie_that_cannot_be_read(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    headers = {**user.headers, "Cookie": "refresh_token=nonsense"}
    assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
    assert_error(await _refresh(client, user.cookie), 401, "INVALID_REFRESH_TOKEN")


@pytest.mark.contract("TOKEN-11")
async def test_logging_out_of_one_session_leaves_the_others(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    login = {"email": user.email, "password": PASSWORD}
    other = await client.post(f"{AUTH}/login", json=login)
    client.cookies.clear()
    await client.post(f"{AUTH}/logout", headers=user.headers)
    assert (await _me(client, other.json()["token"])).status_code == 200
    assert (await _refresh(client, other.cookies["refresh_token"])).status_code == 200


async def test_logging_in_again_within_the_same_second_works(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    body = {"email": user.email, "password": PASSWORD}
    tokens = []
    for _ in range(3):
        token = (await client.post(f"{AUTH}/login", json=body)).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await _me(client, token)).status_code == 200
        assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
        tokens.append(token)
    assert len(set(tokens)) == 3


@pytest.mark.contract("TOKEN-14")
async def test_a_session_ends_thirty_days_after_its_login_however_often_it_is_refreshed(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    async def refreshed_after(age: str, token: str) -> httpx2.Response:
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            "UPDATE session_family SET created_at = now() - $2::text::interval WHERE user_id = $1",
            user.id,
            age,
        )
        await connection.close()
        return await _refresh(client, token)

    last = await refreshed_after("29 days 23 hours", user.cookie)
    assert last.status_code == 200
    refused = await refreshed_after("30 days 1 second", last.cookies["refresh_token"])
    assert_error(refused, 401, "INVALID_REFRESH_TOKEN")
