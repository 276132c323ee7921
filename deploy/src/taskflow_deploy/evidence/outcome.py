"""Adds to kept evidence how it ended."""

from pathlib import Path

from taskflow_deploy.evidence import manifest, report
from taskflow_deploy.journal import moment


def conclude(folder: Path, text: str, *, failed: bool = False, undone: bool = True) -> None:
    """Add how it ended, and when, to the record and to the page.

    Parameters
    ----------
    text
        Such as ``The deployment was rolled back to revision 3, and that was verified again.``
    failed
        Whether the undo failed.
    undone
        Whether there was an undo at all.

    Raises
    ------
    OSError
        It could not be written.
    """
    outcome = {"at": moment(), "text": text, "failed": failed, "undone": undone}
    manifest.conclude(folder, outcome)
    report.write(folder)
    manifest.checksums(folder)
