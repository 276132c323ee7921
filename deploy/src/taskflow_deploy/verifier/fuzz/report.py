"""What a comparison by chance found, and what it rests on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from taskflow_deploy.verifier.counts import Counts
from taskflow_deploy.verifier.fuzz.asking import Reply, Silence, Waits
from taskflow_deploy.verifier.presentable import presentable
from taskflow_deploy.verifier.reports.plain import count, plain

_NONE = "no answer"


@dataclass(frozen=True)
class FuzzDifference:
    """Where the two systems differ, and the shortest way there that was found.

    Attributes
    ----------
    endpoint
        Of the request whose answers differ.
    kind
        ``status``, ``header``, ``bytes``, ``type``, ``binding``, ``clock``, ``token`` or
        ``unanswered``.
    place
        ``status``, ``header NAME``, ``body.user.id`` or ``answer``.
    reference, candidate
        What stands there, for people; no token is among it.
    calls
        How many requests lead there, the last one included; signing up is not counted.
    curl_reference, curl_candidate
        Lines for a shell, which sign up and ask all of them.
    answers
        Both answers as a whole.
    only_sometimes
        Whether the same requests were answered alike another time.
    """

    endpoint: str
    kind: str
    place: str
    reference: str
    candidate: str
    calls: int
    curl_reference: tuple[str, ...]
    curl_candidate: tuple[str, ...]
    answers: tuple[str, str] = ("", "")
    only_sometimes: bool = False

    def __post_init__(self) -> None:
        for name in ("reference", "candidate"):
            object.__setattr__(self, name, presentable(getattr(self, name)))
        shown = [presentable(text) for text in self.answers]
        object.__setattr__(self, "answers", tuple(shown))

    @property
    def line(self) -> str:
        """The difference in one line."""
        often = ", but only sometimes" if self.only_sometimes else ""
        line = f"{self.endpoint}: {self.place} is {self.candidate}, not {self.reference}"
        return plain(f"{line}, after {count(self.calls, 'request')}{often}", kept="")


@dataclass
class FuzzReport:
    """What was asked, and the first difference.

    Attributes
    ----------
    reference, candidate
        Their addresses.
    seed
        With it the same requests are made again, by the same version of this program.
    pairs
        How many requests were made up and asked of both, before a difference was found.
    helping
        How many more were asked of both and compared: to sign up, to remove what was made, and to
        find the shortest way to a difference.
    sequences
        Into how many independent sequences the pairs fall.
    statuses
        How often each class of status was answered, such as ``2xx``, by endpoint.
    waits
        Answers of 429 that were waited out.
    left_out
        Operations that were not asked: ``OPERATION: REASON``.
    notes
        What else a reader has to know.
    """

    reference: str
    candidate: str
    seed: int
    pairs: int = 0
    helping: int = 0
    sequences: int = 0
    seconds: float = 0.0
    counts: Counts = field(default_factory=Counts)
    waits: Waits = field(default_factory=Waits)
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    difference: FuzzDifference | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether anything was compared at all, and nothing differed."""
        return self.pairs > 0 and self.difference is None

    @property
    def figures(self) -> str:
        """What was compared, in one line."""
        total: Counter[str] = sum(self.statuses.values(), Counter())
        told = ", ".join(f"{often:,} {name}" for name, often in sorted(total.items()))
        return (
            f"{self.pairs:,} pairs in {self.sequences:,} sequences (seed {self.seed}) and "
            f"{self.helping:,} more, {self.counts.figures}; {told or 'nothing answered'}; "
            f"429 waited out {count(self.waits.times, 'time')}, {self.waits.seconds:.0f} s"
        )

    @property
    def explanation(self) -> list[str]:
        """The difference, and the lines that show it by hand; nothing where there is none."""
        found = self.difference
        if found is None:
            return []
        return [
            found.line,
            "  # reference", *(f"  {line}" for line in found.curl_reference),
            "  # candidate", *(f"  {line}" for line in found.curl_candidate),
        ]  # fmt: skip

    def count(self, endpoint: str, reply: Reply, *, made_up: bool) -> None:
        """Count one pair, by what the reference answered."""
        if not made_up:
            self.helping += 1
            return
        self.pairs += 1
        name = _NONE if isinstance(reply, Silence) else f"{reply.status // 100}xx"
        self.statuses.setdefault(endpoint, Counter())[name] += 1

    def to_json(self) -> Mapping[str, Any]:
        """Return the report as data."""
        found = self.difference
        return {
            "passed": self.passed,
            "reference": presentable(self.reference),
            "candidate": presentable(self.candidate),
            "seed": self.seed,
            "pairs": self.pairs,
            "helping": self.helping,
            "sequences": self.sequences,
            "seconds": round(self.seconds, 3),
            "bytes": self.counts.data,
            "waits": {
                name: {"times": len(one), "seconds": round(sum(one), 1)}
                for name, one in self.waits.by_side.items()
            },
            "statuses": {name: dict(sorted(one.items())) for name, one in self.statuses.items()},
            "left_out": self.left_out,
            "difference": found and {**asdict(found), "line": found.line},
            "notes": [presentable(note) for note in self.notes],
        }
