"""Chat turns with Claude that fail: the user is told so, and nothing is changed."""

import asyncio
import json
import socket
import time
from typing import Any

import httpx2
import pytest

from tests.conftest import Claude, SignedUp, eventually, make_settings, serving
from tests.helpers import CHAT, assert_error, count_kept, list_tasks
from tests.standin.replies import (
    Reply,
    broken,
    call,
    cut_off,
    failure,
    malformed,
    message,
    overloaded,
    rate_limited,
    say,
    slow,
    use,
)
from tests.standin.server import KEY

NOTHING = {"tasks": 0, "messages": 0, "conversations": 0}


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK wait less before it tries again; how often it does is its own."""
    monkeypatch.setattr("anthropic._base_client.INITIAL_RETRY_DELAY", 0.01)


async def _say(client: httpx2.AsyncClient, user: SignedUp, **more: Any) -> httpx2.Response:
    return await client.post(CHAT, json={"message": "add milk", **more}, headers=user.headers)


def _message_without(name: str) -> Reply:
    body = json.loads(say("Hello.").body)
    del body[name]
    return malformed(json.dumps(body).encode())


def _of_blocks(*blocks: Any) -> Reply:
    return message(list(blocks), "tool_use")


TEXT = {"type": "text", "text": "Well"}


@pytest.mark.contract("CHAT-10")
@pytest.mark.parametrize(
    ("replies", "told"),
    [
        pytest.param([overloaded()] * 3, "is busy", id="overloaded"),
        pytest.param([broken()] * 3, "is busy", id="broken"),
        pytest.param([rate_limited()], "is busy", id="rate limited"),
        pytest.param([cut_off(say("Added."))] * 3, "is busy", id="cut off"),
        pytest.param([failure(401, "authentication_error", "x")], "not available", id="key"),
        pytest.param([failure(400, "invalid_request_error", "x")], "not available", id="refused"),
        pytest.param([failure(404, "not_found_error", "x")], "not available", id="no model"),
        pytest.param([malformed()], "not available", id="html"),
        pytest.param([malformed(b"")], "not available", id="empty"),
        pytest.param([malformed(b"[]")], "not available", id="no object"),
        pytest.param([_message_without("content")], "not available", id="no content"),
        pytest.param([_message_without("stop_reason")], "not available", id="no reason"),
        pytest.param([_message_without("usage")], "not available", id="no usage"),
        pytest.param([_of_blocks("text")], "not available", id="block of no kind"),
        pytest.param([_of_blocks({"type": "text"})], "not available", id="text without text"),
        pytest.param(
            [_of_blocks({"type": "tool_use", "id": "a", "name": "add_task", "input": "{}"})],
            "not available",
            id="arguments as text",
        ),
        pytest.param([message([TEXT], "tool_use")], "not available", id="no call"),
        pytest.param([message([call("add_task")], "end_turn")], "not available", id="call at end"),
        pytest.param([message([TEXT], "pause_turn")], "not available", id="paused"),
        pytest.param([message([TEXT], "refusal")], "declined", id="refusal"),
        pytest.param([message([TEXT], "max_tokens")], "too long", id="max_tokens"),
        pytest.param(
            [message([call("add_task", title="ha")], "max_tokens")], "too long", id="half a call"
        ),
        pytest.param(
            [message([], "model_context_window_exceeded")], "begin a new one", id="context"
        ),
        pytest.param([message([], "end_turn")], "gave no answer", id="nothing said"),
        pytest.param([say(" \n")], "gave no answer", id="blank"),
        pytest.param([use(call("list_tasks")) for _ in range(7)], "no end", id="no end"),
    ],
)
async def test_a_failed_turn_is_500_and_changes_nothing(
    claude: Claude, user: SignedUp, database_url: str, replies: list[Reply], told: str
) -> None:
    claude.api.script(use(call("add_task", title="milk")), *replies)
    answer = await _say(claude.client, user)
    assert_error(answer, 500, "CHAT_ERROR")
    assert told in answer.json()["message"]
    assert answer.json()["message"].startswith(("The ", "This "))
    assert await count_kept(database_url, user.id) == NOTHING
    assert await list_tasks(claude.client, user.headers) == []


async def test_a_failed_turn_leaves_its_conversation_as_it_was(
    claude: Claude, user: SignedUp, database_url: str
) -> None:
    claude.api.script(say("Hello."), use(call("add_task", title="milk")), rate_limited())
    first = (await _say(claude.client, user)).json()
    kept = await count_kept(database_url, user.id)
    again = await _say(claude.client, user, conversation_id=first["conversation_id"])
    assert_error(again, 500, "CHAT_ERROR")
    assert await count_kept(database_url, user.id) == kept


@pytest.mark.parametrize("failed", [overloaded(), broken(), cut_off(say("?"))])
async def test_a_passing_failure_is_tried_again_and_the_user_sees_nothing_of_it(
    claude: Claude, user: SignedUp, failed: Reply
) -> None:
    added = use(call("add_task", title="milk"))
    claude.api.script(failed, added, failed, failed, say("Added."))
    answer = await _say(claude.client, user)
    assert (answer.status_code, answer.json()["tool_calls"]) == (200, ["add_task"])
    assert len(await list_tasks(claude.client, user.headers)) == 1


async def test_a_rate_limit_is_waited_for_as_long_as_the_api_says(
    claude: Claude, user: SignedUp
) -> None:
    claude.api.script(rate_limited(1), say("Hello."))
    started = time.monotonic()
    assert (await _say(claude.client, user)).status_code == 200
    assert time.monotonic() - started >= 1


async def test_a_turn_that_takes_too_long_is_given_up(
    claude: Claude, user: SignedUp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.chatbot.services.turn.TURN_SECONDS", 1.5)
    claude.api.script(use(call("add_task", title="milk")), slow(say("Added."), 30))
    answer = await _say(claude.client, user)
    assert_error(answer, 500, "CHAT_ERROR")
    assert "took too long" in answer.json()["message"]
    assert await count_kept(database_url, user.id) == NOTHING


async def test_a_turn_whose_client_has_gone_leaves_nothing(
    claude: Claude, user: SignedUp, database_url: str
) -> None:
    claude.api.script(use(call("add_task", title="milk")), slow(say("Added."), 30))
    turn = asyncio.create_task(_say(claude.client, user))

    async def asked_twice() -> bool:
        return len(claude.api.requests) == 2

    await eventually(asked_twice)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await count_kept(database_url, user.id) == NOTHING
    # Its connection went back to the pool, and no lock is left.
    assert await list_tasks(claude.client, user.headers) == []


async def test_an_api_that_is_not_there_is_a_failed_turn(database_url: str, user: SignedUp) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        settings = make_settings(database_url, anthropic_api_key=KEY, anthropic_base_url=nowhere)
        async with serving(settings) as client:
            answer = await _say(client, user)
    assert_error(answer, 500, "CHAT_ERROR")
    assert "is busy" in answer.json()["message"]
    assert nowhere not in answer.text


async def test_the_key_is_in_no_log_and_no_answer(
    claude: Claude, user: SignedUp, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings(
        database_url,
        anthropic_api_key=KEY,
        anthropic_base_url=claude.api.url,
        log_level="debug",
    )
    assert KEY not in repr(settings) + str(settings.model_dump())
    quoted = failure(401, "authentication_error", f"The key {KEY} has expired")
    claude.api.script(say("Hello."), quoted, overloaded(), cut_off(say("?")), malformed())
    async with serving(settings) as client:
        answers = [await _say(client, user) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 500, 500]
    logged = "".join(capfd.readouterr())
    assert "model answered" in logged
    assert "model failed" in logged
    for text in (logged, *(answer.text for answer in answers)):
        assert KEY not in text
    assert "add milk" not in logged
