"""The one table of checkpoints, and what happens when one fails."""

from typing import TYPE_CHECKING

from taskflow_deploy import journal, kube, pod_secrets, records
from taskflow_deploy.checkpoints import built, chart, contract, loaded, pods, prerequisites
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checkpoints.passing import Passed, hold, recall, rehearse_one
from taskflow_deploy.checks import Verdict
from taskflow_deploy.errors import ContractError, DeployError, LimitError, PodsError, UsageError

if TYPE_CHECKING:
    from taskflow_deploy.failure import Known

CHECKPOINTS: tuple[Checkpoint, ...] = (
    prerequisites.CHECKPOINT,
    built.CHECKPOINT,
    loaded.CHECKPOINT,
    chart.CHECKPOINT,
    pods.CHECKPOINT,
    contract.CHECKPOINT,
)
IDS = tuple(checkpoint.id for checkpoint in CHECKPOINTS)
_ONLY_WHAT_RUNS_CAN_TELL = PodsError | ContractError | LimitError


def part(first: str | None, last: str | None) -> tuple[int, int]:
    """Return the places in the table of the first and the last checkpoint to pass.

    Raises
    ------
    UsageError
        There is no such checkpoint, or the first stands behind the last.
    """
    for name in (first, last):
        if name is not None and name not in IDS:
            raise UsageError(f"There is no checkpoint {name!r}.", f"Choose from: {', '.join(IDS)}")
    begin, end = IDS.index(first or IDS[0]), IDS.index(last or IDS[-1])
    if begin > end:
        raise UsageError(
            f"Checkpoint {first} comes after {last}.", f"Their order is: {', '.join(IDS)}"
        )
    return begin, end


def deploy(
    deployment: Deployment, first: str | None = None, last: str | None = None
) -> list[Passed]:
    """Pass the checkpoints, from ``first`` to ``last``, and record what was verified.

    Raises
    ------
    UsageError
        There is no such part of the table.
    DeployError
        A checkpoint failed. Where the release had been changed, evidence was
        taken first and the change undone.
    """
    begin, end = part(first, last)
    passed: list[Passed] = []
    deployment.journal = journal.begin(deployment.paths, "up")
    try:
        for place, checkpoint in enumerate(CHECKPOINTS[: end + 1]):
            step = recall if place < begin else hold
            passed.append(step(checkpoint, deployment))
    except (Exception, KeyboardInterrupt) as cause:  # noqa: BLE001 - whatever it is, it is undone
        raise _after_failure(deployment, cause) from None
    if CHECKPOINTS[end] is CHECKPOINTS[-1]:
        _record(deployment)
    deployment.journal.end("verified" if deployment.verified else f"stopped after {IDS[end]}")
    return passed


def rehearse(
    deployment: Deployment, first: str | None = None, last: str | None = None
) -> list[Passed]:
    """Look at everything that can be known without changing anything; raises no failed check.

    Raises
    ------
    UsageError
        There is no such part of the table.
    """
    begin, end = part(first, last)
    rehearsed: list[Passed] = []
    for checkpoint in CHECKPOINTS[begin : end + 1]:
        rehearsed.append(rehearse_one(checkpoint, deployment))
        if rehearsed[-1].verdict == Verdict.FAILED.value:
            break
    return rehearsed


def _after_failure(deployment: Deployment, cause: Exception | KeyboardInterrupt) -> DeployError:
    # What takes evidence and undoes is large, and most runs need none of it.
    from taskflow_deploy import failure

    error = failure.as_error(deployment.paths, cause)
    known = _known(deployment)
    try:
        if deployment.changed:
            return failure.after_change(
                deployment.paths, deployment.output, deployment.cluster, error, known
            )
        if isinstance(error, _ONLY_WHAT_RUNS_CAN_TELL):
            failure.take_evidence(
                deployment.paths, deployment.output, deployment.cluster, error, known
            )
        return error
    finally:
        deployment.journal.end("failed")


def _known(deployment: Deployment) -> "Known":
    from taskflow_deploy.failure import Known

    return Known(deployment.journal, deployment.manifest, deployment.diff, deployment.images)


def _record(deployment: Deployment) -> None:
    revision = int(kube.history(deployment.cluster)[-1]["revision"])
    verified = records.Verified(revision, deployment.content, deployment.url)
    records.remember(deployment.paths, verified)
    if deployment.changed:
        pod_secrets.remove_old(deployment.cluster, deployment.settings, deployment.database_url)
