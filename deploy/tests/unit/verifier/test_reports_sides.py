"""Both sides of a difference: what is the same, what is not, and what is a value of the run."""

import json
import time

import pytest

from taskflow_deploy.verifier.reports import layout, sides
from taskflow_deploy.verifier.reports.sides import Mark, Parts
from tests.unit.verifier import report_samples as samples

_UUID = "0b3f2c1e-8d4a-4c5b-9e6f-7a8b9c0d1e2f"


def _marked(mark: Mark, recorded: str, answered: str, **changes: str) -> list[tuple[str, str]]:
    """Return what has a mark on each side, of the lines that have some."""
    rows = sides.rows(samples.difference(recorded=recorded, answered=answered, **changes))
    return [
        (_those(row.recorded, mark), _those(row.answered, mark)) for row in rows if row.mark is mark
    ]


def _those(parts: Parts | None, mark: Mark) -> str:
    """Return what has a mark; a line that is not there is a dash."""
    return "-" if parts is None else "".join(text for text, its in parts if its is mark)


def _differing(recorded: str, answered: str, **changes: str) -> list[tuple[str, str]]:
    """Return what differs."""
    return _marked(Mark.DIFFERS, recorded, answered, **changes)


def test_the_value_that_differs_is_marked_in_the_line_it_is_laid_out_to() -> None:
    rows = sides.rows(samples.difference())
    row = next(row for row in rows if row.mark is Mark.DIFFERS)
    assert row.recorded == [('  "done": ', Mark.SAME), ("false", Mark.DIFFERS)]
    assert row.answered == [('  "done": ', Mark.SAME), ("0", Mark.DIFFERS)]
    assert [row.mark for row in rows].count(Mark.DIFFERS) == 1


@pytest.mark.parametrize(
    ("recorded", "answered", "differing"),
    [
        ("418\na: b\n\nx", "201\na: b\n\nx", [("418", "201")]),
        ("200\na: b\n\nx", "200\n\nx", [("a: b", "-")]),
        ("200\n\n[1]", "200\nnew: c\n\n[1]", [("-", "new: c")]),
        ('200\n\n{"a":1}', '200\n\n{"a": 1}', [("", " ")]),
        ('200\n\n{"a":1}', '200\n\n{"a":1}\n', [("-", "")]),
        ('200\n\n["é"]', '200\n\n["\\u00e9"]', [("é", "\\u00e9")]),
        ("200\n\n[1.0]", "200\n\n[1]", [(".0", "")]),
        ('200\n\n{"a":1,"b":2}', '200\n\n{"b":2,"a":1}',
         [("a1", "b2"), ("b2", "a1")]),
        ("200\n\nno JSON", "200\n\nno  JSON", [("", " ")]),
        ("200\n\n[1]", "200\n\n<p>", [("[1]", "<p>")]),
        ("200\n\n", "200\n\nx", [("-", ""), ("-", "x")]),
        ('200\n\n["⟨uuid4#1⟩"]', '200\n\n["⟨uuid4#2⟩"]', [("⟨uuid4#1⟩", "⟨uuid4#2⟩")]),
    ],
)  # fmt: skip
def test_each_kind_of_difference_is_marked(
    recorded: str, answered: str, differing: list[tuple[str, str]]
) -> None:
    assert _differing(recorded, answered) == differing


def test_values_after_the_first_difference_are_told_from_it() -> None:
    recorded = "418\nid: ⟨uuid4#3⟩\nold: ⟨timeT.0Z#4⟩"
    answered = f"201\nid: {_UUID}\nold: ⟨timeT.0Z#1⟩"
    assert _differing(recorded, answered, kind="status") == [("418", "201")]
    assert _marked(Mark.RUN, recorded, answered, kind="status") == [
        ("⟨uuid4#3⟩", _UUID), ("⟨timeT.0Z#4⟩", "⟨timeT.0Z#1⟩"),
    ]  # fmt: skip


def test_a_value_that_is_the_difference_is_marked_as_such() -> None:
    recorded, answered = "200\na: ⟨uuid4#1⟩\nb: ⟨uuid4#2⟩", f"200\na: {_UUID}\nb: {_UUID}"
    assert _differing(recorded, answered, kind="binding") == [("⟨uuid4#1⟩", _UUID)]


def test_a_value_of_another_type_is_a_difference() -> None:
    assert _differing("200\na: ⟨uuid4#1⟩", "200\na: ⟨hex32#1⟩") == [("⟨uuid4#1⟩", "⟨hex32#1⟩")]


def test_where_both_are_the_same_no_line_is_shown() -> None:
    found = samples.difference(answered=samples.difference().recorded, kind="clock")
    assert sides.rows(found) == []


def test_long_stretches_of_the_same_are_counted() -> None:
    lines = [f"h{number}: x" for number in range(40)]
    answered = [*lines[:20], "h20: y", *lines[21:]]
    rows = sides.rows(samples.difference(recorded="\n".join(lines), answered="\n".join(answered)))
    assert [row.skipped for row in rows] == [17, 0, 0, 0, 0, 0, 0, 0, 16]


def test_much_that_differs_takes_no_long_time() -> None:
    one, other = "\n".join(["a!" * 500] * 300), "\n".join(["!b" * 500] * 300)
    began = time.monotonic()
    assert len(_differing(f"200\n\n{one}", f"200\n\n{other}")) == 300
    assert time.monotonic() - began < 20


def test_json_is_laid_out_and_nothing_in_it_is_written_anew() -> None:
    text = '{"a":[],"b":{ },"a":[1.0,1e2,-0,"x, {\\u00e9}: \\""],"c":null}'
    laid = layout.laid_out(text)
    assert laid is not None
    assert laid.split("\n")[:4] == ["{", '  "a": [],', '  "b": {},', '  "a": [']
    assert json.loads(laid) == json.loads(text)
    for part in ("1.0", "1e2", "-0", '"x, {\\u00e9}: \\""'):
        assert f"\n    {part}" in laid


@pytest.mark.parametrize("text", ["", "3", '"x"', "[1", "[NaN]", "[" * 100_000, "{'a': 1}"])
def test_what_is_no_json_is_not_laid_out(text: str) -> None:
    assert layout.laid_out(text) is None
