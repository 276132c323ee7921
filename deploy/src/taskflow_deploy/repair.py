"""Makes a release usable again that a killed command left half-changed."""

from collections.abc import Sequence
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster

_WHOLE = {"deployed", "superseded"}


def pending(revisions: Sequence[dict[str, Any]]) -> bool:
    """Tell whether Helm believes that another command is still at work on the release.

    It is not: whoever asks holds the instance's lock.
    """
    return bool(revisions) and str(revisions[-1]["status"]).startswith(("pending", "uninstalling"))


def repair(cluster: Cluster, revisions: Sequence[dict[str, Any]]) -> None:
    """Go back to the newest revision that was whole, or remove what was never installed.

    Raises
    ------
    CommandError
        Helm failed.
    """
    whole = [entry for entry in revisions if entry["status"] in _WHOLE]
    if whole and str(revisions[-1]["status"]) != "uninstalling":
        kube.helm(cluster, "rollback", kube.RELEASE, str(whole[-1]["revision"]), kube.OVERRIDE)
    else:
        kube.helm(cluster, "uninstall", kube.RELEASE, "--ignore-not-found")
