"""Verifies a running system through its base URL."""

from dataclasses import asdict, dataclass
from typing import Any

from taskflow_deploy.contract import cors
from taskflow_deploy.contract.scenario import play
from taskflow_deploy.contract.session import EndpointResult, Session


@dataclass(frozen=True)
class ContractReport:
    """The verdict on each endpoint."""

    results: list[EndpointResult]

    @property
    def passed(self) -> bool:
        """Whether every promise was kept, and any was checked at all."""
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def checked(self) -> int:
        """How many answers were checked."""
        return sum(result.checked for result in self.results)

    @property
    def first_broken(self) -> EndpointResult:
        """The first endpoint that broke a promise; what follows may only follow from it."""
        return next(result for result in self.results if not result.passed)

    @property
    def explanation(self) -> list[str]:
        """For each endpoint that answered wrongly, what was wrong and how to see it by hand."""
        lines: list[str] = []
        for result in self.results:
            if not result.passed and result.curl:
                lines += [f"{result.endpoint}: {result.detail}", f"  {result.curl}"]
        return lines

    def to_json(self) -> dict[str, Any]:
        """Return the report as data."""
        return {"passed": self.passed, "results": [asdict(result) for result in self.results]}


def verify(base_url: str, *, origin: str | None = None) -> ContractReport:
    """Ask a running system everything and return the verdicts.

    Parameters
    ----------
    base_url
        Where it answers, such as ``http://10.97.0.2:30300``.
    origin
        The origin that its pages may come from; where it is not known, None, and what browsers
        are told about origins is not looked at.
    """
    session = Session(base_url.rstrip("/"))
    try:
        play(session)
        if origin is not None:
            cors.play(session, origin)
    finally:
        session.close()
    return ContractReport(session.results)
