"""The verdict in words, the same in each kind of report."""

from taskflow_deploy.verifier.report import Endpoint, Report
from taskflow_deploy.verifier.reports.plain import count


def sign(passed: bool) -> str:
    """Return the sign of a verdict."""
    return "✓" if passed else "✗"


def verdict(report: Report) -> str:
    """Return the verdict in a few words."""
    return "Kept" if report.passed else f"Broken: {extent(report)}"


def extent(report: Report) -> str:
    """Return how much is broken."""
    if not report.in_order:
        return "nothing was compared"
    steps = report.compared + sum(
        found.kind in {"unanswered", "unasked"} for found in report.in_order
    )
    number = len(report.in_order)
    return f"{number:,} of {count(steps, 'answer')} {'differs' if number == 1 else 'differ'}"


def was_asked(endpoint: Endpoint) -> bool:
    """Tell whether anything was asked of an endpoint, so that there is a verdict on it."""
    return endpoint.steps > 0 or not endpoint.passed


def endpoint_verdict(endpoint: Endpoint) -> str:
    """Return the verdict on an endpoint, with its sign."""
    if not was_asked(endpoint):
        return "- not asked"
    return f"{sign(endpoint.passed)} {'same' if endpoint.passed else 'differs'}"


def milliseconds(endpoint: Endpoint) -> str:
    """Return how long the answers of an endpoint took together."""
    return f"{endpoint.seconds * 1000:,.0f}"
