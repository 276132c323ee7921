"""Checkpoint six: the running system keeps its contract and its limits, seen as a browser does."""

from taskflow_deploy.checkpoints import limits
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check, Found, skipped
from taskflow_deploy.contract.verify import verify
from taskflow_deploy.errors import ContractError


def _way(deployment: Deployment) -> str:
    """Have the node port answer this host, however the node is hidden."""
    deployment.cluster.make_reachable(deployment.settings.node_port)
    return deployment.url


def _verify(deployment: Deployment) -> str:
    """Verify all endpoints.

    Raises
    ------
    ContractError
        The first broken promise, and all others in the details.
    """
    report = verify(deployment.url, origin=deployment.url)
    if not report.passed:
        first = report.first_broken
        raise ContractError(
            f"{first.endpoint}: {first.detail}",
            "See ./taskflow explain; the curl lines repeat the requests by hand.",
            report.explanation,
        )
    deployment.verified = f"all eleven endpoints and CORS, {report.checked} answers as promised"
    return deployment.verified


def _not_yet(_deployment: Deployment) -> str | Found:
    return skipped("only a running system can be asked")


def _recall(_deployment: Deployment) -> None:
    """Learn nothing: no checkpoint comes after this one."""


def _fact(deployment: Deployment) -> str:
    return deployment.verified


CHECKPOINT = Checkpoint(
    id="contract",
    title="contract verified",
    stages=(
        (Check("contract.reachable", "Address", _way, _not_yet),),
        (Check("contract.endpoints", "Endpoints", _verify, _not_yet),),
        (
            Check("contract.health", "Health", limits.health, _not_yet),
            Check("contract.restarts", "Restarts", limits.restarts, _not_yet),
            Check("contract.memory", "Memory", limits.memory, _not_yet),
        ),
    ),
    fact=_fact,
    recall=_recall,
    unproven="that it answers as its contract says",
)
