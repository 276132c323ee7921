"""A verification for machines and terminals: JUnit's XML, JSON, and a screen of text."""

import json
import math
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from taskflow_deploy.verifier import reports
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.reports import html, junit
from tests.unit.verifier import report_samples as samples

_COUNTS = ("tests", "failures", "errors", "skipped")


def _counts(element: ET.Element) -> list[str | None]:
    return [element.get(name) for name in _COUNTS]


def _read(report: Report) -> ET.Element:
    return ET.fromstring(junit.document(report, name="Tasks"))  # noqa: S314 - our own


def test_junit_has_a_suite_for_each_endpoint_and_a_case_for_each_step() -> None:
    root = _read(samples.report(samples.difference()))
    suites = list(root)
    assert _counts(root) == ["4", "1", "0", "1"]
    assert [(one.get("name"), *_counts(one)) for one in suites] == [
        ("GET /health", "1", "0", "0", "0"), ("POST /tasks", "3", "1", "0", "1"),
    ]  # fmt: skip
    assert [root.get("time"), *(one.get("time") for one in suites)] == ["1.620", "0.002", "0.252"]
    cases = suites[1].findall("testcase")
    assert [one.get("name") for one in cases] == ["ask 1", "add 0", "forged"]
    assert [one.get("time") for one in cases] == ["0.002", "0.250", "0.000"]
    assert {one.get("classname") for one in cases} == {"POST /tasks"}
    told = {one.get("name"): one.get("value") for one in suites[1].iter("property")}
    assert (told["url"], told["reference"]) == ("http://a.example", "the recording of today")


def test_junit_tells_a_failure_whole_and_why_a_step_was_left_out() -> None:
    root = _read(samples.report(samples.difference()))
    failure, skipped = root.find(".//failure"), root.find(".//skipped")
    assert failure is not None
    assert skipped is not None
    assert failure.attrib == {"message": "body.done is 0, not false (add 0)", "type": "bytes"}
    assert str(failure.text).split("\n") == [
        "what it breaks: A task is kept (0).", "place: body.done", "expected: false", "found: 0",
        "", "by hand:", "run=$(date +%s)", "curl -i -X POST http://a/tasks -d '{\"n\":0}'",
    ]  # fmt: skip
    assert skipped.get("message") == "not known here: key"


def test_junit_counts_a_step_without_an_answer() -> None:
    root = _read(samples.report(samples.difference(kind="unanswered", answered="")))
    assert _counts(root) == ["4", "1", "0", "1"]


def test_junit_fails_where_nothing_was_compared() -> None:
    assert _counts(_read(Report("http://a", "here", "it"))) == ["1", "1", "0", "0"]


def test_junit_of_a_hostile_system_can_be_read_and_shows_all() -> None:
    text = junit.document(samples.hostile())
    text.encode("utf-8")
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert "eyJ" not in text
    assert len(root.findall(".//failure")) == 5
    everything = "".join(root.itertext())
    for part in ("<script>alert('x')</script>", "[U+001B][31mred[U+0000][U+202E][U+FFFE]",
                 samples.HEBREW, "[byte 80][byte FF]", "none (refused)"):  # fmt: skip
        assert part in everything
    assert [one.get("message", "").startswith("because") for one in root.iter("skipped")] == [True]


def test_data_is_whole_with_each_difference_once_in_the_order_of_finding() -> None:
    found = [samples.difference(2), samples.difference(1)]
    report = samples.report(*found)
    report.endpoints[1].differences.reverse()
    data = report.to_json()
    assert list(data) == ["passed", "url", "way", "reference", "seconds", "answers", "bytes",
                          "differences", "endpoints", "notes"]  # fmt: skip
    assert data["passed"] is False
    assert data["bytes"] == {"compared": 61_234, "bound": 4_321, "ignored": 0}
    assert [one["step"] for one in data["differences"]] == ["add 2", "add 1"]
    first = data["differences"][0]
    for key in ("step", "endpoint", "proves", "kind", "place", "expected", "found", "recorded",
                "answered", "line"):  # fmt: skip
        assert first[key] == getattr(found[0], key)
    assert first["curl"] == list(found[0].curl)
    row = data["endpoints"][1]
    assert row == {
        "name": "POST /tasks", "passed": False, "detail": report.endpoints[1].detail, "steps": 3,
        "seconds": 0.502, "differences": ["add 1", "add 2"],
        "left_out": [{"step": "forged", "reason": "not known here: key"}],
        "answered": [{"step": "ask 1", "seconds": 0.002}, {"step": "add 2", "seconds": 0.25},
                     {"step": "add 1", "seconds": 0.25}],
    }  # fmt: skip


def test_all_three_files_are_written_and_hold_no_token(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    reports.write(samples.hostile(), folder, when="today", name="Tasks")
    assert {one.name for one in folder.iterdir()} == {"report.html", "report.json", "junit.xml"}
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert len(data["differences"]) == 5
    assert "today" in (folder / "report.html").read_text(encoding="utf-8")
    ET.parse(folder / "junit.xml")  # noqa: S314 - our own
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert samples.TOKEN not in text, file.name
        assert "eyJzdWIi" not in text, file.name


def _table(rows: list[list[str]]) -> list[str]:
    """Write a table as a terminal shows it: two characters between cells."""
    cells = [reports.COLUMNS, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(reports.COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in cells]  # fmt: skip


def _screen(report: Report) -> int:
    lines = ["title", *_table(reports.rows(report)), reports.cause(report)[:100]]
    lines += reports.first_difference(report)
    return sum(max(math.ceil(len(line) / 100), 1) for line in lines)


def test_the_verdict_is_on_one_screen() -> None:
    long = samples.difference(0, found="x" * 900, expected="y" * 900, proves="z" * 900)
    assert _screen(samples.report(long, endpoints=14)) <= 24
    assert _screen(samples.report(endpoints=14)) <= 24
    assert max(map(len, _table(reports.rows(samples.report(long, endpoints=14))))) <= 100


def test_a_row_tells_the_verdict_on_an_endpoint() -> None:
    report = samples.report(samples.difference())
    report.endpoints[0].steps = 0
    report.endpoints[0].left_out = ["a: b"]
    assert reports.rows(report) == [
        ["GET /health", "- not asked", "0", "2", "1 left out"],
        ["POST /tasks", "✗ differs", "2", "252", "body.done is 0, not false (add 0)"],
    ]


def test_the_first_difference_is_told_with_the_lines_that_show_it() -> None:
    found = samples.difference(expected=" a ", found="")
    report = samples.report(found)
    assert reports.cause(report) == "POST /tasks: body.done is “”, not  a  (add 0)"
    assert reports.first_difference(report) == [
        "breaks: A task is kept (0).", "expected: “ a ”", "found: “”", *found.curl,
    ]  # fmt: skip
    assert reports.first_difference(samples.report()) == []
    assert reports.cause(samples.report()) == ""


def test_lines_without_room_are_counted_and_the_last_stays() -> None:
    report = samples.report(samples.difference())
    report.in_order[0] = long = samples.difference()
    object.__setattr__(long, "curl", (*("first=1" for _ in range(8)), "curl http://a"))
    assert reports.first_difference(report)[3:] == [
        "# first 8 lines that the report has, then:", "curl http://a",
    ]  # fmt: skip
    assert reports.first_difference(report, lines=None)[3:] == list(long.curl)
    object.__setattr__(long, "curl", ("first=1", f"curl {'x' * 900}"))
    last = reports.first_difference(report)[-1]
    assert (len(last), last[-1]) == (300, "…")


def test_a_terminal_gets_nothing_that_it_would_obey() -> None:
    report = samples.hostile()
    shown = [cell for row in reports.rows(report) for cell in row]
    shown += [reports.cause(report), *reports.first_difference(report, lines=None)]
    assert all(line.isprintable() for line in shown)
    assert "eyJ" not in "".join(shown)


def test_lines_for_a_shell_keep_what_joins_letters_and_nothing_that_turns_them() -> None:
    found = samples.difference()
    object.__setattr__(found, "curl", ("curl -d '<b>👩\u200d💻\u202e</b>'",))
    report = samples.report(found)
    shown = "curl -d '<b>👩\u200d💻[U+202E]</b>'"
    assert reports.first_difference(report)[-1] == shown
    assert shown in "".join(_read(report).itertext())
    assert shown in unescape(page := html.page(report))
    assert "<b>" not in page
