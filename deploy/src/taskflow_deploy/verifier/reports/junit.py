"""The report in JUnit's XML, which most systems for continuous integration read.

The format has no standard of its own; this keeps to what all readers take:
https://github.com/testmoapp/junitxml
"""

from xml.etree import ElementTree as ET

from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.report import Endpoint, Report
from taskflow_deploy.verifier.reports.plain import command, one_line, plain, with_ends

_MESSAGE_LETTERS = 300


def document(report: Report, *, name: str = "API") -> str:
    """Return the document: a suite for each endpoint, and a case for each step.

    A report in which nothing was compared has a failure that says so.
    """
    root = ET.Element("testsuites", name=plain(name))
    suites = [_suite(endpoint) for endpoint in report.endpoints]
    if not report.passed and not report.in_order:
        suites.append(_empty())
    for suite in suites:
        _count(suite)
        root.append(suite)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in suites)))
    root.set("time", f"{report.seconds:.3f}")
    _add_properties(suites, report)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _suite(endpoint: Endpoint) -> ET.Element:
    suite = ET.Element("testsuite", name=plain(endpoint.name))
    differences = {found.step: found for found in endpoint.differences}
    times = {answered.step: answered.seconds for answered in endpoint.answered}
    for step in dict.fromkeys([*times, *differences]):
        case = _case(suite, endpoint.name, step, times.get(step, 0.0))
        if step in differences:
            _fail(case, differences[step])
    for step, reason in endpoint.reasons:
        case = _case(suite, endpoint.name, step, 0.0)
        ET.SubElement(case, "skipped", message=plain(reason))
    return suite


def _case(suite: ET.Element, endpoint: str, step: str, seconds: float) -> ET.Element:
    return ET.SubElement(
        suite, "testcase", name=plain(step), classname=plain(endpoint), time=f"{seconds:.3f}"
    )


def _fail(case: ET.Element, found: Difference) -> None:
    message = one_line(found.line, _MESSAGE_LETTERS)
    failure = ET.SubElement(case, "failure", message=message, type=plain(found.kind))
    lines = [
        f"what it breaks: {found.proves}",
        f"place: {found.place}",
        f"expected: {with_ends(found.expected)}",
        f"found: {with_ends(found.found)}",
    ]
    by_hand = ["", "by hand:", *map(command, found.curl)] if found.curl else []
    failure.text = "\n".join([*map(plain, lines), *by_hand])


def _empty() -> ET.Element:
    suite = ET.Element("testsuite", name="verification")
    case = _case(suite, "verification", "anything was compared", 0.0)
    ET.SubElement(case, "failure", message="nothing was compared", type="empty")
    return suite


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _add_properties(suites: list[ET.Element], report: Report) -> None:
    """Say in each suite what was asked: a suite may be read without the others."""
    told = {
        "url": report.url,
        "way": report.way,
        "reference": report.reference,
        "figures": report.figures,
    }
    for suite in suites:
        properties = ET.Element("properties")
        for name, value in told.items():
            ET.SubElement(properties, "property", name=name, value=plain(value))
        suite.insert(0, properties)
