"""What many tests say in the same words."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

AUTH = "/api/v1/auth"
TASKS = "/api/v1/tasks"
# The id of no task; always the same, since it is in the names of tests.
NOBODYS = "0b0d1e50-0000-4000-8000-000000000000"
CHAT = "/api/v1/chat"
PASSWORD = "a good password"


def an_email() -> str:
    """Return an email that nobody has."""
    return f"{uuid4().hex}@example.com"


def assert_error(answer: httpx2.Response, status: int, code: str) -> None:
    """Expect an error of the one shape."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert list(answer.json()) == ["error", "code", "message"]
    assert all(isinstance(value, str) and value for value in answer.json().values())
    assert answer.headers["content-type"] == "application/json"


async def add_task(
    client: httpx2.AsyncClient, headers: dict[str, str], title: str, **more: Any
) -> dict[str, Any]:
    """Add a task through its endpoint."""
    answer = await client.post(TASKS, json={"title": title, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def list_tasks(client: httpx2.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    """Read the tasks through their endpoint."""
    answer = await client.get(TASKS, headers=headers)
    assert answer.status_code == 200, answer.text
    tasks: list[dict[str, Any]] = answer.json()
    return tasks


async def count_kept(database_url: str, user_id: str) -> dict[str, int]:
    """Count what the database keeps of a user, past any endpoint."""
    messages = (
        "SELECT count(*) FROM message JOIN conversation c ON c.id = conversation_id "
        "WHERE c.user_id = $1"
    )
    connection = await asyncpg.connect(database_url)
    try:
        return {
            "tasks": await connection.fetchval(
                "SELECT count(*) FROM task WHERE user_id = $1", user_id
            ),
            "messages": await connection.fetchval(messages, user_id),
            "conversations": await connection.fetchval(
                "SELECT count(*) FROM conversation WHERE user_id = $1", user_id
            ),
        }
    finally:
        await connection.close()


async def empty_schema(database_url: str, name: str) -> str:
    """Return the URL of an empty schema: to an application, a database of its own."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        await connection.execute(f"CREATE SCHEMA {name}")
    finally:
        await connection.close()
    return f"{database_url}?options=-csearch_path%3D{name}"
