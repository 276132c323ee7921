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
    broken = [result for result in report.results if not result.passed]
    if broken:
        raise ContractError(
            f"{broken[0].endpoint}: {broken[0].detail}",
            "See the evidence, or run ./taskflow verify once more.",
            [f"{result.endpoint}: {result.detail}" for result in broken],
        )
    checked = sum(result.checked for result in report.results)
    return f"all eleven endpoints, {checked} answers as promised"
