"""Checkpoint six: the running system keeps its contract and its limits, seen as a browser does."""

from taskflow_deploy.checkpoints import limits
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check, Found, skipped
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
        The first difference, and all others in the details.
    """
    # Only a running system is verified, and most commands need none of this.
    from taskflow_deploy.contract.verify import Knowledge, verify

    given = deployment.settings
    live = bool(given.anthropic_api_key)
    report = verify(
        deployment.url,
        Knowledge(deployment.url, given.better_auth_secret, model_is_live=live),
    )
    if not report.passed:
        raise ContractError(
            f"{report.first.endpoint}: {report.first.line}",
            "See ./taskflow explain; the curl lines show the difference by hand.",
            report.explanation,
        )
    deployment.verified = f"all eleven endpoints and CORS, {report.figures}"
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
