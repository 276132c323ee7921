"""The one table of checkpoints, and what happens when one fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taskflow_deploy import crash, evidence, kube, pod_secrets, records
from taskflow_deploy.checkpoints import built, chart, contract, loaded, pods, prerequisites
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import (
    ContractError,
    DeployError,
    InterruptedByUserError,
    PodsError,
    UndoError,
)
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
    except (Exception, KeyboardInterrupt) as failure:  # noqa: BLE001 - whatever it is, it is undone
        raise _after_failure(deployment, _as_error(deployment, failure)) from None
    _record(deployment)
    return passed


def _pass(checkpoint: Checkpoint, deployment: Deployment) -> dict[str, Any]:
    started = time.monotonic()
    try:
        fact = checkpoint.run(deployment)
    except (Exception, KeyboardInterrupt):
        deployment.output.bad(f"{checkpoint.title}, {time.monotonic() - started:.1f} s")
        raise
    seconds = time.monotonic() - started
    deployment.output.good(f"{checkpoint.title:<22} {seconds:6.1f} s  {fact}")
    return {"id": checkpoint.id, "verdict": "passed", "seconds": round(seconds, 2), "fact": fact}


def _as_error(deployment: Deployment, failure: Exception | KeyboardInterrupt) -> DeployError:
    if isinstance(failure, DeployError):
        return failure
    if isinstance(failure, KeyboardInterrupt):
        return InterruptedByUserError("Interrupted.", "Run ./taskflow up to go on.")
    return crash.report(deployment.paths, failure)


def _after_failure(deployment: Deployment, error: DeployError) -> DeployError:
    """Take evidence, undo, and return the original error with where to look."""
    if not deployment.changed:
        if isinstance(error, PodsError | ContractError):  # only what runs can tell why
            error.details = [*error.details, _take_evidence(deployment, error)]
        return error
    deployment.output.bad(error.message)
    try:
        error.details = [*error.details, _take_evidence(deployment, error)]
        deployment.output.note(f"The deployment was {undo(deployment.paths, deployment.cluster)}.")
    except (Exception, KeyboardInterrupt) as failed:  # noqa: BLE001 - told beside the first error
        why = "it was interrupted." if isinstance(failed, KeyboardInterrupt) else str(failed)
        return UndoError(
            f"{error.message} The undo failed as well: {why}",
            "Run ./taskflow up again, or ./taskflow down to remove everything.",
            error.details,
        )
    return error


def _take_evidence(deployment: Deployment, error: DeployError) -> str:
    """Keep what is known of a failure; a full disk is no reason not to undo it."""
    try:
        folder = evidence.capture(deployment.paths, deployment.cluster, error)
    except OSError as failed:
        deployment.output.warn(f"The evidence could not be kept whole: {failed}")
        return f"evidence: not whole, {failed}"
    deployment.output.note(f"Evidence is in {folder}")
    return f"evidence: {folder}"


def _record(deployment: Deployment) -> None:
    revision = int(kube.history(deployment.cluster)[-1]["revision"])
    verified = records.Verified(revision, deployment.content, deployment.url)
    records.remember(deployment.paths, verified)
    if deployment.changed:
        pod_secrets.remove_old(deployment.cluster, deployment.settings, deployment.database_url)
