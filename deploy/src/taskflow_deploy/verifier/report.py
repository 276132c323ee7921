"""The verdict on each endpoint, and what it rests on."""

from dataclasses import asdict, dataclass, field
from typing import Any

from taskflow_deploy.verifier.counts import Counts
from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.presentable import presentable


@dataclass(frozen=True)
class Answered:
    """A step whose answer was compared, and how many seconds the answer took."""

    step: str
    seconds: float


@dataclass
class Endpoint:
    """The verdict on an endpoint.

    Attributes
    ----------
    name
        Such as ``GET /tasks``.
    steps
        How many answers were compared.
    seconds
        How long the answers took together.
    differences
        The first difference of each answer that has one.
    left_out
        Steps that could not be asked here, each with the reason: ``STEP: REASON``.
    answered
        The steps whose answers were compared, in order.
    """

    name: str
    steps: int = 0
    seconds: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)

    def add(self, step: str, seconds: float) -> None:
        """Count an answer that was compared."""
        self.steps += 1
        self.seconds += seconds
        self.answered.append(Answered(step, seconds))

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The steps that were left out, each with the reason."""
        parts = (text.partition(": ") for text in self.left_out)
        return [(step, reason) for step, _, reason in parts]

    @property
    def passed(self) -> bool:
        """Whether every answer was the recorded one."""
        return not self.differences

    @property
    def detail(self) -> str:
        """The verdict in a few words."""
        if self.differences:
            return self.differences[0].line
        if not self.steps:
            return f"{len(self.left_out)} left out"
        left = f", {len(self.left_out)} left out" if self.left_out else ""
        return f"{self.steps} answer{'' if self.steps == 1 else 's'} the same{left}"


@dataclass
class Report:
    """What a verification found.

    Attributes
    ----------
    url
        What was asked.
    way
        From where it was asked, for people.
    reference
        What it was compared with, for people.
    counts
        Bytes that were compared and bound; none is left out.
    seconds
        How long it took.
    notes
        What else a reader has to know.
    in_order
        All differences, in the order of finding.
    """

    url: str
    way: str
    reference: str
    endpoints: list[Endpoint] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    in_order: list[Difference] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether anything was compared at all, and nothing differed."""
        return self.compared > 0 and not self.differences

    @property
    def compared(self) -> int:
        """How many answers were compared."""
        return sum(endpoint.steps for endpoint in self.endpoints)

    @property
    def differences(self) -> list[Difference]:
        """All differences, in the order of the report."""
        return [found for endpoint in self.endpoints for found in endpoint.differences]

    @property
    def first(self) -> Difference:
        """The difference that came first; those after it may only follow from it."""
        return self.in_order[0]

    @property
    def explanation(self) -> list[str]:
        """Each difference in one line, and the lines that show the first by hand."""
        lines = [f"{found.endpoint}: {found.line}" for found in self.in_order]
        return [*lines, *(f"  {line}" for line in self.first.curl)] if self.in_order else []

    @property
    def figures(self) -> str:
        """What was compared, in one line."""
        return f"{self.compared} answers, {self.counts.figures}"

    def to_json(self) -> dict[str, Any]:
        """Return the report as data; each difference stands once, in the order of finding."""
        return {
            "passed": self.passed,
            "url": presentable(self.url),
            "way": presentable(self.way),
            "reference": presentable(self.reference),
            "seconds": round(self.seconds, 3),
            "answers": self.compared,
            "bytes": self.counts.data,
            "differences": [
                {**asdict(found), "line": found.line, "curl": list(found.curl)}
                for found in self.in_order
            ],
            "endpoints": [_endpoint_data(endpoint) for endpoint in self.endpoints],
            "notes": [presentable(note) for note in self.notes],
        }


def _endpoint_data(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "passed": endpoint.passed,
        "detail": endpoint.detail,
        "steps": endpoint.steps,
        "seconds": round(endpoint.seconds, 4),
        "differences": [found.step for found in endpoint.differences],
        "left_out": [
            {"step": step, "reason": presentable(reason)} for step, reason in endpoint.reasons
        ],
        "answered": [
            {"step": answered.step, "seconds": round(answered.seconds, 4)}
            for answered in endpoint.answered
        ],
    }
