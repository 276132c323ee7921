"""The table of errors, row by row, but for those that need something broken: see test_errors.py."""

import time
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
from fastapi import FastAPI

from tests.conftest import SECRET, SignedUp
from tests.helpers import AUTH, CHAT, NOBODYS, PASSWORD, TASKS, add_task, an_email, assert_error

ME = f"{AUTH}/me"
SHORT = {"email": "nobody@example.com", "password": "short"}
# The status and code; what is called with which body; whose credentials go with it.
ROWS: list[tuple[int, str, str, str, Any, str]] = [
    (400, "SIGNUP_ERROR", "POST", f"{AUTH}/signup", SHORT, "nobody"),
    (400, "TASK_CREATION_ERROR", "POST", TASKS, {"title": ""}, "user"),
    (400, "TASK_UPDATE_ERROR", "PUT", f"{TASKS}/{{task}}", {"title": ""}, "user"),
    (400, "INVALID_MESSAGE", "POST", CHAT, {"message": " "}, "user"),
    (400, "INVALID_REQUEST", "POST", f"{AUTH}/login", {"email": 7, "password": "x"}, "nobody"),
    (
        401, "INVALID_CREDENTIALS", "POST", f"{AUTH}/login",
        {"email": "nobody@example.com", "password": PASSWORD}, "nobody",
    ),
    (401, "MISSING_AUTH_HEADER", "GET", ME, None, "nobody"),
    (401, "INVALID_AUTH_FORMAT", "GET", ME, None, "basic"),
    (401, "INVALID_TOKEN", "GET", ME, None, "nonsense"),
    (401, "INVALID_TOKEN_CLAIMS", "GET", ME, None, "with a claim more"),
    (401, "INVALID_SIGNATURE", "GET", ME, None, "of another key"),
    (401, "TOKEN_EXPIRED", "GET", ME, None, "expired"),
    (401, "NO_REFRESH_TOKEN", "POST", f"{AUTH}/refresh", None, "nobody"),
    (
        401, "INVALID_REFRESH_TOKEN", "POST", f"{AUTH}/refresh", {"refresh_token": "nonsense"},
        "nobody",
    ),
    (403, "TASK_FORBIDDEN", "DELETE", f"{TASKS}/{{task}}", None, "stranger"),
    (404, "TASK_NOT_FOUND", "DELETE", f"{TASKS}/{{none}}", None, "user"),
    (
        404, "CONVERSATION_NOT_FOUND", "POST", CHAT,
        {"message": "hi", "conversation_id": "{none}"}, "user",
    ),
    (404, "USER_NOT_FOUND", "GET", ME, None, "of a deleted account"),
    (404, "NOT_FOUND", "GET", "/api/v1/nowhere", None, "user"),
    (405, "METHOD_NOT_ALLOWED", "PATCH", TASKS, None, "user"),
    (413, "PAYLOAD_TOO_LARGE", "POST", TASKS, {"title": "x" * 256 * 1024}, "user"),
]  # fmt: skip


def _authorization(who: str, user: SignedUp, stranger: SignedUp) -> dict[str, str]:
    now = int(time.time())
    claims: dict[str, Any] = {"sub": user.id, "email": user.email, "iat": now, "exp": now + 60}
    made = {
        "basic": "Basic eDp5",
        "nonsense": "Bearer nonsense",
        "with a claim more": f"Bearer {jwt.encode({**claims, 'admin': True}, SECRET, 'HS256')}",
        "of another key": f"Bearer {jwt.encode(claims, 'x' * 40, 'HS256')}",
        "expired": f"Bearer {jwt.encode({**claims, 'iat': 1, 'exp': 2}, SECRET, 'HS256')}",
        "of a deleted account": (
            f"Bearer {jwt.encode({**claims, 'sub': str(uuid4())}, SECRET, 'HS256')}"
        ),
        "user": f"Bearer {user.token}",
        "stranger": f"Bearer {stranger.token}",
    }
    return {"Authorization": made[who]} if who in made else {}


@pytest.mark.parametrize(
    ("status", "code", "method", "path", "body", "who"),
    [
        pytest.param(*row, marks=pytest.mark.contract(f"ERROR-{row[0]}-{row[1]}"), id=row[1])
        for row in ROWS
    ],
)
async def test_each_error_has_its_status_and_code_and_is_described_as_it_is(
    client: httpx2.AsyncClient,
    app: FastAPI,
    user: SignedUp,
    stranger: SignedUp,
    status: int,
    code: str,
    method: str,
    path: str,
    body: Any,
    who: str,
) -> None:
    ids = {"task": (await add_task(client, user.headers, "x"))["id"], "none": str(uuid4())}
    sent = body and {
        name: value.format(**ids) if isinstance(value, str) else value
        for name, value in body.items()
    }
    headers = _authorization(who, user, stranger)
    answer = await client.request(method, path.format(**ids), json=sent, headers=headers)
    assert_error(answer, status, code)
    # That an address does not take a method is no answer of any of its operations.
    if code != "METHOD_NOT_ALLOWED":
        assert answer.json() in _examples(app, status, code)


def _examples(app: FastAPI, status: int, code: str) -> list[Any]:
    """Return what the description gives as examples of an error."""
    answers = [
        operation["responses"].get(str(status), {"content": {"application/json": {}}})
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
    ]
    examples = [each["content"]["application/json"].get("examples", {}) for each in answers]
    return [each[code]["value"] for each in examples if code in each]


@pytest.mark.contract("ERROR-01")
async def test_the_body_of_an_error_is_exactly_three_keys(client: httpx2.AsyncClient) -> None:
    answer = await client.get(TASKS)
    assert list(answer.json()) == ["error", "code", "message"]
    assert answer.json()["error"] == "Unauthorized"
    assert answer.json()["message"] == "Send the header Authorization: Bearer TOKEN."


@pytest.mark.contract("ERROR-03")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", TASKS, {"title": ""}),
        ("PUT", f"{TASKS}/7", {}),
        ("DELETE", f"{TASKS}/7", None),
        ("DELETE", ME, {}),
        ("POST", CHAT, {"message": ""}),
    ],
)
async def test_credentials_are_checked_before_the_body(
    client: httpx2.AsyncClient, method: str, path: str, body: Any
) -> None:
    assert_error(await client.request(method, path, json=body), 401, "MISSING_AUTH_HEADER")


@pytest.mark.contract("ERROR-04")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", TASKS, "GET, POST"),
        ("OPTIONS", f"{TASKS}/{NOBODYS}", "DELETE, PUT"),
        ("GET", CHAT, "POST"),
        ("DELETE", "/health", "GET"),
    ],
)
async def test_a_405_names_all_methods_of_the_address(
    client: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    assert_error(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allowed


@pytest.mark.contract("ERROR-02")
async def test_an_error_repeats_nothing_secret(client: httpx2.AsyncClient, user: SignedUp) -> None:
    secret = "hunter2"
    for path, body, headers in (
        (f"{AUTH}/signup", {"email": an_email(), "password": secret}, {}),
        (f"{AUTH}/signup", {"email": user.email, "password": secret * 2}, {}),
        (f"{AUTH}/login", {"email": user.email, "password": secret}, {}),
        (f"{AUTH}/login", {"email": user.email, "password": [secret]}, {}),
        (f"{AUTH}/refresh", {"refresh_token": secret}, {}),
        (f"{AUTH}/refresh", {"refresh_token": [secret]}, {}),
        (TASKS, {"title": "x"}, {"Authorization": f"Bearer {secret}"}),
    ):
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code in {400, 401}
        assert secret not in answer.text
        assert user.email not in answer.text
