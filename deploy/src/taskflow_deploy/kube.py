"""kubectl and Helm, always with our own kubeconfig and context."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from taskflow_deploy.clusters import base
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import ClusterError, CommandError
from taskflow_deploy.redaction import without_variables
from taskflow_deploy.runner import Completed, run

NAMESPACE = base.NAMESPACE
RELEASE = "taskflow"
# Of what the deployer makes beside the release.
OWN_LABELS = {"app.kubernetes.io/managed-by": "taskflow"}
# The release's fields are the chart's, also where somebody ran "kubectl scale" or "edit" meanwhile:
# the server would refuse to change what another has set.
OVERRIDE = "--force-conflicts"
_TIMEOUT_SECONDS = 120.0
_LONGEST_WORDS = 200
_LOOKS_FOR_WORDS = 4
_PAUSE_SECONDS = 0.3
_NOT_INSTALLED = "release: not found"
# The node's words, in the place of a log that is gone with its container.
_NO_LOG = "unable to retrieve container logs"


def selector(labels: Mapping[str, str]) -> str:
    """Return what selects the objects that have all of some labels."""
    return ",".join(f"{name}={value}" for name, value in labels.items())


def kubectl_command(cluster: Cluster, *words: str) -> list[str]:
    """Return a kubectl command line; it names the context, so no other cluster is reached."""
    where = ["--kubeconfig", str(cluster.kubeconfig), "--context", cluster.context]
    return [str(cluster.kubectl), *where, *words]


def helm_command(cluster: Cluster, *words: str) -> list[str]:
    """Return a Helm command line for our cluster and namespace."""
    where = ["--kubeconfig", str(cluster.kubeconfig), "--kube-context", cluster.context]
    return [str(cluster.helm), *where, "--namespace", NAMESPACE, *words]


def kubectl(
    cluster: Cluster, *words: str, stdin: str | None = None, check: bool = True
) -> Completed:
    """Run kubectl."""
    command = kubectl_command(cluster, *words)
    return run(command, stdin=stdin, check=check, timeout=_TIMEOUT_SECONDS)


def helm(cluster: Cluster, *words: str, check: bool = True) -> Completed:
    """Run Helm."""
    return run(helm_command(cluster, *words), check=check, timeout=_TIMEOUT_SECONDS)


def read(cluster: Cluster, *words: str) -> Any:
    """Return what kubectl prints as JSON.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    """
    try:
        return json.loads(kubectl(cluster, *words, "-o", "json").stdout)
    except CommandError as error:
        raise ClusterError(
            "The cluster does not answer.", "See ./taskflow status.", error.details
        ) from None


def unfinished(cluster: Cluster) -> list[str]:
    """Return what is left to do of each of the app's Deployments, a line each.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    """
    deployments = read(cluster, "get", "deployments", "-l", "app=taskflow")
    return [
        f"{deployment['metadata']['name']} to replace its pods"
        for deployment in deployments["items"]
        if not is_rolled_out(deployment)
    ]


def is_rolled_out(deployment: dict[str, Any]) -> bool:
    """Tell whether all pods of a Deployment are as it wants them now, and ready."""
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "readyReplicas")}
    return is_seen(deployment) and counts == {wanted}


def is_seen(deployment: dict[str, Any]) -> bool:
    """Tell whether the cluster has seen a Deployment as it is now."""
    return bool(
        deployment["status"].get("observedGeneration") == deployment["metadata"]["generation"]
    )


def app_pods(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the pods of the backend and of the frontend.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    """
    found: list[dict[str, Any]] = read(cluster, "get", "pods", "-l", "app=taskflow")["items"]
    return found


def last_words(cluster: Cluster, pod: str, container: str, *, ended: bool) -> str:
    """Return the last line that a container printed, or nothing.

    It is without secrets: who shortened it before would show the half of one.

    Parameters
    ----------
    ended
        Of the one that ended last, rather than the one that runs: the node may need a moment to
        have it, and what its successor says meanwhile is no cause.
    """
    if not pod or not container:
        return ""
    command = ["logs", pod, "-n", NAMESPACE, "--container", container, "--tail=20"]
    for _ in range(_LOOKS_FOR_WORDS if ended else 1):
        said = kubectl(cluster, *command, *(["--previous"] if ended else []), check=False).stdout
        lines = [line for line in said.strip().splitlines() if not line.startswith(_NO_LOG)]
        if lines:
            return without_variables(lines[-1].strip())[:_LONGEST_WORDS]
        time.sleep(_PAUSE_SECONDS if ended else 0)
    return ""


def stats(cluster: Cluster, node: str, *, seconds: float | None = None) -> dict[str, Any]:
    """Return what a node measures of itself and its pods (the kubelet's summary API).

    Parameters
    ----------
    seconds
        How long the answer may take; as long as any other where it is left out.

    Raises
    ------
    ClusterError
        The node does not answer.
    """
    path = f"/api/v1/nodes/{node}/proxy/stats/summary"
    limit = [] if seconds is None else [f"--request-timeout={seconds:g}s"]
    try:
        found: dict[str, Any] = json.loads(kubectl(cluster, "get", "--raw", path, *limit).stdout)
    except CommandError as error:
        raise ClusterError(
            f"The node {node} does not tell its measurements.", "See ./taskflow status.",
            error.details,
        ) from None  # fmt: skip
    return found


def apply(cluster: Cluster, objects: Sequence[dict[str, Any]]) -> None:
    """Apply objects; they go by standard input, so no secret is in a process list."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    kubectl(
        cluster, "apply", "--server-side", "--force-conflicts", "--field-manager=taskflow",
        "-f", "-", stdin=text,
    )  # fmt: skip


def history(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the release's revisions, oldest first; empty where it is not installed.

    Raises
    ------
    ClusterError
        Whether it is installed could not be learned.
    """
    done = helm(cluster, "history", RELEASE, "-o", "json", check=False)
    if done.code != 0 and _NOT_INSTALLED in done.stderr:
        return []
    if done.code != 0:
        raise ClusterError("The release cannot be read.", "See ./taskflow status.", done.tail)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def chart(repository: Path) -> Path:
    """Return the chart's folder."""
    return repository / "helm" / "taskflow"
