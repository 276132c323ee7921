"""The one table of checkpoints, and what happens when one fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taskflow_deploy import failure, kube, pod_secrets, records
from taskflow_deploy.checkpoints import built, chart, contract, loaded, pods, prerequisites
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import ContractError, DeployError, PodsError


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
    except (Exception, KeyboardInterrupt) as cause:  # noqa: BLE001 - whatever it is, it is undone
        error = failure.as_error(deployment.paths, cause)
        raise _after_failure(deployment, error) from None
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


def _after_failure(deployment: Deployment, error: DeployError) -> DeployError:
    if deployment.changed:
        return failure.after_change(deployment.paths, deployment.output, deployment.cluster, error)
    if isinstance(error, PodsError | ContractError):  # only what runs can tell why
        failure.take_evidence(deployment.paths, deployment.output, deployment.cluster, error)
    return error


def _record(deployment: Deployment) -> None:
    revision = int(kube.history(deployment.cluster)[-1]["revision"])
    verified = records.Verified(revision, deployment.content, deployment.url)
    records.remember(deployment.paths, verified)
    if deployment.changed:
        pod_secrets.remove_old(deployment.cluster, deployment.settings, deployment.database_url)
