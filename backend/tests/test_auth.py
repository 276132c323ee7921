"""Accounts and access tokens, endpoint by endpoint."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest

from tests.conftest import SECRET, SignedUp
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, assert_error


def _email() -> str:
    return f"{uuid4().hex}@example.com"


@pytest.mark.contract("SIGNUP-01")
async def test_signup_answers_the_user_the_token_and_the_message_in_order(
    client: httpx2.AsyncClient,
) -> None:
    given = {"email": f" {uuid4().hex.upper()}@Example.com ", "password": PASSWORD}
    answer = await client.post(f"{AUTH}/signup", json=given)
    assert answer.status_code == 201
    body = answer.json()
    assert list(body) == ["user", "token", "message"]
    assert list(body["user"]) == ["id", "email", "created_at"]
    assert body["user"]["email"] == given["email"].strip().lower()
    assert time.strptime(body["user"]["created_at"], "%Y-%m-%dT%H:%M:%SZ")
    assert body["message"] == "User registered successfully"
    assert PASSWORD not in answer.text


@pytest.mark.contract("SIGNUP-04")
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"email": "x@example.com"},
        {"password": PASSWORD},
        {"email": "nobody", "password": PASSWORD},
        {"email": "x@localhost", "password": PASSWORD},
        {"email": "Nobody <x@example.com>", "password": PASSWORD},
        {"email": "a" * 250 + "@example.com", "password": PASSWORD},
        {"email": "a\x00b@example.com", "password": PASSWORD},
        {"email": "x@example.com", "password": "7 chars"},
        {"email": "x@example.com", "password": None},
        {"email": "x@example.com", "password": "x" * 1025},
        {"email": "x@example.com", "password": "nul\x00nul\x00"},
    ],
)
async def test_signup_refuses_bad_input(client: httpx2.AsyncClient, body: Any) -> None:
    answer = await client.post(f"{AUTH}/signup", json=body)
    assert_error(answer, 400, "SIGNUP_ERROR")
    assert "7 chars" not in answer.text


async def test_signup_takes_a_password_of_eight_characters(client: httpx2.AsyncClient) -> None:
    given = {"email": _email(), "password": "8 chars!"}
    assert (await client.post(f"{AUTH}/signup", json=given)).status_code == 201


@pytest.mark.contract("SIGNUP-05")
async def test_signup_refuses_an_email_that_is_taken_in_any_case(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    body = {"email": user.email.upper(), "password": PASSWORD}
    assert_error(await client.post(f"{AUTH}/signup", json=body), 400, "SIGNUP_ERROR")


async def test_of_two_signups_at_once_with_one_email_one_wins(client: httpx2.AsyncClient) -> None:
    given = {"email": _email(), "password": PASSWORD}
    answers = await asyncio.gather(*(client.post(f"{AUTH}/signup", json=given) for _ in range(3)))
    won, *lost = sorted(answers, key=lambda answer: answer.status_code)
    assert won.status_code == 201
    for answer in lost:
        assert_error(answer, 400, "SIGNUP_ERROR")


@pytest.mark.contract("LOGIN-01")
async def test_login_answers_like_signup(client: httpx2.AsyncClient, user: SignedUp) -> None:
    body = {"email": f" {user.email.upper()}", "password": PASSWORD}
    answer = await client.post(f"{AUTH}/login", json=body)
    assert answer.status_code == 200
    assert list(answer.json()) == ["user", "token", "message"]
    assert list(answer.json()["user"]) == ["id", "email", "created_at"]
    assert answer.json()["message"] == "Login successful"
    assert answer.json()["user"]["id"] == user.id


@pytest.mark.contract("LOGIN-03")
@pytest.mark.contract("LOGIN-05")
@pytest.mark.parametrize("password", ["wrong password", "short", "", "x" * 1024])
async def test_login_with_a_wrong_password_is_a_failed_login_however_long_it_is(
    client: httpx2.AsyncClient, user: SignedUp, password: str
) -> None:
    body = {"email": user.email, "password": password}
    assert_error(await client.post(f"{AUTH}/login", json=body), 401, "INVALID_CREDENTIALS")


@pytest.mark.contract("LOGIN-04")
@pytest.mark.parametrize("email", ["x@example.com", "no email", ""])
async def test_login_says_the_same_of_an_unknown_email(
    client: httpx2.AsyncClient, user: SignedUp, email: str
) -> None:
    wrong = await client.post(f"{AUTH}/login", json={"email": user.email, "password": "wrong!!!"})
    unknown = await client.post(f"{AUTH}/login", json={"email": email, "password": "wrong!!!"})
    assert_error(unknown, 401, "INVALID_CREDENTIALS")
    assert wrong.content == unknown.content


@pytest.mark.contract("LOGIN-06")
@pytest.mark.parametrize("body", [{}, None, {"email": "x@example.com"}, {"email": 1}])
async def test_login_without_credentials_is_an_invalid_request(
    client: httpx2.AsyncClient, body: Any
) -> None:
    assert_error(await client.post(f"{AUTH}/login", json=body), 400, "INVALID_REQUEST")


@pytest.mark.contract("TOKEN-05")
@pytest.mark.contract("TOKEN-07")
async def test_access_token_claims_are_exactly_the_four(user: SignedUp) -> None:
    claims = jwt.decode(user.token, SECRET, algorithms=["HS256"])
    assert set(claims) == {"sub", "email", "iat", "exp"}
    assert (claims["sub"], claims["email"]) == (user.id, user.email)
    assert claims["exp"] - claims["iat"] == 86_400
    assert jwt.get_unverified_header(user.token)["alg"] == "HS256"


@pytest.mark.contract("ME-01")
async def test_me_answers_the_account(client: httpx2.AsyncClient, user: SignedUp) -> None:
    answer = await client.get(f"{AUTH}/me", headers=user.headers)
    assert answer.status_code == 200
    assert list(answer.json()) == ["id", "email", "created_at"]
    assert (answer.json()["id"], answer.json()["email"]) == (user.id, user.email)


def _token(user: SignedUp, key: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {"sub": user.id, "email": user.email, "iat": now, "exp": now + 60, **changes}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm)


async def test_bad_credentials_have_their_own_codes(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    cases = {
        "Basic eDp5": "INVALID_AUTH_FORMAT",
        "Bearer": "INVALID_AUTH_FORMAT",
        "Bearer a b": "INVALID_AUTH_FORMAT",
        user.token: "INVALID_AUTH_FORMAT",
        "Bearer nonsense": "INVALID_TOKEN",
        f"Bearer {user.token.rpartition('.')[0]}.{'A' * 43}": "INVALID_SIGNATURE",
        f"Bearer {_token(user, 'x' * 40)}": "INVALID_SIGNATURE",
        f"Bearer {_token(user, exp=1)}": "TOKEN_EXPIRED",
        f"Bearer {_token(user, sub=None)}": "INVALID_TOKEN_CLAIMS",
        f"Bearer {_token(user, email=None)}": "INVALID_TOKEN_CLAIMS",
        f"Bearer {_token(user, exp=None)}": "INVALID_TOKEN_CLAIMS",
        f"Bearer {_token(user, sub='7')}": "INVALID_TOKEN_CLAIMS",
        f"Bearer {_token(user, admin=True)}": "INVALID_TOKEN_CLAIMS",
        # Only HS256 is accepted, and no refresh token.
        f"Bearer {_token(user, 'x' * 64, 'HS512')}": "INVALID_TOKEN",
        f"Bearer {_token(user, '', 'none')}": "INVALID_TOKEN",
        f"Bearer {user.cookie}": "INVALID_TOKEN_CLAIMS",
    }
    for header, code in cases.items():
        answer = await client.get(f"{AUTH}/me", headers={"Authorization": header})
        assert_error(answer, 401, code)
    assert_error(await client.get(f"{AUTH}/me"), 401, "MISSING_AUTH_HEADER")


@pytest.mark.contract("ME-02")
@pytest.mark.contract("CREATE-04")
@pytest.mark.contract("CHAT-09")
async def test_a_deleted_user_is_not_found(client: httpx2.AsyncClient) -> None:
    ghost = SignedUp(str(uuid4()), "ghost@example.com", "", "")
    headers = {"Authorization": f"Bearer {_token(ghost)}"}
    assert_error(await client.get(f"{AUTH}/me", headers=headers), 404, "USER_NOT_FOUND")
    created = await client.post(TASKS, json={"title": "x"}, headers=headers)
    assert_error(created, 404, "USER_NOT_FOUND")
    for message in ("hi", "add milk"):
        said = await client.post(CHAT, json={"message": message}, headers=headers)
        assert_error(said, 404, "USER_NOT_FOUND")
