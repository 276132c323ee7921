"""Goes back to an earlier revision because somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from taskflow_deploy import failure, journal, kube, records
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import ClusterNotRunningError, UsageError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.records import Verified
from taskflow_deploy.undo import go_back

_LOOK = "./taskflow history shows what there is."


@dataclass(frozen=True)
class Revision:
    """A revision that Helm keeps.

    Attributes
    ----------
    updated, status, chart
        As Helm tells them.
    verified
        What is recorded of its verification, or None.
    """

    number: int
    updated: str
    status: str
    chart: str
    verified: Verified | None

    @property
    def is_deployed(self) -> bool:
        """Whether this one runs."""
        return self.status == "deployed"


def revisions(paths: Paths, cluster: Cluster) -> list[Revision]:
    """Return the revisions that Helm keeps, oldest first.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    """
    verified = {entry.revision: entry for entry in records.all_verified(paths)}
    return [
        Revision(number := int(entry["revision"]), str(entry["updated"]), str(entry["status"]),
                 str(entry["chart"]), verified.get(number))
        for entry in kube.history(cluster)
    ]  # fmt: skip


def roll_back(paths: Paths, output: Output, cluster: Cluster, number: int | None) -> Verified:
    """Roll back to a revision, or to what was verified before, and verify it.

    Where it is not ready or breaks the contract, evidence is kept, and what was verified last is
    brought back.

    Raises
    ------
    UsageError
        There is no such revision.
    ClusterNotRunningError
        Nothing is deployed.
    DeployError
        What is rolled back to does not work any more.
    """
    target = _target(output, revisions(paths, cluster), number)
    steps = journal.begin(paths, "rollback")
    try:
        made = go_back(paths, output, cluster, target)
    except (Exception, KeyboardInterrupt) as cause:  # noqa: BLE001 - whatever it is, it is undone
        error = failure.as_error(paths, cause)
        known = failure.Known(steps)
        failed = failure.after_change(paths, output, cluster, error, known)
        steps.end("failed")
        raise failed from None
    steps.end("verified")
    return made


def _target(output: Output, kept: Sequence[Revision], number: int | None) -> Verified:
    proven = [entry.verified for entry in kept if entry.verified is not None]
    if not proven:
        raise ClusterNotRunningError(
            "Nothing that was verified is deployed.", "Run ./taskflow up first."
        )
    if number is None:
        return _one_before(kept, proven)
    wanted = next((entry for entry in kept if entry.number == number), None)
    if wanted is None:
        raise UsageError(f"There is no revision {number}.", _LOOK)
    if wanted.is_deployed:
        raise UsageError(f"Revision {number} is what runs.", _LOOK)
    if wanted.verified is not None:
        return wanted.verified
    output.warn(f"Revision {number} was never verified. It is now; if it fails, it is undone.")
    return Verified(number, "", proven[-1].url)


def _one_before(kept: Sequence[Revision], proven: Sequence[Verified]) -> Verified:
    """Return the newest verified revision that differs from what runs."""
    running = kept[-1].verified
    for entry in reversed(proven):
        if running is None or entry.content != running.content:
            return entry
    raise UsageError("Nothing else was verified that could be gone back to.", _LOOK)
