"""The table of the eleven endpoints, row by row."""

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import SignedUp
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, add_task, an_email, assert_error


@dataclass(frozen=True)
class Endpoint:
    """A row: what is called, with which credentials and body, and the status it succeeds with."""

    method: str
    path: str
    credentials: str
    status: int
    body: dict[str, Any] | None = None


ELEVEN = [
    Endpoint("GET", "/health", "none", 200),
    Endpoint("POST", f"{AUTH}/signup", "none", 201, {"email": "{new}", "password": PASSWORD}),
    Endpoint("POST", f"{AUTH}/login", "none", 200, {"email": "{email}", "password": PASSWORD}),
    Endpoint("POST", f"{AUTH}/logout", "access token", 200),
    Endpoint("GET", f"{AUTH}/me", "access token", 200),
    Endpoint("POST", f"{AUTH}/refresh", "refresh token", 200, {"refresh_token": "{cookie}"}),
    Endpoint("GET", TASKS, "access token", 200),
    Endpoint("POST", TASKS, "access token", 201, {"title": "buy milk"}),
    Endpoint("PUT", f"{TASKS}/{{task_id}}", "access token", 200, {"completed": True}),
    Endpoint("DELETE", f"{TASKS}/{{task_id}}", "access token", 204),
    Endpoint("POST", CHAT, "access token", 200, {"message": "What do I have to do?"}),
]
_ROWS = [
    pytest.param(
        row, marks=pytest.mark.contract(f"ENDPOINT-{number}"), id=f"{row.method} {row.path}"
    )
    for number, row in enumerate(ELEVEN, start=1)
]
REFUSED = {"none": None, "access token": "MISSING_AUTH_HEADER", "refresh token": "NO_REFRESH_TOKEN"}


@pytest.mark.parametrize("row", _ROWS)
async def test_each_endpoint_succeeds_with_its_credentials_and_not_without(
    client: httpx2.AsyncClient, user: SignedUp, row: Endpoint
) -> None:
    task = await add_task(client, user.headers, "x")
    known = {"new": an_email(), "email": user.email, "cookie": user.cookie, "task_id": task["id"]}
    path = row.path.format(**known)
    body = row.body and {
        name: value.format(**known) if isinstance(value, str) else value
        for name, value in row.body.items()
    }
    refused = REFUSED[row.credentials]
    if refused is not None:
        bare = {} if row.credentials == "refresh token" else body
        assert_error(await client.request(row.method, path, json=bare), 401, refused)
    headers = user.headers if row.credentials == "access token" else {}
    answer = await client.request(row.method, path, json=body, headers=headers)
    assert answer.status_code == row.status, answer.text


@pytest.mark.contract("API-01")
def test_the_eleven_are_there_and_named_as_ever(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    for row in ELEVEN:
        success = min(described[row.path][row.method.lower()]["responses"])
        assert success == str(row.status), row


@pytest.mark.contract("API-02")
async def test_a_body_is_json_and_is_said_to_be(client: httpx2.AsyncClient, user: SignedUp) -> None:
    answer = await client.get(TASKS, headers=user.headers)
    assert answer.headers["content-type"] == "application/json"
    for headers in ({"Content-Type": "text/plain"}, {}):
        sent = {**user.headers, **headers}
        answer = await client.post(TASKS, content=b'{"title": "x"}', headers=sent)
        assert_error(answer, 400, "TASK_CREATION_ERROR")
    form = await client.post(TASKS, data={"title": "x"}, headers=user.headers)
    assert_error(form, 400, "TASK_CREATION_ERROR")
