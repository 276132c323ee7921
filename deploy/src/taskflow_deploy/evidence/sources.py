"""What is asked for evidence: which command gives which file, and what we look at ourselves."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import BuiltImage, Cluster
from taskflow_deploy.evidence.asking import Question, command, look
from taskflow_deploy.paths import Paths

STATUS, DISK = "status of the cluster", "disk usage"
KUBECTL_VERSION, HELM_VERSION, COMMIT = "version of kubectl", "version of helm", "commit"
_OBJECTS = "all,configmaps,networkpolicies,poddisruptionbudgets"
# Of each container.
_LINES = "--tail=2000"
_WALK_SECONDS = 1.0
_MEGABYTE = 1_000_000


def questions(
    paths: Paths, cluster: Cluster, images: Mapping[str, BuiltImage]
) -> dict[str, Question]:
    """Return all that is asked, by the name of the file or of what is made of it.

    Secrets themselves are never asked for.
    """
    asked = {name: command(argv) for name, argv in commands(paths, cluster).items()}
    asked[STATUS] = look(lambda: _status(cluster))
    asked[DISK] = look(lambda: _disk(paths.state))
    for image in images.values():
        asked[node_image(image.reference)] = look(_image_id(cluster, image.reference))
    return asked


def commands(paths: Paths, cluster: Cluster) -> dict[str, list[str]]:
    """Return the commands that are run."""
    where = ["-n", kube.NAMESPACE]
    # By this label, migration and test pods are among them.
    ours = ["-l", "app.kubernetes.io/name=taskflow"]
    logs = ["logs", *ours, "--all-containers", "--prefix", "--ignore-errors", _LINES, *where]
    asked = {
        "pods.json": ["get", "pods", "-o", "json", *where],
        "events.json": ["get", "events", "-o", "json", *where],
        "pods.txt": ["describe", "pods", *where],
        "objects.txt": ["get", _OBJECTS, "-o", "wide", *where],
        "events.txt": ["get", "events", "--sort-by=.lastTimestamp", *where],
        "rollout.txt": ["get", "deployments,replicasets", "-o", "wide", *where],
        "logs.txt": logs,
        "logs-previous.txt": [*logs, "--previous"],
        "node.txt": ["describe", "nodes"],
        KUBECTL_VERSION: ["version", "-o", "json"],
    }
    told = {
        "history.txt": ["history", kube.RELEASE],
        "values.yaml": ["get", "values", kube.RELEASE, "-o", "yaml"],
        "manifest.yaml": ["get", "manifest", kube.RELEASE],
        HELM_VERSION: ["version", "--short"],
    }
    return {
        **{name: kube.kubectl_command(cluster, *words) for name, words in asked.items()},
        **{name: kube.helm_command(cluster, *words) for name, words in told.items()},
        COMMIT: ["git", "-C", str(paths.repository), "describe", "--always", "--abbrev=40",
                 "--dirty", "--exclude=*"],
    }  # fmt: skip


def node_image(reference: str) -> str:
    """Return the name of the question for an image's id in the node."""
    return f"id of {reference} in the node"


def _image_id(cluster: Cluster, reference: str) -> Callable[[], str]:
    return lambda: cluster.image_id(reference) or "none"


def _status(cluster: Cluster) -> str:
    found = cluster.status()
    state = "running" if found.running else "stopped" if found.exists else "not created"
    parts = [f"{part.name:<26} {'well' if part.well else 'ill':<5} {part.detail}"
             for part in found.parts]  # fmt: skip
    return "\n".join([f"{cluster.kind} cluster: {state}", *parts, ""])


def _disk(state: Path) -> str:
    disk = shutil.disk_usage(state)
    nodes = os.statvfs(state)
    lines = [
        f"{state}",
        f"  of its disk's {_megabytes(disk.total)}, {_megabytes(disk.free)} are free",
        f"  of its {nodes.f_files:,} files, {nodes.f_favail:,} can still be made",
    ]
    deadline = time.monotonic() + _WALK_SECONDS
    for entry in sorted(state.iterdir()):
        size, whole = _size(entry, deadline)
        lines.append(f"  {entry.name:<24} {'' if whole else 'more than '}{_megabytes(size)}")
    return "\n".join([*lines, ""])


def _size(path: Path, deadline: float) -> tuple[int, bool]:
    """Return how large all files below a path are, and whether there was time for all."""
    if not path.is_dir() or path.is_symlink():
        return path.lstat().st_size, True
    size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # it went meanwhile
                size += (Path(folder) / name).lstat().st_size
        if time.monotonic() > deadline:
            return size, False
    return size, True


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f} MB"
