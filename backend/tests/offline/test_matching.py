"""Which tasks a few words mean."""

import pytest

from src.chatbot.services.offline.matching import (
    Found,
    Match,
    Missing,
    NoSuchNumber,
    Several,
    Task,
    find,
)
from src.chatbot.services.offline.memory import Memory, Question

TASKS: list[Task] = [
    {"id": title, "title": title, "completed": title in {"call mom", "Pay rent!"}}
    for title in (
        "buy milk", "buy bread", "call mom", "Pay rent!", "salt and pepper", "7", "the art class",
    )
]  # fmt: skip
MEMORY = Memory(shown=("call mom", "buy milk", "buy bread"), focus=("buy bread",))


def _titles(match: Match) -> list[str] | str:
    match match:
        case Found(tasks):
            return [task["title"] for task in tasks]
        case Several(_, tasks):
            return f"one of {[task['title'] for task in tasks]}"
        case Missing(words):
            return f"no {words}"
        case NoSuchNumber(number, length):
            return f"{number} of {length}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("buy milk", ["buy milk"]),
        ("BUY MILK", ["buy milk"]),
        ("milk", ["buy milk"]),
        ("mil", ["buy milk"]),
        ("the milk task", ["buy milk"]),
        ('the task called "buy milk"', ["buy milk"]),
        ("milk buy", ["buy milk"]),
        ("buy milk from the shop", ["buy milk"]),
        ("pay rent", ["Pay rent!"]),
        ("art", ["the art class"]),
        ("buy", "one of ['buy milk', 'buy bread']"),
        ("ilk", "no ilk"),
        ("beer", "no beer"),
        # Several by name.
        ("milk and bread", ["buy milk", "buy bread"]),
        ("milk, bread and rent", ["buy milk", "buy bread", "Pay rent!"]),
        ("salt and pepper", ["salt and pepper"]),
        ("pepper and salt", ["salt and pepper"]),
        ("milk and beer", "no beer"),
        ("milk and buy", "one of ['buy milk', 'buy bread']"),
        ('"bread and milk"', 'no "bread and milk"'),
        # Places in the last list.
        ("1", ["call mom"]),
        ("#2", ["buy milk"]),
        ("task 3", ["buy bread"]),
        ("the second one", ["buy milk"]),
        ("the last one", ["buy bread"]),
        ("1 and 3", ["call mom", "buy bread"]),
        ("2, 2 and 1", ["buy milk", "call mom"]),
        ("numbers 1 2", ["call mom", "buy milk"]),
        ("1 and milk", ["call mom", "buy milk"]),
        ("4", "4 of 3"),
        ("0", "0 of 3"),
        ("99999999999999999999", "999999999 of 3"),
        # A title that is a number comes before places.
        ("7", ["7"]),
        # What was named last.
        ("it", ["buy bread"]),
        ("that one", ["buy bread"]),
        ("them", ["buy bread"]),
        # All.
        ("all open tasks", ["buy milk", "buy bread", "salt and pepper", "7", "the art class"]),
        ("the ones that are done", ["call mom", "Pay rent!"]),
        ("everything", [task["title"] for task in TASKS]),
        ("my list", [task["title"] for task in TASKS]),
    ],
)
def test_words_mean_tasks(words: str, meant: list[str] | str) -> None:
    assert _titles(find(words, TASKS, MEMORY)) == meant


@pytest.mark.parametrize("words", ["it", "them", "that task"])
def test_nothing_was_named_yet(words: str) -> None:
    assert find(words, TASKS, Memory()) == Missing(words)


def test_it_is_unclear_when_several_were_named() -> None:
    memory = Memory(focus=("buy milk", "call mom"))
    assert _titles(find("it", TASKS, memory)) == "one of ['buy milk', 'call mom']"
    assert _titles(find("both", TASKS, memory)) == ["buy milk", "call mom"]


def test_no_number_means_anything_before_a_list_was_shown() -> None:
    assert find("2", TASKS, Memory()) == NoSuchNumber(2, 0)


def test_a_place_in_the_list_stays_when_its_task_is_gone() -> None:
    left = [task for task in TASKS if task["title"] != "call mom"]
    assert find("1", left, MEMORY) == Missing("1")
    assert _titles(find("2", left, MEMORY)) == ["buy milk"]


def test_a_preferred_task_wins_where_several_fit() -> None:
    twice = [{"id": str(number), "title": "milk", "completed": number == 1} for number in (1, 2)]
    match = find("milk", twice, Memory(), lambda task: not task["completed"])
    assert match == Found([twice[1]])
    assert isinstance(find("milk", twice, Memory()), Several)


def test_no_more_than_fifty_tasks_are_named_in_one_sentence() -> None:
    tasks: list[Task] = [{"id": f"n{n}", "title": f"n{n}", "completed": False} for n in range(51)]
    fifty = ", ".join(task["title"] for task in tasks[:50])
    assert find(fifty, tasks, Memory()) == Found(tasks[:50])
    assert isinstance(find(f"{fifty}, n50", tasks, Memory()), Several)


def test_memory_is_the_same_after_it_was_kept() -> None:
    question = Question("which", "title", ("a", "b"), "new")
    for memory in (Memory(), MEMORY, Memory(("a",), ("b", "c"), question)):
        assert Memory.from_block(memory.to_block()) == memory
