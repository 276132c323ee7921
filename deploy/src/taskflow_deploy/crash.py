"""Faults of ours: kept in a file, told in two lines."""

import traceback

from taskflow_deploy.errors import DeployError
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import redact


def report(paths: Paths, fault: BaseException) -> DeployError:
    """Write an unforeseen error's traceback to a file and return what to tell the user."""
    log = paths.logs / "crash.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(redact("".join(traceback.format_exception(fault))), encoding="utf-8")
    return DeployError(
        f"This is a fault of TaskFlow: {type(fault).__name__}: {fault}",
        f"The details are in {log}; please report them.",
    )
