"""Checkpoint six: the running system keeps its contract, seen through the frontend."""

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.contract.verify import verify
from taskflow_deploy.errors import ContractError


def run(deployment: Deployment) -> str:
    """Verify all endpoints.

    Raises
    ------
    ContractError
        The first broken promise, and all others in the details.
    """
    report = verify(deployment.url)
    if not report.passed:
        first = report.first_broken
        raise ContractError(
            f"{first.endpoint}: {first.detail}",
            "See the evidence. The lines above repeat the requests by hand.",
            report.explanation,
        )
    return f"all eleven endpoints, {report.checked} answers as promised"
