"""Performs the checks of one checkpoint: for real, as a rehearsal, or from what is there."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from taskflow_deploy.checkpoints.checkpoint import Checkpoint, Stage
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Result, Verdict, side_by_side


@dataclass(frozen=True)
class Passed:
    """How a checkpoint ended.

    Attributes
    ----------
    verdict
        ``passed``, ``recalled`` where ``--from`` took its outcome as it was, or in a rehearsal
        the worst verdict of its checks.
    """

    id: str
    title: str
    verdict: str
    seconds: float
    fact: str
    results: list[Result] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "id": self.id,
            "title": self.title,
            "verdict": self.verdict,
            "seconds": round(self.seconds, 2),
            "fact": self.fact,
            "checks": [result.to_json() for result in self.results],
        }


def hold(checkpoint: Checkpoint, deployment: Deployment) -> Passed:
    """Perform all checks of a checkpoint, one stage after the other.

    Raises
    ------
    DeployError
        A check failed; where several of a stage did, the first of them in the table.
    """
    started = time.monotonic()
    deployment.journal.note(checkpoint.id, "began")
    results: list[Result] = []
    try:
        for stage in checkpoint.stages_of(deployment):
            results += _perform(stage, deployment)
    except (Exception, KeyboardInterrupt) as cause:
        seconds = time.monotonic() - started
        deployment.output.bad(f"{checkpoint.title}, {seconds:.1f} s")
        deployment.journal.note(checkpoint.id, "failed", seconds, str(cause))
        raise
    seconds, fact = time.monotonic() - started, checkpoint.fact(deployment)
    deployment.output.good(f"{checkpoint.title:<22} {seconds:6.1f} s  {fact}")
    deployment.journal.note(checkpoint.id, "passed", seconds, fact)
    return Passed(checkpoint.id, checkpoint.title, "passed", seconds, fact, results)


def _perform(stage: Stage, deployment: Deployment) -> list[Result]:
    results = side_by_side(stage, deployment)
    for result in results:
        deployment.journal.note(result.id, result.verdict.value, result.seconds, result.reason)
        if result.verdict is Verdict.WARNED:
            deployment.output.warn(f"{result.title}: {result.reason}")
    failed = [result.error for result in results if result.error is not None]
    for error in failed[1:]:
        deployment.output.bad(error.message)
    if failed:
        raise failed[0]
    return results


def recall(checkpoint: Checkpoint, deployment: Deployment) -> Passed:
    """Learn what a checkpoint would have learned, without doing anything.

    Raises
    ------
    DeployError
        What it makes is not there.
    """
    started = time.monotonic()
    checkpoint.recall(deployment)
    seconds = time.monotonic() - started
    deployment.journal.note(checkpoint.id, "recalled", seconds)
    return Passed(checkpoint.id, checkpoint.title, "recalled", seconds, "taken as it was")


def rehearse_one(checkpoint: Checkpoint, deployment: Deployment) -> Passed:
    """Look at what can be known of a checkpoint without changing anything; raises no failure."""
    started = time.monotonic()
    results: list[Result] = []
    for stage in checkpoint.stages_of(deployment):
        results += side_by_side(stage, deployment, dry=True)
        if _worst(results) is Verdict.FAILED:
            break
    seconds, verdict = time.monotonic() - started, _worst(results).value
    return Passed(checkpoint.id, checkpoint.title, verdict, seconds, checkpoint.unproven, results)


def _worst(results: Sequence[Result]) -> Verdict:
    order = list(Verdict)
    return max((result.verdict for result in results), key=order.index, default=Verdict.SKIPPED)
