"""What the offline assistant understands: a sentence, and what it means."""

import pytest

from src.chatbot.services.offline.grammar import read
from src.chatbot.services.offline.intents import (
    Add,
    Change,
    Complete,
    Confirm,
    Delete,
    Find,
    Intent,
    NewTask,
    Say,
    Show,
    Unclear,
)


def _add(*titles: str) -> Add:
    return Add(tuple(NewTask(title) for title in titles))


def _described(title: str, description: str) -> Add:
    return Add((NewTask(title, description),))


def _rename(target: str, title: str) -> Change:
    return Change("title", ((target, title),))


def _describe(target: str, description: str) -> Change:
    return Change("description", ((target, description),))


def _reopen(target: str) -> Complete:
    return Complete(target, completed=False)


MILK = _add("buy milk")
SENTENCES: list[tuple[str, Intent]] = [
    # Adding.
    ("add buy milk", MILK),
    ("Add buy milk!", MILK),
    ("add: buy milk", MILK),
    ("add - buy milk", MILK),
    ('Add "buy milk"', MILK),
    ("add “buy milk”", MILK),
    ("add task buy milk", MILK),
    ("add a task: buy milk", MILK),
    ("add a task to buy milk", MILK),
    ("add one more task: buy milk", MILK),
    ("create a new task called buy milk", MILK),
    ("make a task to buy milk", MILK),
    ("new task: buy milk", MILK),
    ("todo: buy milk", MILK),
    ("please add buy milk to my list", MILK),
    ("Can you add buy milk to my to-do list?", MILK),
    ("could we add buy milk", MILK),
    ("I'd like to add buy milk", MILK),
    ("I want to add a task called buy milk", MILK),
    ("let's add buy milk", MILK),
    ("put buy milk on my list", MILK),
    ("write down: buy milk", MILK),
    ("I need to buy milk", MILK),
    ("i've got to buy milk", MILK),
    ("I still have to buy milk", MILK),
    ("remind me to buy milk", MILK),
    ("don\u2019t forget to buy milk", MILK),
    ("set a reminder to buy milk", MILK),
    ("make a note to buy milk", MILK),
    ("also add buy milk, please", MILK),
    ("add buy milk. Thanks a lot!", MILK),
    ("add buy milk instead", MILK),
    ("add buy   milk", MILK),
    ("add call mom tomorrow at 10:30", _add("call mom tomorrow at 10:30")),
    ("add milk, bread and eggs", _add("milk, bread and eggs")),
    ("add tasks: milk, bread and eggs", _add("milk", "bread", "eggs")),
    ("add three tasks: milk, bread and eggs", _add("milk", "bread", "eggs")),
    ("create tasks for milk and bread", _add("milk", "bread")),
    ("add these tasks:\n- milk\n- bread", _add("milk", "bread")),
    ("add:\n1. milk\n2. bread, and butter", _add("milk", "bread, and butter")),
    ("add the following: milk, bread", _add("milk", "bread")),
    ("add to my list: milk, bread", _add("milk", "bread")),
    ('add "milk" and "bread"', _add("milk", "bread")),
    ('add "milk, bread and eggs"', _add("milk, bread and eggs")),
    ("add buy milk with description two bottles", _described("buy milk", "two bottles")),
    ('add buy milk with the note "2; or 3"', _described("buy milk", "2; or 3")),
    ("add task buy milk, description: two bottles", _described("buy milk", "two bottles")),
    ("add buy milk (description: two bottles)", _described("buy milk", "two bottles")),
    ("add", Add(())),
    ("create a new task", Add(())),
    # Showing.
    ("show my tasks", Show("all")),
    ("show", Show("all")),
    ("list", Show("all")),
    ("tasks", Show("all")),
    ("what\u2019s on my list?", Show("all")),
    ("do I have any tasks?", Show("all")),
    ("how many tasks do I have?", Show("all")),
    ("check my list", Show("all")),
    ("let me see my tasks", Show("all")),
    ("show the complete list", Show("all")),
    ("show open tasks", Show("open")),
    ("what's left?", Show("open")),
    ("what do I have to do today?", Show("open")),
    ("what should I do next?", Show("open")),
    ("is there anything left to do?", Show("open")),
    ("is everything done?", Show("open")),
    ("what tasks haven't I done yet", Show("open")),
    ("completed tasks", Show("done")),
    ("complete tasks", Show("done")),
    ("which tasks are done?", Show("done")),
    ("what have I done so far", Show("done")),
    ("what did I finish?", Show("done")),
    # Finding.
    ("find milk", Find("milk")),
    ("show me tasks about milk", Find("milk")),
    ("show 2", Find("2")),
    ("is milk on my list?", Find("milk")),
    ("do I have milk on my list?", Find("milk")),
    ("is milk done yet?", Find("milk")),
    ("what about milk?", Find("milk")),
    ("what is the description of milk?", Find("milk")),
    # Done.
    ("complete buy milk", Complete("buy milk")),
    ("complete #2", Complete("#2")),
    ("complete 1, 2 and 3", Complete("1, 2 and 3")),
    ("complete the second one", Complete("the second one")),
    ("complete all tasks", Complete("all tasks")),
    ("complete all open tasks", Complete("all open tasks")),
    ("mark the milk task as finished", Complete("the milk task")),
    ("mark it done please", Complete("it")),
    ("set milk to done", Complete("milk")),
    ("move milk to done", Complete("milk")),
    ("check off milk", Complete("milk")),
    ("cross milk off my list", Complete("milk")),
    ("I've already finished the report", Complete("the report")),
    ("I did the dishes", Complete("the dishes")),
    ("I'm done with 2", Complete("2")),
    ("the report is done", Complete("the report")),
    ("it's done", Complete("it")),
    ("2 done", Complete("2")),
    ("done: milk", Complete("milk")),
    ("milk: done", Complete("milk")),
    # Open again.
    ("reopen milk", _reopen("milk")),
    ("uncheck 2", _reopen("2")),
    ("mark milk as not done", _reopen("milk")),
    ("mark 2 as open again", _reopen("2")),
    ("set milk to incomplete", _reopen("milk")),
    ("milk isn't done yet", _reopen("milk")),
    ("I haven't finished the report", _reopen("the report")),
    # Changing.
    ("rename milk to oat milk", _rename("milk", "oat milk")),
    ("change milk into oat milk", _rename("milk", "oat milk")),
    ("change the title of 2 to oat milk", _rename("2", "oat milk")),
    ("edit 2: oat milk", _rename("2", "oat milk")),
    ('rename "go to town" to "go home"', _rename("go to town", "go home")),
    ("rename meeting 10:30 to 11:00", _rename("meeting 10:30", "11:00")),
    (
        "rename go to town to go home",
        Change("title", (("go", "town to go home"), ("go to town", "go home"))),
    ),
    ("change the description of milk to two bottles", _describe("milk", "two bottles")),
    ("update the note for milk to be two bottles", _describe("milk", "two bottles")),
    ("add a note to milk: two bottles", _describe("milk", "two bottles")),
    ('add the note "call first" to 2', _describe("2", "call first")),
    ("describe milk as two bottles", _describe("milk", "two bottles")),
    ("change milk's description to two bottles", _describe("milk", "two bottles")),
    ("remove the description of milk", _describe("milk", "")),
    # Deleting.
    ("delete milk", Delete("milk")),
    ("remove task 2", Delete("task 2")),
    ("remove milk from my list", Delete("milk")),
    ("get rid of 2", Delete("2")),
    ("cancel the meeting", Delete("the meeting")),
    ("clear completed tasks", Delete("completed tasks")),
    ("delete the tasks that are done", Delete("the tasks that are done")),
    # Talk, yes and no.
    ("help", Say("help")),
    ("?", Say("help")),
    ("how do I delete a task?", Say("help")),
    ("hello there", Say("greeting")),
    ("thanks!", Say("thanks")),
    ("well done", Say("thanks")),
    ("yes", Confirm(agreed=True)),
    ("Yes, please delete them.", Confirm(agreed=True)),
    ("ok, go ahead", Confirm(agreed=True)),
    ("no", Confirm(agreed=False)),
    ("No, keep them!", Confirm(agreed=False)),
    ("never mind", Confirm(agreed=False)),
    ("none of them", Confirm(agreed=False)),
]


@pytest.mark.parametrize(("sentence", "intent"), SENTENCES, ids=lambda value: str(value)[:60])
def test_a_sentence_is_understood(sentence: str, intent: Intent) -> None:
    assert read(sentence) == [intent]


@pytest.mark.parametrize(
    ("message", "intents"),
    [
        ("add milk and add bread", [_add("milk"), _add("bread")]),
        ("add milk. Add bread.", [_add("milk"), _add("bread")]),
        ("add milk\nadd bread", [_add("milk"), _add("bread")]),
        ("add milk and then show my tasks", [_add("milk"), Show("all")]),
        ("add milk, then complete it", [_add("milk"), Complete("it")]),
        ("complete milk and delete bread", [Complete("milk"), Delete("bread")]),
        ("hi, what's on my list?", [Say("greeting"), Show("all")]),
        ("no, delete 2 instead", [Confirm(agreed=False), Delete("2")]),
        ("yes and add bread", [Confirm(agreed=True), _add("bread")]),
    ],
)
def test_a_message_may_hold_several_commands(message: str, intents: list[Intent]) -> None:
    assert read(message) == intents


@pytest.mark.parametrize(
    ("sentence", "intent"),
    [
        # To be done later, not now.
        ("add delete old files", _add("delete old files")),
        ("remind me to mark the exam as done", _add("mark the exam as done")),
        ("add the report is done", _add("the report is done")),
        ('add "delete everything; complete all"', _add("delete everything; complete all")),
        ("remind me to call mom and complete the form", _add("call mom and complete the form")),
        ("remind me to say thank you", _add("say thank you")),
        ("rename milk to delete everything", _rename("milk", "delete everything")),
        # A question is no order.
        ("is the report done?", Find("the report")),
        ("are all tasks done?", Show("open")),
        ("check all tasks", Show("all")),
        ("should I delete milk?", Unclear("should I delete milk")),
        ("what happens if I delete milk?", Unclear("what happens if I delete milk")),
        ("when will it be done?", Unclear("when will it be done")),
        # Neither is a ban.
        ("don't delete milk", Unclear("don't delete milk")),
        ("please do not complete 2", Unclear("do not complete 2")),
        ("I don't want to delete milk", Unclear("I don't want to delete milk")),
        # Said in passing.
        ("all done", Unclear("all done")),
        ("done for today", Unclear("done for today")),
        ("what is it?", Unclear("what is it")),
        ("buy milk", Unclear("buy milk")),
        ("tell me a joke", Unclear("tell me a joke")),
        ("...", Unclear("...")),
    ],
)
def test_a_sentence_is_not_misread(sentence: str, intent: Intent) -> None:
    assert read(sentence) == [intent]
