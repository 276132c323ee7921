"""The assistant's endpoint: what it takes, what it answers, whose conversations it knows."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import CHAT, assert_error, count_kept


@pytest.mark.contract("CHAT-02")
@pytest.mark.contract("CHAT-03")
async def test_without_a_conversation_a_new_one_begins(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    for body in ({"message": "add milk"}, {"message": "add bread", "conversation_id": None}):
        answer = await client.post(CHAT, json=body, headers=user.headers)
        assert answer.status_code == 200
        assert list(answer.json()) == ["conversation_id", "response", "tool_calls", "status"]
        assert str(UUID(answer.json()["conversation_id"])) == answer.json()["conversation_id"]
        assert answer.json()["tool_calls"] == ["add_task"]
        assert answer.json()["status"] == "success"
    # Said, called, given, answered: twice.
    assert await count_kept(database_url, user.id) == {
        "tasks": 2, "messages": 8, "conversations": 2,
    }  # fmt: skip


@pytest.mark.contract("CHAT-06")
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"message": ""},
        {"message": " \n\t"},
        {"message": None},
        {"message": 7},
        {"message": "x" * 10_001},
        {"message": "a\x00b"},
        {"message": "hi", "conversation_id": "7"},
        {"message": "hi", "conversation_id": 7},
    ],
)
async def test_bad_input_is_an_invalid_message(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str, body: Any
) -> None:
    answer = await client.post(CHAT, json=body, headers=user.headers)
    assert_error(answer, 400, "INVALID_MESSAGE")
    assert set((await count_kept(database_url, user.id)).values()) == {0}


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"message": "\\ud800"}'])
async def test_what_is_not_json_or_not_unicode_is_an_invalid_message(
    client: httpx2.AsyncClient, user: SignedUp, content: bytes
) -> None:
    headers = {**user.headers, "Content-Type": "application/json"}
    answer = await client.post(CHAT, content=content, headers=headers)
    assert_error(answer, 400, "INVALID_MESSAGE")


async def test_a_message_may_have_ten_thousand_characters(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for message in ("x", "\U0001f600" * 10_000):
        answer = await client.post(CHAT, json={"message": message}, headers=user.headers)
        assert answer.status_code == 200, answer.text


@pytest.mark.contract("CHAT-07")
@pytest.mark.contract("CHAT-08")
async def test_another_users_conversation_is_not_found_like_a_missing_one(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp, database_url: str
) -> None:
    said = await client.post(CHAT, json={"message": "add milk"}, headers=user.headers)
    kept = await count_kept(database_url, user.id)
    bodies = []
    for conversation in (said.json()["conversation_id"], str(uuid4())):
        body = {"message": "add spam", "conversation_id": conversation}
        answer = await client.post(CHAT, json=body, headers=stranger.headers)
        assert_error(answer, 404, "CONVERSATION_NOT_FOUND")
        bodies.append(answer.content)
    assert bodies[0] == bodies[1]
    assert await count_kept(database_url, user.id) == kept
    assert set((await count_kept(database_url, stranger.id)).values()) == {0}


async def test_chat_wants_a_token(client: httpx2.AsyncClient) -> None:
    answer = await client.post(CHAT, json={"message": "hi"})
    assert_error(answer, 401, "MISSING_AUTH_HEADER")
