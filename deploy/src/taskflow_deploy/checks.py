"""Checks: what each looks at, how it ended, and the command that mends it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from taskflow_deploy.errors import DeployError

Subject = TypeVar("Subject")
_AT_ONCE = 8


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNED = "warned"
    """It holds, but the reader should know something."""
    SKIPPED = "skipped"
    """It could not be looked at, so nothing is known."""
    FAILED = "failed"


@dataclass(frozen=True)
class Found:
    """What a check found, where that is not simply well.

    Attributes
    ----------
    verdict
        How it ended.
    reason
        One line.
    mend
        The command that mends it.
    """

    verdict: Verdict
    reason: str
    mend: str = ""


def warned(reason: str, mend: str = "") -> Found:
    """Return that something holds, and what the reader should know about it."""
    return Found(Verdict.WARNED, reason, mend)


def skipped(reason: str, mend: str = "") -> Found:
    """Return that something could not be looked at, and why."""
    return Found(Verdict.SKIPPED, reason, mend)


Look = Callable[[Subject], str | Found]


@dataclass(frozen=True)
class Check(Generic[Subject]):
    """One thing that must hold.

    Attributes
    ----------
    id
        Stable: scripts rely on it. ``checkpoint.what``.
    title
        A few words for people.
    run
        Looks, and where that is its job acts, and returns what is so; raises a
        :class:`DeployError` where it must not go on.
    plan
        Stands for ``run`` where nothing may be changed. None: ``run`` changes nothing.
    mend
        The command that mends it, where the error names no other.
    """

    id: str
    title: str
    run: Look[Subject]
    plan: Look[Subject] | None = None
    mend: str = ""

    @property
    def about(self) -> str:
        """What it does: the first sentence about ``run``."""
        return (self.run.__doc__ or "").strip().split("\n")[0].rstrip(".")


@dataclass(frozen=True)
class Result:
    """How a check ended, after how many seconds, why, and what mends it."""

    id: str
    title: str
    verdict: Verdict
    seconds: float
    reason: str
    mend: str = ""
    error: DeployError | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "id": self.id,
            "title": self.title,
            "verdict": self.verdict.value,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "mend": self.mend,
        }


def perform(check: Check[Subject], subject: Subject, *, dry: bool = False) -> Result:
    """Perform one check; an expected failure is a verdict, any other is raised."""
    started = time.monotonic()
    look = check.plan if dry and check.plan is not None else check.run
    error = None
    try:
        said = look(subject)
        found = Found(Verdict.PASSED, said) if isinstance(said, str) else said
    except DeployError as failed:
        error = failed
        found = Found(Verdict.FAILED, failed.message, failed.mend or check.mend)
    seconds = time.monotonic() - started
    return Result(check.id, check.title, found.verdict, seconds, found.reason, found.mend, error)


def side_by_side(
    checks: Sequence[Check[Subject]], subject: Subject, *, dry: bool = False
) -> list[Result]:
    """Perform checks at the same time and return their results in the order of the checks."""
    if len(checks) == 1:  # in this thread: an interruption reaches it at once
        return [perform(checks[0], subject, dry=dry)]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(lambda check: perform(check, subject, dry=dry), checks))
