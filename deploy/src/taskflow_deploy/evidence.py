"""Takes evidence before anything is undone: what the pods said disappears with them."""

import time
from pathlib import Path

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import CommandError, DeployError, ToolMissingError
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import redact
from taskflow_deploy.runner import run

_KEPT = 10
_OBJECTS = "all,configmaps,networkpolicies,poddisruptionbudgets,events"
_MOST_BYTES = 400_000
_LINES = "--tail=2000"


def capture(paths: Paths, cluster: Cluster, error: DeployError) -> Path:
    """Write what is known of a failure to a folder of its own and return it.

    The newest ten are kept.

    What cannot be had says so in its file; evidence never hides the failure.
    """
    root = paths.state / "evidence"
    folder = root / time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "failure.txt", "\n".join([error.message, error.resolution, *error.details]))
    # By this label, migration and test pods are among them.
    ours = ["-l", "app.kubernetes.io/name=taskflow"]
    selected = [*ours, "--all-containers", "--prefix", "--ignore-errors", _LINES]
    for name, command in {
        "objects.txt": kube.kubectl_command(cluster, "get", _OBJECTS, "-o", "wide"),
        "pods.txt": kube.kubectl_command(cluster, "describe", "pods"),
        "events.txt": kube.kubectl_command(cluster, "get", "events", "--sort-by=.lastTimestamp"),
        "logs.txt": kube.kubectl_command(cluster, "logs", *selected),
        "logs-previous.txt": kube.kubectl_command(cluster, "logs", *selected, "--previous"),
        "history.txt": kube.helm_command(cluster, "history", kube.RELEASE),
        "values.txt": kube.helm_command(cluster, "get", "values", kube.RELEASE),
        "manifest.yaml": kube.helm_command(cluster, "get", "manifest", kube.RELEASE),
    }.items():
        _write(folder / name, _said_by(command))
    for old in sorted(root.iterdir())[:-_KEPT]:
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    return folder


def _said_by(command: list[str]) -> str:
    try:
        done = run(command, check=False, timeout=20)
    except (CommandError, ToolMissingError) as error:
        return f"not to be had: {error.message}"
    return f"$ {done.command}\n{done.stdout}{done.stderr}"


def _write(file: Path, text: str) -> None:
    file.write_text(redact(text)[-_MOST_BYTES:], encoding="utf-8")
