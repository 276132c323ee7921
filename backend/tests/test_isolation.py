"""Nobody reaches what is another user's, by any endpoint."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import SignedUp
from tests.helpers import AUTH, CHAT, TASKS, add_task, assert_error, list_tasks

# What an intruder sends, with the ids of another user in place of the braces.
ATTEMPTS: list[tuple[str, str, Any, int, str]] = [
    ("PUT", f"{TASKS}/{{task}}", {"title": "stolen"}, 403, "TASK_FORBIDDEN"),
    ("PUT", f"{TASKS}/{{task}}", {"completed": True}, 403, "TASK_FORBIDDEN"),
    ("DELETE", f"{TASKS}/{{task}}", None, 403, "TASK_FORBIDDEN"),
    (
        "POST", CHAT, {"message": "hi", "conversation_id": "{conversation}"},
        404, "CONVERSATION_NOT_FOUND",
    ),
]  # fmt: skip
# What takes no id of anything.
WITHOUT_IDS = {
    ("GET", TASKS),
    ("POST", TASKS),
    ("GET", f"{AUTH}/me"),
    ("POST", f"{AUTH}/signup"),
    ("POST", f"{AUTH}/login"),
    ("POST", f"{AUTH}/logout"),
    ("POST", f"{AUTH}/refresh"),
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
}


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), ATTEMPTS)
async def test_another_users_ids_give_nothing_and_change_nothing(
    client: httpx2.AsyncClient,
    user: SignedUp,
    stranger: SignedUp,
    method: str,
    path: str,
    body: Any,
    status: int,
    code: str,
) -> None:
    task = await add_task(client, user.headers, "secret", description="plan")
    said = await client.post(CHAT, json={"message": "list"}, headers=user.headers)
    ids = {"task": task["id"], "conversation": said.json()["conversation_id"]}
    sent = {
        name: value.format(**ids) if isinstance(value, str) else value
        for name, value in (body or {}).items()
    }
    answer = await client.request(
        method, path.format(**ids), json=sent or None, headers=stranger.headers
    )
    assert_error(answer, status, code)
    assert "secret" not in answer.text
    assert "plan" not in answer.text
    assert await list_tasks(client, user.headers) == [task]


def test_every_endpoint_is_accounted_for(app: FastAPI) -> None:
    served = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    tried = {(method, path.replace("{task}", "{task_id}")) for method, path, *_ in ATTEMPTS}
    assert served == tried | WITHOUT_IDS


async def test_everybody_sees_what_is_his_own(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    await add_task(client, user.headers, "mine")
    assert await list_tasks(client, stranger.headers) == []
    me = await client.get(f"{AUTH}/me", headers=stranger.headers)
    assert me.json()["id"] == stranger.id
    said = await client.post(CHAT, json={"message": "show my tasks"}, headers=stranger.headers)
    assert said.json()["response"].startswith("You have no tasks.")


async def test_a_task_is_made_for_the_caller_whatever_the_body_says(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    task = await add_task(client, stranger.headers, "gift", user_id=user.id)
    assert task["user_id"] == stranger.id
    body = {"title": "kept", "user_id": user.id, "id": user.id}
    changed = await client.put(f"{TASKS}/{task['id']}", json=body, headers=stranger.headers)
    assert (changed.json()["user_id"], changed.json()["id"]) == (stranger.id, task["id"])


async def test_a_stolen_cookie_does_not_log_its_owner_out(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    headers = {**stranger.headers, "Cookie": f"refresh_token={user.cookie}"}
    assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
    client.cookies.clear()
    refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.cookie})
    assert refreshed.status_code == 200
