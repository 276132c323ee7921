"""Chooses the cluster: Minikube where it is installed, else the embedded one."""

import shutil
from pathlib import Path

from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.clusters.embedded.cluster import EmbeddedCluster
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster, available
from taskflow_deploy.errors import ToolMissingError, UsageError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths


def select(paths: Paths, output: Output, *, kind: str, assume_yes: bool) -> Cluster:
    """Return the cluster of a kind: ``embedded``, ``minikube`` or ``auto``.

    ``auto`` stays with what was used before, so that ``down`` finds what ``up`` made.

    Raises
    ------
    ToolMissingError
        Minikube was asked for and is not there.
    UsageError
        There is no such kind.
    """
    if kind == "auto":
        record = _record(paths)
        before = record.read_text(encoding="ascii") if record.exists() else ""
        kind = before or ("minikube" if available() else "embedded")
    if kind not in {"embedded", "minikube"}:
        raise UsageError(f"There is no cluster kind {kind!r}.", "Use embedded, minikube or auto.")
    if kind == "minikube" and shutil.which("minikube") is None:
        raise ToolMissingError(
            "Minikube is not installed.",
            "Install minikube and Docker, or use --cluster embedded.",
        )
    if kind == "minikube":
        return MinikubeCluster(paths, output)
    return EmbeddedCluster(paths, output, assume_yes=assume_yes)


def remember(paths: Paths, cluster: Cluster) -> None:
    """Record which kind is used, before anything of it is made."""
    _record(paths).parent.mkdir(parents=True, exist_ok=True)
    _record(paths).write_text(cluster.kind, encoding="ascii")


def forget(paths: Paths) -> None:
    """Let the next command choose anew: the cluster was deleted."""
    _record(paths).unlink(missing_ok=True)


def _record(paths: Paths) -> Path:
    return paths.state / "cluster-kind"
