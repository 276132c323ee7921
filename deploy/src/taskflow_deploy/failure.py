"""What follows a failure: evidence first, then the undo; the first error stays the headline."""

from taskflow_deploy import crash, evidence
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import DeployError, InterruptedByUserError, UndoError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.undo import undo


def as_error(paths: Paths, cause: Exception | KeyboardInterrupt) -> DeployError:
    """Return whatever ended a command as one of its errors."""
    if isinstance(cause, DeployError):
        return cause
    if isinstance(cause, KeyboardInterrupt):
        return InterruptedByUserError("Interrupted.", "Run the command again to go on.")
    return crash.report(paths, cause)


def after_change(paths: Paths, output: Output, cluster: Cluster, error: DeployError) -> DeployError:
    """Take evidence, undo what was changed, and return the error with where to look."""
    output.bad(error.message)
    try:
        take_evidence(paths, output, cluster, error)
        output.note(f"The deployment was {undo(paths, cluster)}.")
    except (Exception, KeyboardInterrupt) as failed:  # noqa: BLE001 - told beside the first error
        why = "it was interrupted." if isinstance(failed, KeyboardInterrupt) else str(failed)
        return UndoError(
            f"{error.message} The undo failed as well: {why}",
            "Run ./taskflow up again, or ./taskflow down to remove everything.",
            error.details,
        )
    return error


def take_evidence(paths: Paths, output: Output, cluster: Cluster, error: DeployError) -> None:
    """Keep what is known of a failure, and note where; a full disk is no reason not to undo it."""
    try:
        folder = evidence.capture(paths, cluster, error)
    except OSError as failed:
        output.warn(f"The evidence could not be kept whole: {failed}")
        error.details = [*error.details, f"evidence: not whole, {failed}"]
        return
    output.note(f"Evidence is in {folder}")
    error.details = [*error.details, f"evidence: {folder}"]
