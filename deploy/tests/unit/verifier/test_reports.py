"""The page of a verification: whole, safe, and readable without anything else."""

import re

import pytest

from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.reports import html
from tests.unit.html_page import HtmlPage
from tests.unit.verifier import report_samples as samples

_LOADS = ("src", "srcset", "action", "data", "poster", "formaction", "background", "style")


class _Page(HtmlPage):
    def text(self, within: str = "body") -> str:
        return "".join(word for tags, word in self.words if within in tags)

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def _page(report: Report) -> _Page:
    return _Page(html.page(report, when="27 November 2026", name="Tasks"))


def test_a_kept_contract_is_told_with_what_it_rests_on() -> None:
    page = _page(samples.report())
    assert page.text("h1") == "✓ Kept: no answer differs."
    assert page.text("title") == "Kept - Tasks"
    header = page.text("header")
    for told in ("http://a.example", "from this machine", "the recording of today",
                 "27 November 2026", "2 answers", "61,234 bytes compared", "4,321 bytes bound",
                 "0 bytes ignored", "1.6 s"):  # fmt: skip
        assert told in header
    assert page.text("h2") == "EndpointsLeft outNotesHow bytes are counted"
    assert "Asked again: a clock was set." in page.text("main")


def test_the_table_has_each_endpoint_with_a_word_and_a_sign() -> None:
    page = _page(samples.report(samples.difference()))
    cells = [word for tags, word in page.words if "tbody" in tags and "sides" not in tags]
    start = cells.index("GET /health")
    assert cells[start:][:10] == [
        "GET /health", "✓ same", "1", "2", "1 answer the same",
        "POST /tasks", "✗ differs", "2", "252", "body.done is 0, not false (add 0)",
    ]  # fmt: skip


def test_the_first_difference_is_told_whole_and_the_others_are_folded() -> None:
    found = [samples.difference(number) for number in range(4)]
    found[0] = samples.difference(0, expected=" x < y", found="x > y")
    page = _page(samples.report(*found))
    assert page.text("h1") == "✗ Broken: 4 of 6 answers differ."
    body, folded = page.text("main"), page.text("details")
    for part in ("A task is kept (0).", "“ x < y”", "x > y", "run=$(date +%s)", '{"n":0}'):
        assert part in body
        assert part not in folded or part.startswith("run")
    assert "3 others below may only follow from it" in body
    for one in found[1:]:
        assert folded.count(one.line) == 1
        assert one.proves in folded
        assert one.curl[1] in folded


def test_what_was_left_out_is_told_with_its_reason() -> None:
    text = _page(samples.report()).text("main")
    assert "forgednot known here: key" in text


def test_a_report_that_compared_nothing_is_broken() -> None:
    page = _page(Report("http://a", "here", "it"))
    assert page.text("h1") == "✗ Broken: nothing was compared."


def test_readers_of_the_page_need_no_colour_and_no_eyes() -> None:
    page = _page(samples.report(samples.difference(), samples.difference(1)))
    names = page.names()
    assert page.tags[0] == ("html", {"lang": "en"})
    assert (names.count("h1"), names.count("main"), names.count("title")) == (1, 1, 1)
    heads = [given for tag, given in page.tags if tag == "th"]
    assert heads
    assert all(given.get("scope") in {"col", "row"} for given in heads)
    assert names.count("caption") == names.count("table")
    ids = [given["id"] for _, given in page.tags if "id" in given]
    links = [str(given["href"]) for tag, given in page.tags if tag == "a"]
    assert sorted(links) == sorted(f"#{one}" for one in ids if not str(one).endswith("-title"))
    blocks = [given for tag, given in page.tags if tag == "pre"]
    assert all(given["tabindex"] == "0" and given["aria-label"] for given in blocks)
    assert "≠differs" in page.text("tbody")


def test_nothing_of_others_acts_in_the_page() -> None:
    text = html.page(samples.hostile(), when=samples.ATTACK, name=samples.ATTACK)
    page = _Page(text)
    assert "<script>alert('x')</script>" in page.text("main"), "it is shown as text"
    assert not {"script", "img", "iframe", "link", "form"} & set(page.names())
    for _, given in page.tags:
        assert not {name for name in given if name in _LOADS or name.startswith("on")}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\ud800-\udfff]", text)
    assert "http" not in text.replace("http-equiv", "").replace("http://a/tasks", "")


def test_no_token_and_every_difference_of_a_hostile_system_is_shown() -> None:
    report = samples.hostile()
    report.endpoints[0].name = f"GET /{samples.TOKEN}"
    page = _page(report)
    text = page.text()
    assert "eyJ" not in text
    assert "⟨token⟩" in text
    for number in range(2, 6):
        assert f"A task is kept ({number})." in text
    assert samples.HEBREW in text
    assert "[byte 80][byte FF]" in text
    assert "[U+202E]" in text
    assert "No answer came. Recorded was:" in text


@pytest.mark.parametrize("name", ["proves", "place", "expected", "found", "recorded", "answered"])
@pytest.mark.parametrize("cut", [None, 45])
def test_a_difference_holds_no_token(name: str, cut: int | None) -> None:
    found = samples.difference(**{name: f"a={samples.TOKEN[:cut]}; b"})
    assert getattr(found, name).startswith("a=⟨token⟩")
    assert "eyJ" not in repr(found)


def test_a_long_line_is_shown_where_it_differs() -> None:
    body = "a" * 3000 + "{}" + "b" * 3000
    recorded, answered = (samples.HEAD + body.format(one) for one in ("right", "wrong"))
    page = _page(samples.report(samples.difference(recorded=recorded, answered=answered)))
    text = page.text("tbody")
    assert len(text) < 3000
    assert text.count("[… 2,920 characters …]") == 4
    assert page.text("mark") == "rightwrong"
