"""Every error has the one flat shape and the endpoint's own code; none tells what it should not."""

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx2
import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from src.services.tasks import TaskService
from tests.conftest import SECRET, SignedUp, make_settings, serving
from tests.helpers import AUTH, CHAT, NOBODYS, PASSWORD, TASKS, assert_error, list_tasks

ORIGIN = {"Origin": "http://localhost:3000"}
ACCOUNT = {"email": "nobody@example.com", "password": PASSWORD}
# Each endpoint, what to send it, what to break, and the code it answers then.
ENDPOINTS: list[tuple[str, str, Any, str, str]] = [
    ("POST", f"{AUTH}/signup", ACCOUNT, "repositories.users.add", "INTERNAL_ERROR"),
    ("POST", f"{AUTH}/login", ACCOUNT, "repositories.users.credentials", "INTERNAL_ERROR"),
    ("POST", f"{AUTH}/logout", None, "repositories.sessions.revoke_families", "INTERNAL_ERROR"),
    ("GET", f"{AUTH}/me", None, "repositories.users.find", "USER_RETRIEVAL_ERROR"),
    ("DELETE", f"{AUTH}/me", ACCOUNT, "repositories.users.password_hash", "INTERNAL_ERROR"),
    (
        "POST", f"{AUTH}/refresh", {"refresh_token": "{cookie}"},
        "repositories.sessions.lock_token", "TOKEN_REFRESH_ERROR",
    ),
    ("GET", TASKS, None, "repositories.tasks.rows_of", "TASK_FETCH_ERROR"),
    ("POST", TASKS, {"title": "x"}, "repositories.tasks.insert_row", "TASK_CREATION_ERROR"),
    (
        "PUT", f"{TASKS}/{NOBODYS}", {"title": "x"},
        "repositories.tasks.find", "TASK_UPDATE_ERROR",
    ),
    ("DELETE", f"{TASKS}/{NOBODYS}", None, "repositories.tasks.find", "TASK_DELETION_ERROR"),
    ("POST", CHAT, {"message": "hi"}, "chatbot.repositories.conversations.begin", "CHAT_ERROR"),
    ("POST", CHAT, {"message": "list"}, "repositories.tasks.list_of", "CHAT_ERROR"),
]  # fmt: skip


def _filled(body: Any, user: SignedUp) -> Any:
    return {"refresh_token": user.cookie} if body and "refresh_token" in body else body


@pytest.mark.contract("ERROR-05")
@pytest.mark.parametrize(
    ("method", "path", "body", "broken", "code"),
    [pytest.param(*row, marks=pytest.mark.contract(f"ERROR-500-{row[-1]}")) for row in ENDPOINTS],
)
async def test_a_fault_of_ours_is_500_with_the_endpoints_code_and_no_detail(
    client: httpx2.AsyncClient,
    user: SignedUp,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    body: Any,
    broken: str,
    code: str,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT hunter2 FROM secrets")

    monkeypatch.setattr(f"src.{broken}", fail)
    answer = await client.request(
        method, path, json=_filled(body, user), headers={**user.headers, **ORIGIN}
    )
    assert_error(answer, 500, code)
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    # A page of another origin must be able to read it.
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert answer.headers["x-request-id"]


@pytest.fixture(params=["nothing listens", "wrong password", "no such database"])
async def without_database(
    request: pytest.FixtureRequest, database_url: str
) -> AsyncIterator[httpx2.AsyncClient]:
    """An application that started without its database."""
    real = urlsplit(database_url)
    place = f"{real.hostname}:{real.port}"
    url = {
        "nothing listens": "postgresql://taskflow:x@127.0.0.1:1/taskflow",
        "wrong password": f"postgresql://{real.username}:wrong@{place}/taskflow",
        "no such database": f"postgresql://{real.username}:{real.password}@{place}/nowhere",
    }[request.param]
    async with serving(make_settings(url)) as client:
        yield client


@pytest.mark.contract("ERROR-503-SERVICE_UNAVAILABLE")
async def test_without_its_database_every_endpoint_is_503_and_asks_to_try_again(
    without_database: httpx2.AsyncClient, user: SignedUp
) -> None:
    for method, path, body, _, _ in ENDPOINTS:
        answer = await without_database.request(
            method, path, json=_filled(body, user), headers={**user.headers, **ORIGIN}
        )
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]


@pytest.mark.contract("HEALTH-03")
@pytest.mark.contract("BESIDE-01")
@pytest.mark.contract("BESIDE-03")
async def test_without_its_database_health_is_503_with_its_four_keys(
    without_database: httpx2.AsyncClient,
) -> None:
    answer = await without_database.get("/health")
    assert answer.status_code == 503
    assert list(answer.json().items()) == [
        ("status", "unhealthy"),
        ("version", "0.1.0"),
        ("environment", "development"),
        ("chat_registered", True),
    ]
    assert answer.headers["retry-after"] == "1"
    assert (await without_database.get("/health/live")).status_code == 200
    ready = await without_database.get("/health/ready")
    assert_error(ready, 503, "SERVICE_UNAVAILABLE")
    assert ready.headers["retry-after"] == "1"


async def test_connections_that_were_cut_are_replaced(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    await list_tasks(client, user.headers)
    connection = await asyncpg.connect(database_url)
    cut = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'taskflow' AND datname = current_database()"
    )
    await connection.close()
    assert cut
    assert await list_tasks(client, user.headers) == []


async def test_unknown_addresses_are_not_found(client: httpx2.AsyncClient) -> None:
    for path in ("/", "/nowhere", "/api/v1", f"{TASKS}/", "/api/v2/tasks", f"{TASKS}/1/2"):
        assert_error(await client.get(path), 404, "NOT_FOUND")


async def test_other_methods_are_not_allowed(client: httpx2.AsyncClient) -> None:
    for method, path, allowed in (
        ("PATCH", TASKS, {"GET", "POST"}),
        ("GET", f"{AUTH}/login", {"POST"}),
        ("GET", CHAT, {"POST"}),
        ("POST", "/health", {"GET"}),
        ("GET", f"{TASKS}/{NOBODYS}", {"PUT", "DELETE"}),
    ):
        answer = await client.request(method, path)
        assert_error(answer, 405, "METHOD_NOT_ALLOWED")
        assert set(answer.headers["allow"].split(", ")) <= allowed


async def test_a_body_that_is_too_large_is_refused_announced_or_not(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 1024

    for path in (TASKS, CHAT, f"{AUTH}/signup", f"{AUTH}/login", f"{AUTH}/refresh"):
        for content in (b"x" * 300_000, unannounced()):
            answer = await client.post(path, content=content, headers={**user.headers, **ORIGIN})
            assert_error(answer, 413, "PAYLOAD_TOO_LARGE")
            assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]


async def test_what_was_sent_is_not_repeated(client: httpx2.AsyncClient) -> None:
    body = {"email": "x@example.com", "password": "hunter2"}
    answer = await client.post(f"{AUTH}/signup", json=body)
    assert_error(answer, 400, "SIGNUP_ERROR")
    assert answer.json()["message"] == "password: string should have at least 8 characters."
    assert "hunter2" not in answer.text


async def test_secrets_are_in_no_log(
    client: httpx2.AsyncClient, user: SignedUp, capfd: pytest.CaptureFixture[str]
) -> None:
    expired = jwt.encode({"sub": user.id, "exp": int(time.time()) - 9}, SECRET, "HS256")
    await client.post(f"{AUTH}/login", json={"email": user.email, "password": PASSWORD})
    await client.post(f"{AUTH}/login", json={"email": user.email, "password": "hunter22"})
    await client.post(f"{AUTH}/refresh", json={"refresh_token": user.cookie})
    await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {expired}"})
    await client.post(TASKS, json={"title": "milk"}, headers=user.headers)
    logged = "".join(capfd.readouterr())
    assert logged.count('"event":"request"') == 5
    for secret in (PASSWORD, "hunter22", user.token, user.cookie, expired, SECRET, user.email):
        assert secret not in logged


async def test_an_error_of_the_database_does_not_quote_what_users_wrote(
    app: FastAPI, user: SignedUp
) -> None:
    async with app.state.taskflow.database.session() as session:
        with pytest.raises(DBAPIError) as failure:
            await TaskService(session, UUID(user.id)).create("private " * 50, None)
    assert "value too long" in str(failure.value)
    assert "private" not in str(failure.value)
