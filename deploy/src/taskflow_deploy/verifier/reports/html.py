"""The report as one page: no script, nothing from elsewhere."""

from pathlib import Path
from string import Template

from taskflow_deploy.verifier.report import Endpoint, Report
from taskflow_deploy.verifier.reports import markup, words
from taskflow_deploy.verifier.reports.detail import detail
from taskflow_deploy.verifier.reports.markup import Html, element
from taskflow_deploy.verifier.reports.plain import count

_TEMPLATE = Path(__file__).with_name("page.html")
_COUNTING = (
    "Compared are the bytes of headers and bodies that have to be those of the reference; bound "
    "are the bytes of values that differ from run to run, each of which has to be of its type and "
    "to come back wherever the reference's did, and nowhere else; ignored are bytes that "
    "nobody looked at: in a text that differs, those after its first difference, and with a live "
    "model its own words."
)


def page(report: Report, *, when: str = "", name: str = "API") -> str:
    """Return the page.

    Parameters
    ----------
    when
        When it was asked, for people.
    name
        What was asked, such as the name of the product.
    """
    sections = [
        ("first", "First difference", _first(report)),
        ("endpoints", "Endpoints", _endpoints(report)),
        ("others", "Other differences", _others(report)),
        ("left-out", "Left out", _left_out(report)),
        ("notes", "Notes", _notes(report)),
        ("counting", "How bytes are counted", element("p", _COUNTING)),
    ]
    shown = [section for section in sections if section[2]]
    links = (
        element("li", element("a", title, href=f"#{place}")) for place, title, _ in shown
    )  # fmt: skip
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=markup.joined([f"{words.verdict(report)} - {name}"]),
        header=_header(report, when, name),
        links=element("ul", *links),
        sections=markup.joined(markup.section(*section) for section in shown),
    )


def _header(report: Report, when: str, name: str) -> Html:
    said = "Kept: no answer differs." if report.passed else f"Broken: {words.extent(report)}."
    return element(
        "header",
        element("p", f"{name}: answers compared with a reference", class_="kind"),
        element("h1", element("span", words.sign(report.passed), aria_hidden="true"), " ", said),
        markup.facts([
            ("asked", markup.code(report.url)),
            ("from where", report.way),
            ("compared with", report.reference),
            ("when", when),
        ]),
        _figures(report),
        class_="good" if report.passed else "bad",
    )  # fmt: skip


def _figures(report: Report) -> Html:
    figures = [
        (f"{report.compared:,}", "answers"),
        (f"{report.counts.compared:,}", "bytes compared"),
        (f"{report.counts.bound:,}", "bytes bound"),
        (f"{report.counts.ignored:,}", "bytes ignored"),
        (f"{report.seconds:.1f} s", "in all"),
    ]
    told = (element("li", element("strong", value), " ", what) for value, what in figures)
    return element("ul", *told, class_="figures", aria_label="Figures")


def _first(report: Report) -> Html:
    if not report.in_order:
        return Html()
    first, others = report.first, len(report.in_order) - 1
    follow = f"It came first; {count(others, 'other')} below may only follow from it."
    return markup.joined(
        [
            element("p", markup.quoted(f"{first.endpoint}: {first.line}"), class_="cause"),
            element("p", follow, class_="aside") if others else Html(),
            detail(first),
        ]
    )


def _endpoints(report: Report) -> Html:
    columns = ["endpoint", "verdict", "answers", "ms", "detail"]
    rows = [
        [markup.code(endpoint.name), _badge(endpoint), f"{endpoint.steps:,}",
         words.milliseconds(endpoint), markup.quoted(endpoint.detail)]
        for endpoint in report.endpoints
    ]  # fmt: skip
    return markup.table("In the order in which they were asked", columns, rows)


def _badge(endpoint: Endpoint) -> Html:
    mood = "" if not words.was_asked(endpoint) else "good" if endpoint.passed else "bad"
    return element("span", words.endpoint_verdict(endpoint), class_=f"badge {mood}")


def _others(report: Report) -> Html:
    told = (
        element(
            "details",
            element("summary", markup.quoted(f"{found.endpoint}: {found.line}")),
            detail(found),
        )
        for found in report.in_order[1:]
    )
    return markup.joined(told)


def _left_out(report: Report) -> Html:
    rows = [
        [markup.code(endpoint.name), markup.quoted(step), markup.quoted(reason)]
        for endpoint in report.endpoints
        for step, reason in endpoint.reasons
    ]
    if not rows:
        return Html()
    caption = "Steps that could not be asked here, which is no fault"
    return markup.table(caption, ["endpoint", "step", "why"], rows)


def _notes(report: Report) -> Html:
    told = [element("li", markup.quoted(note)) for note in report.notes]
    return element("ul", *told) if told else Html()
