"""Nobody reaches what is another user's, by any endpoint and by any tool of the assistant.

What is tried is made from the API's description and the tools' schemas: a new place for an id is
tried by itself, and one that the tables here do not know fails.
"""

import json
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from src.chatbot.mcp.toolbox import Toolbox
from src.chatbot.mcp.tools import TOOLS
from src.openapi_file import described
from src.services.tasks import TaskService
from tests.conftest import SignedUp
from tests.helpers import (
    AUTH,
    CHAT,
    PASSWORD,
    TASKS,
    add_task,
    an_email,
    assert_error,
    list_tasks,
)
from tests.isolation import (
    Operation,
    Slot,
    Victim,
    example_body,
    fields_of,
    id_places,
    kept_of,
    make_victim,
    operations,
    put,
    slots,
    without_owner,
)

DESCRIPTION: dict[str, Any] = json.loads(described())
OPERATIONS = operations(DESCRIPTION)
# What an id is of, by the name of the place that takes it.
OF = {"task_id": "task", "conversation_id": "conversation"}
# How an id is refused there: one of another user, and one of something else, which is none at all.
REFUSED = {
    "task": ((403, "TASK_FORBIDDEN"), (404, "TASK_NOT_FOUND")),
    "conversation": ((404, "CONVERSATION_NOT_FOUND"), (404, "CONVERSATION_NOT_FOUND")),
}
KINDS = ["user", "task", "conversation"]
# Names that a body does not know, under which an intruder might try to be somebody else.
UNKNOWN = ["id", "user_id", "user", "owner_id", "sub", "task_id", "conversation_id", "email"]
NO_TASK = "The user has no task with this id. Call list_tasks and use an id from its answer."
# Counters and digests, which no key ties to a user.
OF_NOBODY = {"rate_limit", "revoked_token"}


@pytest.fixture
async def victim(client: httpx2.AsyncClient, user: SignedUp) -> Victim:
    """Whom the stranger tries to reach."""
    return await make_victim(client, user)


def _named(cases: list[Any]) -> list[Any]:
    return [pytest.param(case, id=case.name) for case in cases]


def test_every_place_for_an_id_is_known() -> None:
    unknown = [slot.name for slot in slots(DESCRIPTION) if slot.key not in OF]
    unknown += [
        f"{tool.name} {place}"
        for tool in TOOLS
        for place in id_places(tool.parameters, tool.parameters)
        if place[-1] not in OF
    ]
    assert unknown == []
    assert set(OF.values()) == set(REFUSED)


def test_every_endpoint_is_accounted_for(app: FastAPI) -> None:
    """Say which places there are: a path with an id that is not described as one would be lost."""
    assert [slot.name for slot in slots(DESCRIPTION)] == [
        f"PUT {TASKS}/{{task_id}} path task_id",
        f"DELETE {TASKS}/{{task_id}} path task_id",
        f"POST {CHAT} body conversation_id",
    ]
    in_paths = {each.path for each in OPERATIONS if "{" in each.path}
    assert in_paths == {slot.operation.path for slot in slots(DESCRIPTION) if slot.where == "path"}
    assert app.openapi() == DESCRIPTION


def test_every_table_has_an_owner_or_needs_none() -> None:
    assert without_owner() == OF_NOBODY


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slot", _named(slots(DESCRIPTION)))
async def test_another_users_ids_give_nothing_and_change_nothing(
    client: httpx2.AsyncClient,
    app: FastAPI,
    victim: Victim,
    stranger: SignedUp,
    slot: Slot,
    kind: str,
) -> None:
    before = await kept_of(app, victim.user.id)
    stolen = victim.ids[kind]
    parts: dict[str, dict[str, Any]] = {
        "path": {}, "query": {}, "header": {}, "cookie": {},
        "body": example_body(slot.operation, DESCRIPTION) or {},
    }  # fmt: skip
    put(parts[slot.where], slot.place, stolen)
    answer = await client.request(
        slot.operation.method,
        slot.operation.path.format(**parts["path"]),
        params=parts["query"],
        json=parts["body"] or None,
        headers={**stranger.headers, **parts["header"]},
    )
    meant = OF[slot.key]
    assert_error(answer, *REFUSED[meant][0 if kind == meant else 1])
    victim.assert_untold(answer)
    assert await kept_of(app, victim.user.id) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "operation", _named([each for each in OPERATIONS if "requestBody" in each.described])
)
async def test_a_name_that_a_body_does_not_know_makes_nobody_else_of_the_caller(
    client: httpx2.AsyncClient,
    app: FastAPI,
    victim: Victim,
    stranger: SignedUp,
    operation: Operation,
    kind: str,
) -> None:
    own = await add_task(client, stranger.headers, "own")
    before = await kept_of(app, victim.user.id)
    body = example_body(operation, DESCRIPTION) or {}
    if "email" in body:
        body["email"] = an_email()
    if "password" in body:
        body["password"] = PASSWORD
    unknown = set(UNKNOWN) - set(fields_of(operation, DESCRIPTION))
    answer = await client.request(
        operation.method,
        operation.path.format(task_id=own["id"]),
        json={**body, **dict.fromkeys(unknown, victim.ids[kind])},
        headers=stranger.headers,
    )
    if operation.wants_token:
        assert answer.is_success, answer.text
    victim.assert_untold(answer)
    assert await kept_of(app, victim.user.id) == before
    if operation.name == f"DELETE {AUTH}/me":
        assert set(map(len, (await kept_of(app, stranger.id)).values())) == {0}
        return
    for task in await list_tasks(client, stranger.headers):
        assert task["user_id"] == stranger.id
        assert task["id"] not in victim.ids.values()


async def _call(app: FastAPI, caller: SignedUp, name: str, arguments: dict[str, Any]) -> Any:
    async with app.state.taskflow.database.session() as session:
        async with Toolbox(TaskService(session, UUID(caller.id))) as tools:
            outcome = await tools.call(name, arguments)
        await session.commit()
    return outcome


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "place"),
    [
        pytest.param(tool.name, place, id=tool.name)
        for tool in TOOLS
        for place in id_places(tool.parameters, tool.parameters)
    ],
)
async def test_another_users_ids_give_a_tool_nothing(
    app: FastAPI, victim: Victim, stranger: SignedUp, name: str, place: Any, kind: str
) -> None:
    before = await kept_of(app, victim.user.id)
    arguments: dict[str, Any] = {"title": "stolen"}
    put(arguments, place, victim.ids[kind])
    outcome = await _call(app, stranger, name, arguments)
    assert (outcome.text, outcome.is_error) == (NO_TASK, True)
    assert await kept_of(app, victim.user.id) == before


@pytest.mark.parametrize("name", [tool.name for tool in TOOLS])
async def test_a_name_that_a_tool_does_not_know_makes_nobody_else_of_the_caller(
    client: httpx2.AsyncClient, app: FastAPI, victim: Victim, stranger: SignedUp, name: str
) -> None:
    own = await add_task(client, stranger.headers, "own")
    before = await kept_of(app, victim.user.id)
    stolen = dict.fromkeys(UNKNOWN, victim.ids["user"])
    outcome = await _call(app, stranger, name, {**stolen, "title": "x", "task_id": own["id"]})
    assert outcome.is_error is False
    assert [secret for secret in victim.secrets if secret in outcome.text] == []
    assert await kept_of(app, victim.user.id) == before
    owners = {task["user_id"] for task in await list_tasks(client, stranger.headers)}
    assert owners <= {stranger.id}


@pytest.mark.parametrize(
    "message", ["complete {task}", "delete {task}", "rename {task} to mine", "show {task}", "list"]
)
async def test_the_assistant_finds_nothing_of_another_user(
    client: httpx2.AsyncClient, app: FastAPI, victim: Victim, stranger: SignedUp, message: str
) -> None:
    before = await kept_of(app, victim.user.id)
    said = {"message": message.format(**victim.ids)}
    answer = await client.post(CHAT, json=said, headers=stranger.headers)
    assert answer.status_code == 200
    # What the stranger wrote may be repeated to him, but nothing else.
    told = answer.text.replace(victim.ids["task"], "")
    assert [secret for secret in victim.secrets if secret in told] == []
    assert await kept_of(app, victim.user.id) == before
