"""The one table of checkpoints, and what happens when one fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taskflow_deploy import evidence, kube, records
from taskflow_deploy.checkpoints import built, chart, contract, loaded, pods, prerequisites
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import DeployError, InterruptedByUserError, UndoError
from taskflow_deploy.undo import undo


@dataclass(frozen=True)
class Checkpoint:
    """A step that must hold before the next begins; ``run`` returns what people want to know."""

    id: str
    title: str
    run: Callable[[Deployment], str]


CHECKPOINTS = (
    Checkpoint("prerequisites", "prerequisites", prerequisites.run),
    Checkpoint("built", "images built", built.run),
    Checkpoint("loaded", "images in the cluster", loaded.run),
    Checkpoint("chart", "chart installed", chart.run),
    Checkpoint("pods", "pods ready", pods.run),
    Checkpoint("contract", "contract verified", contract.run),
)


def deploy(deployment: Deployment) -> list[dict[str, Any]]:
    """Pass all checkpoints and record what was verified.

    Returns
    -------
    list
        For each checkpoint its id, verdict, seconds and fact.

    Raises
    ------
    DeployError
        A checkpoint failed. Where the release had been changed, evidence was
        taken first and the change undone.
    """
    passed: list[dict[str, Any]] = []
    try:
        for checkpoint in CHECKPOINTS:
            passed.append(_pass(checkpoint, deployment))  # noqa: PERF401 - each may raise
    except KeyboardInterrupt:
        error = InterruptedByUserError("Interrupted.", "Run ./taskflow up to go on.")
        raise _after_failure(deployment, error) from None
    except DeployError as error:
        raise _after_failure(deployment, error) from None
    _record(deployment)
    return passed


def _pass(checkpoint: Checkpoint, deployment: Deployment) -> dict[str, Any]:
    started = time.monotonic()
    try:
        fact = checkpoint.run(deployment)
    except (DeployError, KeyboardInterrupt):
        deployment.output.bad(f"{checkpoint.title}, {time.monotonic() - started:.1f} s")
        raise
    seconds = time.monotonic() - started
    deployment.output.good(f"{checkpoint.title:<22} {seconds:6.1f} s  {fact}")
    return {"id": checkpoint.id, "verdict": "passed", "seconds": round(seconds, 2), "fact": fact}


def _after_failure(deployment: Deployment, error: DeployError) -> DeployError:
    """Take evidence, undo, and return the original error with where to look."""
    if not deployment.changed:
        return error
    deployment.output.error(error)
    folder = evidence.capture(deployment.paths, deployment.cluster, error)
    deployment.output.note(f"Evidence is in {folder}")
    try:
        deployment.output.note(f"The deployment was {undo(deployment.paths, deployment.cluster)}.")
    except (DeployError, KeyboardInterrupt) as failed:
        return UndoError(
            f"{error.message} The undo failed as well: {failed}",
            "Run ./taskflow down, then ./taskflow up.",
            [f"evidence: {folder}"],
        )
    error.details = [*error.details, f"evidence: {folder}"]
    return error


def _record(deployment: Deployment) -> None:
    revision = int(kube.history(deployment.cluster)[-1]["revision"])
    verified = records.Verified(revision, deployment.content, deployment.url)
    records.remember(deployment.paths, verified)
