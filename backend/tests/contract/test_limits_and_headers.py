"""Rate limits and headers: the lines of the contract that no other test proves alone."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from src.config import Rate, Settings
from tests.conftest import SECRET, SignedUp, make_settings, serving
from tests.contract.manifest import CONTRACT, contract_lines
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, an_email, assert_error

ONCE = "1/hour"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


async def _do(client: httpx2.AsyncClient, action: str, user: SignedUp) -> httpx2.Response:
    client.cookies.clear()
    if action == "signup":
        body: dict[str, Any] = {"email": an_email(), "password": PASSWORD}
    elif action == "login":
        body = {"email": user.email, "password": "wrong password"}
    elif action == "refresh":
        body = {"refresh_token": user.cookie}
    else:
        return await client.post(CHAT, json={"message": "add milk"}, headers=user.headers)
    return await client.post(f"{AUTH}/{action}", json=body)


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("signup", marks=pytest.mark.contract("SIGNUP-06")),
        pytest.param("login", marks=pytest.mark.contract("LOGIN-07")),
        pytest.param("refresh", marks=pytest.mark.contract("REFRESH-12")),
        pytest.param("chat", marks=pytest.mark.contract("CHAT-11")),
    ],
)
async def test_what_is_done_too_often_is_refused(
    database_url: str, user: SignedUp, action: str
) -> None:
    # A secret of its own: counts are kept under it, and another run may be under way.
    limits = {f"rate_limit_{action}_address": ONCE}
    async with serving(make_settings(database_url, **limits, **_own_counts())) as client:
        first, second = [await _do(client, action, user) for _ in range(2)]
    assert first.status_code != 429
    assert_error(second, 429, "RATE_LIMITED")
    assert 0 < int(second.headers["retry-after"]) <= 3600


def _own_counts() -> dict[str, str]:
    return {"better_auth_secret": uuid4().hex, "better_auth_secret_previous": SECRET}


@pytest.mark.contract("RATE-01")
async def test_what_was_refused_was_not_done(database_url: str, user: SignedUp) -> None:
    limits = {"rate_limit_signup_account": ONCE, "rate_limit_chat_account": ONCE}
    async with serving(make_settings(database_url, **limits, **_own_counts())) as client:
        email = an_email()
        for password, status in (("short", 400), (PASSWORD, 201), (PASSWORD, 429)):
            body = {"email": email, "password": password}
            assert (await client.post(f"{AUTH}/signup", json=body)).status_code == status
        for status in (200, 429):
            assert (await _do(client, "chat", user)).status_code == status
        tasks = await client.get(TASKS, headers=user.headers)
    assert len(tasks.json()) == 1


@pytest.mark.contract("RATE-03")
async def test_each_limit_can_be_off(database_url: str, user: SignedUp) -> None:
    names = [name for name in Settings.model_fields if name.startswith("rate_limit_")]
    assert len(names) == 8
    off = make_settings(database_url, **dict.fromkeys(names, "off"))
    assert {getattr(off, name) for name in names} == {None}
    async with serving(off) as client:
        answers = [await _do(client, "login", user) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {401}


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(name, marks=pytest.mark.contract(f"RATE-{name.upper()}"))
        for name in ("signup", "login", "refresh", "chat")
    ],
)
def test_the_usual_limits_are_those_of_the_table(action: str) -> None:
    row = next(
        line.text
        for line in contract_lines(CONTRACT.read_text(encoding="utf-8"))
        if line.section == "Rate limits" and line.text.startswith(f"| {action.capitalize()} |")
    )
    seconds = {"a minute": 60, "an hour": 3600}
    written = [
        Rate(int(times), seconds[per])
        for times, per in re.findall(r"(\d+) (?:failed ones )?(an? \w+)", row)
    ]
    usual = [
        Settings.model_fields[f"rate_limit_{action}_{kind}"].default
        for kind in ("address", "account")
    ]
    assert written == usual


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.contract(f"HEADER-{name}")) for name in HEADERS]
)
async def test_each_header_has_its_value(database_url: str, name: str) -> None:
    async with serving(make_settings(database_url, cookie_secure=True)) as client:
        answers = [await client.get(path) for path in ("/health/live", TASKS, "/nowhere")]
    assert [answer.headers[name] for answer in answers] == [HEADERS[name]] * 3


@pytest.mark.contract("HEADER-02")
async def test_the_request_id_is_in_the_log(
    client: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    answer = await client.get(TASKS, headers={"X-Request-Id": "id-of-this-test"})
    assert answer.headers["x-request-id"] == "id-of-this-test"
    lines = [json.loads(line) for line in "".join(capfd.readouterr()).splitlines()]
    assert [line["request_id"] for line in lines if line["event"] == "request"] == [
        "id-of-this-test"
    ]


@pytest.mark.contract("CORS-08")
async def test_pages_of_our_origins_may_read_what_headers_say(client: httpx2.AsyncClient) -> None:
    answer = await client.get(TASKS, headers={"Origin": "http://localhost:3000"})
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert sorted(exposed) == ["Idempotency-Replayed", "Retry-After", "X-Request-Id"]


@pytest.mark.contract("CORS-06")
async def test_a_preflight_may_be_kept_for_600_seconds(client: httpx2.AsyncClient) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    answer = await client.options(TASKS, headers=asked)
    assert answer.headers["access-control-max-age"] == "600"
