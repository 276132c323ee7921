"""Shows one difference: what it breaks, both sides of it, and how to see it by hand."""

from collections.abc import Iterator

from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.reports import markup, sides
from taskflow_deploy.verifier.reports.markup import Html, element
from taskflow_deploy.verifier.reports.plain import count, with_ends
from taskflow_deploy.verifier.reports.sides import Mark, Row

_SIGNS = {
    Mark.SAME: ("", ""),
    Mark.RUN: ("~", "a value of the run"),
    Mark.DIFFERS: ("≠", "differs"),
}
# Letters of a part that are shown at each end that touches another part.
_BESIDE = 80
_ALONE = 240
_MOST_ROWS = 400
_LEGEND = (
    "≠ differs; ~ is a value of this run: its form is right, and it is not the difference. "
    "Values are written as symbols, such as ⟨uuid4#2⟩, the second UUID of the recording."
)
_WITHOUT_A_LINE = (
    "Written with symbols, both texts are the same: the difference is in a value itself, or in "
    "when it came, as said above."
)


def detail(difference: Difference) -> Html:
    """Return all about a difference, without a heading."""
    return markup.joined(
        [
            element(
                "p", element("strong", "What it breaks: "), markup.quoted(difference.proves),
                class_="sentence",
            ),
            markup.facts([
                ("endpoint", markup.code(difference.endpoint)),
                ("step", markup.quoted(difference.step)),
                ("kind", difference.kind),
                ("place", markup.code(difference.place)),
            ]),
            _expected(difference),
            _texts(difference),
            _by_hand(difference),
        ]
    )  # fmt: skip


def _expected(difference: Difference) -> Html:
    pairs = (("expected", with_ends(difference.expected)), ("found", with_ends(difference.found)))
    told = (
        element("div", element("dt", name), element("dd", _ends(text, starts=True, ends=True)))
        for name, text in pairs
    )
    return element("dl", *told, class_="pair")


def _texts(difference: Difference) -> Html:
    if not difference.answered:
        shown = markup.block(difference.recorded, "Recorded answer", "text")
        return markup.joined(
            [element("p", "No answer came. Recorded was:"), shown] if difference.recorded else []
        )
    rows = sides.rows(difference)
    if not rows:
        return element("p", _WITHOUT_A_LINE)
    head = [element("th", element("span", "line", class_="unseen"), scope="col")]
    head += [element("th", name, scope="col") for name in ("recorded", "answered")]
    table = element(
        "table",
        element("caption", _LEGEND),
        element("thead", element("tr", *head)),
        element("tbody", *(_row(row) for row in rows[:_MOST_ROWS]), *_rest(rows)),
        class_="sides",
    )
    return element("div", table, class_="wide")


def _rest(rows: list[Row]) -> list[Html]:
    left = len(rows) - _MOST_ROWS
    return [_said(f"{count(left, 'line')} more: report.json has all")] if left > 0 else []


def _said(text: str) -> Html:
    return element("tr", element("td", text, colspan="3"), class_="skipped")


def _row(row: Row) -> Html:
    if row.skipped:
        return _said(f"{count(row.skipped, 'line')} without a difference")
    sign, meaning = _SIGNS[row.mark]
    signs = [element("span", sign, aria_hidden="true"), element("span", meaning, class_="unseen")]
    return element(
        "tr",
        element("td", *(signs if sign else ()), class_="sign"),
        *(
            element("td", element("div", *_side(parts)), data_column=name)
            for name, parts in (("recorded", row.recorded), ("answered", row.answered))
        ),
        class_=row.mark.value,
    )


def _side(parts: sides.Parts | None) -> Iterator[Html]:
    if parts is None:
        yield element("em", "no such line")
    for number, (text, mark) in enumerate(parts or []):
        if mark is Mark.SAME:
            is_first, is_last = number == 0, number == len(parts or []) - 1
            yield _ends(text, starts=not is_first or is_last, ends=not is_last)
        else:
            tag = "mark" if mark is Mark.DIFFERS else "u"
            seen = text.replace(" ", "␣") if text.isspace() else text
            shown = _ends(seen, starts=True, ends=True) if seen else element("em", "an empty line")
            yield element(tag, shown)


def _ends(text: str, *, starts: bool, ends: bool) -> Html:
    """Return a text, or the ends of it that are looked at where it is long."""
    most = _ALONE if starts and ends else _BESIDE
    shown = most * (starts + ends)
    if len(text) <= shown + most:
        return markup.joined([text])
    left = element("span", f"[… {len(text) - shown:,} characters …]", class_="left")
    return markup.joined([text[:most] if starts else "", left, text[-most:] if ends else ""])


def _by_hand(difference: Difference) -> Html:
    if not difference.curl:
        return Html()
    told = element("p", "To see it by hand, paste this into bash:")
    return markup.joined([told, markup.commands(difference.curl)])
