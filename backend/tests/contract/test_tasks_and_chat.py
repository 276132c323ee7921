"""Tasks and chat: the lines of the contract that no other test proves alone."""

from uuid import uuid4

import httpx2
import pytest

from src.chatbot.mcp.tools import TOOLS
from tests.conftest import SignedUp
from tests.helpers import CHAT, TASKS, add_task, assert_error, list_tasks


@pytest.mark.contract("UPDATE-03")
async def test_null_removes_the_description(client: httpx2.AsyncClient, user: SignedUp) -> None:
    task = await add_task(client, user.headers, "x", description="old")
    path = f"{TASKS}/{task['id']}"
    answer = await client.put(path, json={"description": None}, headers=user.headers)
    assert answer.json()["description"] is None
    assert (await list_tasks(client, user.headers))[0]["description"] is None


@pytest.mark.parametrize(
    ("method", "whose", "status", "code"),
    [
        pytest.param(
            "PUT", "nobody's", 404, "TASK_NOT_FOUND", marks=pytest.mark.contract("UPDATE-08")
        ),
        pytest.param(
            "PUT", "another's", 403, "TASK_FORBIDDEN", marks=pytest.mark.contract("UPDATE-09")
        ),
        pytest.param(
            "DELETE", "nobody's", 404, "TASK_NOT_FOUND", marks=pytest.mark.contract("DELETE-03")
        ),
        pytest.param(
            "DELETE", "another's", 403, "TASK_FORBIDDEN", marks=pytest.mark.contract("DELETE-04")
        ),
    ],
)
async def test_only_ones_own_tasks_can_be_changed_or_removed(
    client: httpx2.AsyncClient,
    user: SignedUp,
    stranger: SignedUp,
    method: str,
    whose: str,
    status: int,
    code: str,
) -> None:
    task = await add_task(client, stranger.headers, "x")
    task_id = task["id"] if whose == "another's" else uuid4()
    path = f"{TASKS}/{task_id}"
    answer = await client.request(method, path, json={"title": "y"}, headers=user.headers)
    assert_error(answer, status, code)
    assert await list_tasks(client, stranger.headers) == [task]


@pytest.mark.contract("CHAT-01")
async def test_a_conversation_goes_on_under_its_id(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for title in ("milk", "milk"):
        await add_task(client, user.headers, title)
    asked = await client.post(CHAT, json={"message": "delete milk"}, headers=user.headers)
    conversation = asked.json()["conversation_id"]
    assert len(await list_tasks(client, user.headers)) == 2
    body = {"message": "the first one", "conversation_id": conversation}
    done = await client.post(CHAT, json=body, headers=user.headers)
    assert done.json()["conversation_id"] == conversation
    assert len(await list_tasks(client, user.headers)) == 1


@pytest.mark.contract("CHAT-04")
async def test_the_tools_are_named_in_the_order_they_ran(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    message = "add milk, then complete milk"
    said = await client.post(CHAT, json={"message": message}, headers=user.headers)
    calls = said.json()["tool_calls"]
    assert calls.index("add_task") < calls.index("complete_task")


@pytest.mark.contract("CHAT-05")
async def test_the_tools_are_the_five(client: httpx2.AsyncClient, user: SignedUp) -> None:
    five = ["add_task", "list_tasks", "update_task", "complete_task", "delete_task"]
    assert [tool.name for tool in TOOLS] == five
    used: set[str] = set()
    for message in (
        "add buy milk", "list my tasks", "rename buy milk to buy oat milk",
        "complete buy oat milk", "delete buy oat milk", "yes",
    ):  # fmt: skip
        said = await client.post(CHAT, json={"message": message}, headers=user.headers)
        used |= set(said.json()["tool_calls"])
    assert used == set(five)
