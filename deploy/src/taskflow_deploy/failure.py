"""What follows a failure: evidence first, then the undo; the first error stays the headline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taskflow_deploy import crash
from taskflow_deploy.clusters.base import BuiltImage, Cluster
from taskflow_deploy.errors import DeployError, InterruptedByUserError, UndoError
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.journal import Journal
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.undo import undo


@dataclass(frozen=True)
class Known:
    """What the command that failed knows and the cluster does not.

    Attributes
    ----------
    journal
        What it did.
    manifest, diff
        The rendered chart, and how it differs from what was deployed.
    images
        What was built, by name.
    """

    journal: Journal | None = None
    manifest: str = ""
    diff: str = ""
    images: Mapping[str, BuiltImage] = field(default_factory=dict)

    def note(self, what: str, verdict: str, reason: str = "") -> None:
        """Write a step into the journal, where there is one."""
        if self.journal is not None:
            self.journal.note(what, verdict, reason=reason)


def as_error(paths: Paths, cause: Exception | KeyboardInterrupt) -> DeployError:
    """Return whatever ended a command as one of its errors."""
    if isinstance(cause, DeployError):
        return cause
    if isinstance(cause, KeyboardInterrupt):
        return InterruptedByUserError("Interrupted.", "Run the command again to go on.")
    return crash.report(paths, cause)


def after_change(
    paths: Paths, output: Output, cluster: Cluster, error: DeployError, known: Known
) -> DeployError:
    """Take evidence, undo what was changed, and return the error with where to look."""
    output.bad(error.message)
    folder = None
    try:
        folder = _take_evidence(paths, output, cluster, error, known)
        known.note("undo", "began")
        done = f"The deployment was {undo(paths, output, cluster)}."
    except (Exception, KeyboardInterrupt) as failed:  # noqa: BLE001 - told beside the first error
        why = "it was interrupted." if isinstance(failed, KeyboardInterrupt) else str(failed)
        known.note("undo", "failed", why)
        _conclude(output, folder, f"The undo failed as well: {why}", failed=True)
        return UndoError(
            f"{error.message} The undo failed as well: {why}",
            "Run ./taskflow up again, or ./taskflow down to remove everything.",
            error.details,
            mend="./taskflow up",
        )
    known.note("undo", "passed", done)
    output.note(done)
    _conclude(output, folder, done)
    return error


def take_evidence(
    paths: Paths, output: Output, cluster: Cluster, error: DeployError, known: Known
) -> None:
    """Take evidence of a failure that changed nothing, and note where it is."""
    folder = _take_evidence(paths, output, cluster, error, known)
    done = "Nothing had been changed, so nothing was undone."
    _conclude(output, folder, done, undone=False)


def _take_evidence(
    paths: Paths, output: Output, cluster: Cluster, error: DeployError, known: Known
) -> Path | None:
    """Keep what is known of a failure; where that fails, it is undone all the same."""
    known.note("evidence", "began")
    try:
        folder = capture(
            paths, cluster, error, journal=known.journal, manifest=known.manifest,
            diff=known.diff, images=known.images,
        )  # fmt: skip
    except Exception as failed:  # noqa: BLE001 - a full disk, or a fault of ours: told
        output.warn(f"The evidence could not be kept whole: {failed}")
        error.details = [*error.details, f"evidence: not whole, {failed}"]
        return None
    known.note("evidence", "passed")
    output.note(f"Evidence is in {folder}")
    error.details = [*error.details, f"evidence: {folder}"]
    return folder


def _conclude(
    output: Output, folder: Path | None, text: str, *, failed: bool = False, undone: bool = True
) -> None:
    """Add to the evidence how it ended; where that fails, a good undo is good all the same."""
    if folder is None:
        return
    try:
        conclude(folder, text, failed=failed, undone=undone)
    except Exception as fault:  # noqa: BLE001 - a full disk, or a fault of ours: told
        output.warn(f"How it ended could not be added to the evidence: {fault}")
