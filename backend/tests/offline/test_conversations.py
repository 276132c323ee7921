"""Whole conversations with the offline assistant, through the endpoint."""

import time
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from src.chatbot.services.offline import grammar, matching
from src.chatbot.services.offline.memory import Memory
from tests.conftest import SignedUp, SignUp
from tests.helpers import CHAT, add_task, list_tasks

ADD, LIST, UPDATE, COMPLETE, DELETE = (
    "add_task", "list_tasks", "update_task", "complete_task", "delete_task",
)  # fmt: skip
Line = tuple[str, list[str], str]
"""What the user says, the tools that run, and the answer."""

CONVERSATIONS: dict[str, list[Line]] = {
    "one task from beginning to end": [
        ("add buy milk", [ADD], "Added “buy milk”."),
        ("complete it", [LIST, COMPLETE], "Marked “buy milk” as done."),
        ("complete it", [LIST], "“buy milk” is already done."),
        ("show my tasks", [LIST], "You have 1 task:\n1. buy milk (done)"),
        ("reopen 1", [LIST, COMPLETE], "Opened “buy milk” again."),
        ("rename it to oat milk", [LIST, UPDATE], "Renamed “buy milk” to “oat milk”."),
        (
            "change the description of it to two bottles",
            [LIST, UPDATE],
            "Changed the description of “oat milk”.",
        ),
        ("show my tasks", [LIST], "You have 1 task:\n1. oat milk - two bottles"),
        (
            "remove the description of oat milk",
            [LIST, UPDATE],
            "Removed the description of “oat milk”.",
        ),
        ("delete it", [LIST, DELETE], "Deleted “oat milk”."),
        ("delete it", [LIST], "I found no task for “it”. You have no tasks."),
        ("list", [LIST], 'You have no tasks. Say "add buy milk" to make one.'),
    ],
    "several at once": [
        ("add tasks: milk, bread, eggs", [ADD] * 3, "Added “milk”, “bread” and “eggs”."),
        ("complete them", [LIST, *[COMPLETE] * 3], "Marked “milk”, “bread” and “eggs” as done."),
        ("reopen milk and eggs", [LIST, *[COMPLETE] * 2], "Opened “milk” and “eggs” again."),
        ("show open tasks", [LIST], "You have 2 open tasks:\n1. eggs\n2. milk"),
        ("show done tasks", [LIST], "You have 1 completed task:\n1. bread (done)"),
        ("complete everything", [LIST, *[COMPLETE] * 2], "Marked “eggs” and “milk” as done."),
        ("complete everything", [LIST], "“eggs”, “bread” and “milk” are already done."),
    ],
    "several commands in one message": [
        (
            "add milk, then complete it and show my tasks",
            [ADD, LIST, COMPLETE, LIST],
            "Added “milk”.\n\nMarked “milk” as done.\n\nYou have 1 task:\n1. milk (done)",
        ),
        (
            "Hi! Add bread. Rename bread to rye. Delete milk.",
            [ADD, LIST, UPDATE, DELETE],
            "Added “bread”. Renamed “bread” to “rye”. Deleted “milk”.",
        ),
        (
            "add 1; show tasks; add 2; show tasks; add 3; show tasks",
            [],
            "That is too much at once. Give me at most 5 commands in one message.",
        ),
    ],
    "which one": [
        ("add call mom", [ADD], "Added “call mom”."),
        ("add call dad", [ADD], "Added “call dad”."),
        (
            "complete call",
            [LIST],
            "2 tasks fit “call”. Which one do you mean? Say its number.\n1. call dad\n2. call mom",
        ),
        ("2", [LIST, COMPLETE], "Marked “call mom” as done."),
        ("complete call", [LIST, COMPLETE], "Marked “call dad” as done."),
        (
            "rename call to visit mom",
            [LIST],
            "2 tasks fit “call”. Which one do you mean? Say its number.\n"
            "1. call dad (done)\n2. call mom (done)",
        ),
        (
            "yes",
            [LIST],
            "2 tasks fit “that”. Which one do you mean? Say its number.\n"
            "1. call dad (done)\n2. call mom (done)",
        ),
        ("the mom one", [LIST, UPDATE], "Renamed “call mom” to “visit mom”."),
        ("add call dad", [ADD], "Added “call dad”."),
        (
            "delete call dad",
            [LIST],
            "2 tasks fit “call dad”. Which one do you mean? Say its number.\n"
            "1. call dad\n2. call dad (done)",
        ),
        ("none of them", [], "All right, nothing was changed."),
        ("1", [], "unclear 1"),
        (
            "delete call dad",
            [LIST],
            "2 tasks fit “call dad”. Which one do you mean? Say its number.\n"
            "1. call dad\n2. call dad (done)",
        ),
        ("both", [LIST, DELETE, DELETE], "Deleted “call dad” and “call dad”."),
    ],
    "really all of them": [
        ("add tasks: milk, bread", [ADD] * 2, "Added “milk” and “bread”."),
        (
            "delete everything",
            [LIST],
            'This deletes 2 tasks for good. Say "yes" to delete them, or "no" to keep them.\n'
            "1. bread\n2. milk",
        ),
        ("no", [], "All right, nothing was changed."),
        ("yes", [], "There is nothing to confirm."),
        (
            "clear my list",
            [LIST],
            'This deletes 2 tasks for good. Say "yes" to delete them, or "no" to keep them.\n'
            "1. bread\n2. milk",
        ),
        # Another command is no yes, and the question is over.
        ("add eggs", [ADD], "Added “eggs”."),
        ("yes", [], "There is nothing to confirm."),
        ("complete milk and bread", [LIST, *[COMPLETE] * 2], "Marked “milk” and “bread” as done."),
        (
            "delete all done tasks",
            [LIST],
            'This deletes 2 tasks for good. Say "yes" to delete them, or "no" to keep them.\n'
            "1. bread (done)\n2. milk (done)",
        ),
        ("yes, delete everything", [LIST, *[DELETE] * 2], "Deleted “bread” and “milk”."),
        ("list", [LIST], "You have 1 task:\n1. eggs"),
    ],
    "what cannot be done": [
        ("complete 2", [LIST], "I have shown you no list yet that a number could be in. "
         "You have no tasks."),
        ("complete milk", [LIST], "I found no task for “milk”. You have no tasks."),
        ("complete all tasks", [LIST], "There is no open task to mark as done."),
        ("delete everything", [LIST], "There is no task to delete."),
        ("add", [], "What should I add? Say, for example: add buy milk."),
        ("add " + "x" * 256, [], "The title is too long: it may have 255 characters. "
         "Nothing was changed."),
        ("add eggs with the note " + "x" * 5001, [], "The description is too long: it may have "
         "5,000 characters. Nothing was changed."),
        ("add bread", [ADD], "Added “bread”."),
        ("complete milk", [LIST], "I found no task for “milk”. Your tasks:\n1. bread"),
        ("complete 3", [LIST], "There is no number 3 in the last list, which has 1. Your tasks:\n"
         "1. bread"),
        ("complete 1", [LIST, COMPLETE], "Marked “bread” as done."),
        ("rename 1 to " + "x" * 256, [LIST], "The title is too long: it may have 255 characters. "
         "Nothing was changed."),
    ],
    "talk": [
        ("hi", [], 'Hello! I look after your tasks. Say "help" to see what I understand.'),
        ("thanks", [], "You are welcome."),
        ("asdf", [], "unclear asdf"),
        ("x" * 200, [], f"unclear {'x' * 79}…"),
        ("don't delete milk", [], "unclear don't delete milk"),
    ],
}  # fmt: skip


async def _hold(
    client: httpx2.AsyncClient, user: SignedUp, messages: Sequence[str]
) -> list[dict[str, Any]]:
    """Say one message after the other in one conversation and return the answers."""
    answers: list[dict[str, Any]] = []
    for message in messages:
        body = {"message": message}
        if answers:
            body["conversation_id"] = answers[0]["conversation_id"]
        answer = await client.post(CHAT, json=body, headers=user.headers)
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    return answers


@pytest.mark.parametrize("lines", CONVERSATIONS.values(), ids=CONVERSATIONS)
async def test_a_conversation(
    client: httpx2.AsyncClient, user: SignedUp, lines: list[Line]
) -> None:
    answers = await _hold(client, user, [said for said, _, _ in lines])
    for (said, tools, response), answer in zip(lines, answers, strict=True):
        assert (said, answer["tool_calls"]) == (said, tools)
        if response.startswith("unclear "):
            words = response.removeprefix("unclear ")
            begin = f"I am the offline assistant, and I did not understand “{words}”. "
            assert answer["response"].startswith(begin)
            assert "- add buy milk" in answer["response"]
        else:
            assert (said, answer["response"]) == (said, response)


async def test_help_shows_sentences_that_are_understood(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    (answer,) = await _hold(client, user, ["help"])
    examples = [line[2:] for line in answer["response"].splitlines() if line.startswith("- ")]
    sentences = [
        sentence.partition(" (")[0] for line in examples for sentence in line.split(", or ")
    ]
    assert len(sentences) >= 7
    answers = await _hold(client, user, sentences)
    for sentence, understood in zip(sentences, answers, strict=True):
        assert understood["tool_calls"], (sentence, understood["response"])


async def test_the_same_conversation_gets_the_same_answers(
    client: httpx2.AsyncClient, sign_up: SignUp
) -> None:
    names = ("several at once", "which one", "really all of them")
    said = [line[0] for name in names for line in CONVERSATIONS[name]]
    first, second = [
        [(answer["response"], answer["tool_calls"]) for answer in await _hold(client, user, said)]
        for user in (await sign_up(), await sign_up())
    ]
    assert first == second


async def test_a_new_conversation_knows_nothing_of_the_last_one(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    await _hold(client, user, ["add milk", "show my tasks"])
    (it,) = await _hold(client, user, ["complete it"])
    (number,) = await _hold(client, user, ["complete 1"])
    assert "I found no task for “it”" in it["response"]
    assert "I have shown you no list yet" in number["response"]


async def test_what_the_page_changed_meanwhile_is_seen(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    async def between(path: str) -> None:
        assert (await client.delete(path, headers=user.headers)).status_code == 204

    task = await add_task(client, user.headers, "milk")
    await add_task(client, user.headers, "bread")
    (shown,) = await _hold(client, user, ["show my tasks"])
    await between(f"/api/v1/tasks/{task['id']}")
    body = {"message": "complete 2", "conversation_id": shown["conversation_id"]}
    answer = await client.post(CHAT, json=body, headers=user.headers)
    assert answer.json()["response"] == "I found no task for “2”. Your tasks:\n1. bread"
    assert [task["completed"] for task in await list_tasks(client, user.headers)] == [False]


async def test_a_long_list_is_shown_in_part(client: httpx2.AsyncClient, user: SignedUp) -> None:
    titles = [f"task {number}" for number in range(25)]
    (answer,) = await _hold(client, user, ["add tasks:\n" + "\n".join(titles)])
    assert answer["tool_calls"] == [ADD] * 25
    (answer,) = await _hold(client, user, ["complete unicorn"])
    assert "Your newest 20 of 25 tasks:\n1. task 24\n" in answer["response"]


@pytest.mark.parametrize(
    "message",
    [
        "add" + "\t" * 9_000 + "x",
        "add x" + "\n" * 9_000 + "y",
        "add x" + " ," * 4_000 + "y",
        "change " + "x to " * 1_900,
        "change " + "x: " * 3_000,
        "mark " + "x as " * 1_900,
        "i didn't do " + "is done " * 1_200,
        "complete " + "milk, " * 1_600,
        "delete " + "milk and " * 1_000,
        "add " + '"x" and ' * 1_200,
        "'a " * 3_000,
    ],
    ids=lambda message: message[:14],
)
def test_no_message_takes_long_to_understand(message: str) -> None:
    tasks = [{"id": str(n), "title": f"buy milk {n}", "completed": False} for n in range(200)]
    started = time.process_time()
    grammar.read(message)
    matching.find(message, tasks, Memory())
    assert time.process_time() - started < 1
