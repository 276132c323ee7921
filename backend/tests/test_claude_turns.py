"""Chat turns with Claude, played by the stand-in: what the model says, and what becomes of it."""

import asyncio
import json
import threading
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.conftest import Claude, SignedUp
from tests.helpers import CHAT, add_task, assert_error, list_tasks
from tests.standin.replies import Reply, call, say, think, use
from tests.standin.rules import JsonObject

TOOLS = ["add_task", "list_tasks", "update_task", "complete_task", "delete_task"]


async def _chat(claude: Claude, user: SignedUp, message: str, **more: Any) -> dict[str, Any]:
    body = {"message": message, **more}
    answer = await claude.client.post(CHAT, json=body, headers=user.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _results(request: JsonObject) -> list[JsonObject]:
    """Return the tool results at the end of a request."""
    found: list[JsonObject] = request["messages"][-1]["content"]
    assert all(block["type"] == "tool_result" for block in found)
    return found


async def test_a_single_answer_has_the_documented_keys(claude: Claude, user: SignedUp) -> None:
    claude.api.script(say("Hello! What is there to do?"))
    answer = await _chat(claude, user, "Hi")
    assert list(answer) == ["conversation_id", "response", "tool_calls", "status"]
    assert answer["response"] == "Hello! What is there to do?"
    assert (answer["tool_calls"], answer["status"]) == ([], "success")


async def test_the_model_is_told_its_task_the_day_and_its_tools(
    claude: Claude, user: SignedUp
) -> None:
    claude.api.script(say("Hello."))
    await _chat(claude, user, "Hi")
    (request,) = claude.api.requests
    assert request["model"] == "claude-haiku-5-5"
    assert "You are TaskFlow's assistant" in request["system"]
    assert [tool["name"] for tool in request["tools"]] == TOOLS
    assert request["tool_choice"] == {"type": "auto"}
    (message,) = request["messages"]
    assert message["content"][0]["text"].startswith("(Today is ")
    assert message["content"][1] == {"type": "text", "text": "Hi"}
    assert user.id not in json.dumps(request)
    assert user.email not in json.dumps(request)


async def test_each_tool_does_its_work(claude: Claude, user: SignedUp) -> None:
    milk = await add_task(claude.client, user.headers, "milk", description="two bottles")
    old = await add_task(claude.client, user.headers, "old")
    claude.api.script(
        use(call("add_task", title="bread", description="rye")),
        use(call("list_tasks", status="open", search="MILK", limit=5)),
        use(call("update_task", task_id=milk["id"], title="oat milk", description="")),
        use(call("complete_task", task_id=milk["id"])),
        use(call("delete_task", task_id=old["id"])),
        say("All done."),
    )
    answer = await _chat(claude, user, "work")
    assert answer["tool_calls"] == TOOLS
    added, listed, updated, completed, deleted = [
        json.loads(_results(request)[0]["content"]) for request in claude.api.requests[1:]
    ]
    assert list(added) == ["id", "title", "description", "completed", "created_at"]
    assert (added["title"], added["description"], added["completed"]) == ("bread", "rye", False)
    assert [task["id"] for task in listed["tasks"]] == [milk["id"]]
    assert listed["total"] == 1
    assert (updated["title"], updated["description"]) == ("oat milk", None)
    assert completed["completed"] is True
    assert deleted["id"] == old["id"]
    tasks = await list_tasks(claude.client, user.headers)
    assert [(task["title"], task["completed"]) for task in tasks] == [
        ("bread", False),
        ("oat milk", True),
    ]


async def test_several_tools_in_one_reply_run_in_order(claude: Claude, user: SignedUp) -> None:
    calls = [call("add_task", title=title) for title in ("one", "two", "three")]
    claude.api.script(
        use({"type": "text", "text": "Three at once."}, *calls, call("list_tasks")),
        say("Added ", "all three."),
    )
    answer = await _chat(claude, user, "add one, two and three")
    assert answer["tool_calls"] == ["add_task"] * 3 + ["list_tasks"]
    assert answer["response"] == "Added\n\nall three."
    results = _results(claude.api.requests[1])
    assert [result["tool_use_id"] for result in results[:3]] == [used["id"] for used in calls]
    assert json.loads(results[3]["content"])["total"] == 3


async def test_what_a_tool_gave_can_be_worked_with_in_the_next_round(
    claude: Claude, user: SignedUp
) -> None:
    def complete(request: JsonObject) -> Reply:
        return use(call("complete_task", task_id=json.loads(_results(request)[0]["content"])["id"]))

    claude.api.script(use(call("add_task", title="milk")), complete, say("Added and done."))
    answer = await _chat(claude, user, "add milk and mark it as done")
    assert answer["tool_calls"] == ["add_task", "complete_task"]
    (task,) = await list_tasks(claude.client, user.headers)
    assert task["completed"] is True


async def test_a_call_that_cannot_be_done_is_told_to_the_model_which_mends_it(
    claude: Claude, user: SignedUp
) -> None:
    task = await add_task(claude.client, user.headers, "milk")
    claude.api.script(
        use(call("complete_task", task_id=str(uuid4()))),
        use(call("complete_task", task_id=task["id"])),
        say("Done."),
    )
    answer = await _chat(claude, user, "milk is done")
    assert answer["tool_calls"] == ["complete_task", "complete_task"]
    (failed,), (mended,) = (_results(request) for request in claude.api.requests[1:])
    assert failed["is_error"] is True
    assert "The user has no task with this id. Call list_tasks" in failed["content"]
    assert "is_error" not in mended
    assert (await list_tasks(claude.client, user.headers))[0]["completed"] is True


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("drop_tables", {}, "drop_tables"),
        ("add_task", {}, "title: Field required"),
        ("add_task", {"title": "  "}, "title: String should have at least 1 character"),
        ("add_task", {"title": "x" * 256}, "title: String should have at most 255 characters"),
        ("list_tasks", {"limit": 0}, "limit: Input should be greater than or equal to 1"),
        ("list_tasks", {"status": "urgent"}, "status: Input should be 'all', 'open' or 'done'"),
        ("complete_task", {"task_id": "1"}, "task_id: Input should be a valid UUID"),
        ("update_task", {"task_id": str(UUID(int=1))}, "Nothing to change was given"),
    ],
    ids=lambda value: value if isinstance(value, str) else "with",
)
async def test_a_wrong_call_is_explained_to_the_model(
    claude: Claude, user: SignedUp, name: str, arguments: dict[str, Any], said: str
) -> None:
    claude.api.script(use(call(name, **arguments), call("add_task", title="milk")), say("Sorry."))
    answer = await _chat(claude, user, "do it")
    refused, done = _results(claude.api.requests[1])
    assert refused["is_error"] is True
    assert said in refused["content"]
    assert "is_error" not in done
    # A tool that is none of ours never ran.
    assert answer["tool_calls"] == [tool for tool in (name, "add_task") if tool in TOOLS]
    assert [task["title"] for task in await list_tasks(claude.client, user.headers)] == ["milk"]


async def test_the_last_round_has_to_answer(claude: Claude, user: SignedUp) -> None:
    claude.api.script(*[use(call("list_tasks")) for _ in range(7)], say("That was a lot."))
    answer = await _chat(claude, user, "go round in circles")
    assert answer["tool_calls"] == ["list_tasks"] * 7
    choices = [request["tool_choice"]["type"] for request in claude.api.requests]
    assert choices == ["auto"] * 7 + ["none"]


async def test_the_conversation_is_kept_and_sent_again_in_the_next_turn(
    claude: Claude, user: SignedUp
) -> None:
    claude.api.script(use(call("add_task", title="milk")), say("Added milk."), say("You are done."))
    first = await _chat(claude, user, "add milk")
    second = await _chat(claude, user, "thanks", conversation_id=first["conversation_id"])
    assert second["conversation_id"] == first["conversation_id"]
    *earlier, last = claude.api.requests[2]["messages"]
    assert [message["role"] for message in earlier] == ["user", "assistant", "user", "assistant"]
    assert earlier[0]["content"] == [{"type": "text", "text": "add milk"}]
    assert earlier[1:3] == claude.api.requests[1]["messages"][1:]
    assert earlier[3]["content"] == [{"type": "text", "text": "Added milk."}]
    assert last["content"][-1] == {"type": "text", "text": "thanks"}


async def test_a_long_conversation_is_sent_in_part_and_begins_with_the_users_words(
    claude: Claude, user: SignedUp
) -> None:
    # Fifteen turns of four messages and one of two: the oldest of the last sixty is a tool result.
    turns = [[use(call("list_tasks")), say("Nothing.")] for _ in range(15)] + [[say("Really.")]]
    conversation: dict[str, Any] = {}
    for number, replies in enumerate([*turns, [say("Bye.")]]):
        claude.api.script(*replies)
        answer = await _chat(claude, user, f"Question {number}", **conversation)
        conversation = {"conversation_id": answer["conversation_id"]}
    sent = claude.api.requests[-1]["messages"]
    assert sent[0]["content"] == [{"type": "text", "text": "Question 1"}]
    assert len(sent) == 59


async def test_another_users_conversation_never_reaches_the_model(
    claude: Claude, user: SignedUp, stranger: SignedUp
) -> None:
    claude.api.script(say("Hello."))
    said = await _chat(claude, user, "My secret")
    body = {"message": "What did I say?", "conversation_id": said["conversation_id"]}
    answer = await claude.client.post(CHAT, json=body, headers=stranger.headers)
    assert_error(answer, 404, "CONVERSATION_NOT_FOUND")
    assert len(claude.api.requests) == 1


async def test_thinking_goes_back_within_its_turn_and_not_later(
    claude: Claude, user: SignedUp
) -> None:
    claude.api.script(
        use(think("Is there milk?"), call("list_tasks")),
        use(think("There is none."), call("add_task", title="milk")),
        say("Added milk."),
        say("Bye."),
    )
    first = await _chat(claude, user, "add milk unless it is there")
    await _chat(claude, user, "bye", conversation_id=first["conversation_id"])
    assert "There is none." in json.dumps(claude.api.requests[2])
    assert "thinking" not in json.dumps(claude.api.requests[3])


async def test_an_empty_text_of_the_model_is_not_sent_back(claude: Claude, user: SignedUp) -> None:
    blank: list[JsonObject] = [{"type": "text", "text": text} for text in ("", "\n\n")]
    claude.api.script(use(*blank, call("list_tasks")), say("", "Nothing there."), say("Bye."))
    first = await _chat(claude, user, "list")
    assert first["response"] == "Nothing there."
    await _chat(claude, user, "bye", conversation_id=first["conversation_id"])


async def test_a_character_that_cannot_be_kept_is_left_out(claude: Claude, user: SignedUp) -> None:
    claude.api.script(use(call("add_task", title="mi\x00lk", description="\x00")), say("Mi\x00lk."))
    answer = await _chat(claude, user, "add milk")
    assert answer["response"] == "Milk."
    (task,) = await list_tasks(claude.client, user.headers)
    assert (task["title"], task["description"]) == ("milk", "")


async def test_a_conversation_with_the_offline_assistant_goes_on_with_claude(
    claude: Claude, client: httpx2.AsyncClient, user: SignedUp
) -> None:
    conversation = None

    async def say_offline(message: str) -> str:
        body = {"message": message, "conversation_id": conversation}
        answer = await client.post(CHAT, json=body, headers=user.headers)
        assert answer.status_code == 200, answer.text
        kept_in: str = answer.json()["conversation_id"]
        return kept_in

    conversation = await say_offline("add milk")
    await say_offline("rename it to oat milk")
    claude.api.script(use(call("list_tasks")), say("There is milk."))
    await _chat(claude, user, "what is there?", conversation_id=conversation)
    assert "taskflow_" not in json.dumps(claude.api.requests)
    assert await say_offline("show my tasks") == conversation


async def test_two_turns_at_once_in_one_conversation_are_both_kept_whole(
    claude: Claude, user: SignedUp
) -> None:
    claude.api.script(say("Hello."))
    conversation = (await _chat(claude, user, "Hi"))["conversation_id"]
    both = threading.Barrier(2)

    def meet(request: JsonObject) -> Reply:
        # Both are asked before either answers; one connection is enough for both turns.
        both.wait(10)
        return use(call("add_task", title=request["messages"][-1]["content"][-1]["text"]))

    claude.api.script(meet, meet, say("Added."), say("Added."))
    await asyncio.gather(
        *(_chat(claude, user, title, conversation_id=conversation) for title in ("milk", "bread"))
    )
    claude.api.script(say("Both."))
    await _chat(claude, user, "and?", conversation_id=conversation)
    messages = claude.api.requests[-1]["messages"]
    spoken = [message["content"][-1].get("text") for message in messages]
    assert spoken[:2] == ["Hi", "Hello."]
    for start in (2, 6):
        assert spoken[start] in {"milk", "bread"}
        assert messages[start + 1]["content"][0]["input"] == {"title": spoken[start]}
        assert spoken[start + 3] == "Added."
    assert spoken[10] == "and?"
    assert len(await list_tasks(claude.client, user.headers)) == 2
