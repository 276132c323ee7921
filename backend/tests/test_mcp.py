"""The assistant's tools over MCP: what they promise, whose tasks they touch, what they refuse."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import Client
from mcp_types import Tool

from src.chatbot.mcp.server import TaskServer
from src.chatbot.mcp.toolbox import Toolbox, ToolOutcome
from src.chatbot.mcp.tools import TOOLS
from src.chatbot.protocol import TOOL_NAMES
from src.database import Database
from src.services.tasks import TaskService
from tests.conftest import BACKEND, SECRET, SignedUp, make_settings
from tests.helpers import add_task, list_tasks

CallTool = Callable[..., Awaitable[ToolOutcome]]

UNKNOWN = "The user has no task with this id. Call list_tasks and use an id from its answer."
ARGUMENTS: dict[str, tuple[list[str], list[str]]] = {
    "add_task": (["title", "description"], ["title"]),
    "list_tasks": (["status", "search", "limit"], []),
    "update_task": (["task_id", "title", "description"], ["task_id"]),
    "complete_task": (["task_id", "completed"], ["task_id"]),
    "delete_task": (["task_id"], ["task_id"]),
}
CHANGES: dict[str, dict[str, Any]] = {
    "update_task": {"title": "stolen"},
    "complete_task": {},
    "delete_task": {},
}


@pytest.fixture
def call(app: FastAPI, user: SignedUp) -> CallTool:
    """Call a tool for the user; what it changes is committed, as after a turn."""

    async def run(name: str, **arguments: Any) -> ToolOutcome:
        async with app.state.taskflow.database.session() as session:
            async with Toolbox(TaskService(session, UUID(user.id))) as tools:
                outcome = await tools.call(name, arguments)
            await session.commit()
            return outcome

    return run


@pytest.fixture
async def tools(app: FastAPI, user: SignedUp) -> list[Tool]:
    """The tools as any MCP client sees them."""
    async with (
        app.state.taskflow.database.session() as session,
        Client(TaskServer(TaskService(session, UUID(user.id)))) as client,
    ):
        return list((await client.list_tools()).tools)


def test_there_are_the_five_tools_with_their_arguments(tools: list[Tool]) -> None:
    schemas = {tool.name: tool.input_schema for tool in tools}
    assert {
        name: (list(schema["properties"]), schema.get("required", []))
        for name, schema in schemas.items()
    } == ARGUMENTS
    assert all(schema["type"] == "object" for schema in schemas.values())


def test_no_tool_has_an_argument_for_the_user(tools: list[Tool]) -> None:
    for tool in tools:
        words = set(_names(tool.input_schema))
        assert words.isdisjoint({"user", "user_id", "owner", "email", "token", "tasks", "context"})


def _names(schema: Any) -> list[str]:
    """Return all keys and names at any depth of a schema."""
    if isinstance(schema, dict):
        return [*schema, *(name for part in schema.values() for name in _names(part))]
    if isinstance(schema, list):
        return [name for part in schema for name in _names(part)]
    return [schema] if isinstance(schema, str) else []


def test_every_tool_says_what_it_does_and_what_it_gives(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.description
        assert tool.title
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]


def test_tools_tell_whether_they_read_change_or_destroy(tools: list[Tool]) -> None:
    hints = {tool.name: tool.annotations for tool in tools}
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == {"list_tasks"}
    assert {name for name, hint in hints.items() if hint and hint.destructive_hint} == {
        "delete_task"
    }


async def test_tools_work_on_the_users_tasks(
    call: CallTool, client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    await add_task(client, user.headers, "milk")
    await add_task(client, stranger.headers, "secret")
    outcome = await call("list_tasks")
    assert outcome.is_error is False
    assert [task["title"] for task in json.loads(outcome.text)["tasks"]] == ["milk"]


@pytest.mark.parametrize(
    ("arguments", "titles", "total"),
    [
        ({}, ["Café", "bread", "milk"], 3),
        ({"status": "open"}, ["Café", "milk"], 2),
        ({"status": "done"}, ["bread"], 1),
        ({"search": " CAFÉ "}, ["Café"], 1),
        ({"search": "beer"}, [], 0),
        ({"limit": 1}, ["Café"], 3),
    ],
)
async def test_the_list_can_be_narrowed(
    call: CallTool, arguments: dict[str, Any], titles: list[str], total: int
) -> None:
    for title in ("milk", "bread", "Café"):
        added = json.loads((await call("add_task", title=title)).text)
        if title == "bread":
            await call("complete_task", task_id=added["id"])
    found = json.loads((await call("list_tasks", **arguments)).text)
    assert ([task["title"] for task in found["tasks"]], found["total"]) == (titles, total)


@pytest.mark.parametrize("name", CHANGES)
async def test_another_users_task_and_a_missing_one_look_the_same_to_a_tool(
    call: CallTool, client: httpx2.AsyncClient, stranger: SignedUp, name: str
) -> None:
    task = await add_task(client, stranger.headers, "secret")
    for task_id in (task["id"], str(uuid4())):
        outcome = await call(name, task_id=task_id, **CHANGES[name])
        assert (outcome.text, outcome.is_error) == (UNKNOWN, True)
    assert await list_tasks(client, stranger.headers) == [task]


def test_every_tool_that_takes_a_task_is_tried_with_another_users(tools: list[Tool]) -> None:
    assert {tool.name for tool in tools if "task_id" in tool.input_schema["properties"]} == set(
        CHANGES
    )


@pytest.mark.parametrize("name", ["user_id", "owner", "tasks"])
async def test_a_user_named_in_the_arguments_changes_nothing(
    call: CallTool, client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp, name: str
) -> None:
    assert (await call("add_task", title="milk", **{name: stranger.id})).is_error is False
    assert [task["user_id"] for task in await list_tasks(client, user.headers)] == [user.id]
    assert await list_tasks(client, stranger.headers) == []


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("add_task", {}, "title: Field required"),
        ("add_task", {"title": " "}, "title: String should have at least 1 character"),
        ("add_task", {"title": 7}, "title: Input should be a valid string"),
        ("add_task", {"title": "a\x00b"}, "title: Value error, must not contain"),
        ("add_task", {"title": "x", "description": "y" * 5001}, "description: String should have"),
        ("list_tasks", {"limit": 501}, "limit: Input should be less than or equal to 500"),
        ("list_tasks", {"status": "late"}, "status: Input should be 'all', 'open' or 'done'"),
        ("complete_task", {"task_id": "milk"}, "task_id: Input should be a valid UUID"),
        ("update_task", {"task_id": str(UUID(int=1))}, "Nothing to change was given."),
        ("drop_table", {}, "drop_table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "with",
)
async def test_a_wrong_call_is_explained_in_words(
    call: CallTool, name: str, arguments: dict[str, Any], text: str
) -> None:
    outcome = await call(name, **arguments)
    assert outcome.is_error is True
    assert text in outcome.text
    assert "Traceback" not in outcome.text
    assert "pydantic" not in outcome.text


async def test_a_fault_of_ours_is_raised_and_not_told_to_the_model() -> None:
    settings = make_settings("postgresql://taskflow:x@127.0.0.1:1/taskflow")
    database = Database(settings)
    async with (
        database.session() as session,
        Toolbox(TaskService(session, uuid4())) as tools,
    ):
        with pytest.raises(ConnectionRefusedError):
            await tools.call("list_tasks", {})
    await database.close()


def test_the_tools_are_those_that_the_contract_names() -> None:
    assert tuple(tool.name for tool in TOOLS) == TOOL_NAMES


async def test_a_start_does_not_import_what_only_a_chat_turn_needs() -> None:
    code = "import sys, src.main; print([name for name in sys.modules if name in HEAVY])"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code.replace("HEAVY", "{'mcp', 'anthropic', 'opentelemetry.sdk'}"),
        cwd=BACKEND, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": "postgresql://a:b@h/d", "BETTER_AUTH_SECRET": SECRET},
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert (process.returncode, printed) == (0, b"[]\n")
