"""Proves that nobody but the frontend reaches the backend, by the chart's own test of that."""

import contextlib
import secrets
import string
import time
from collections.abc import Iterator
from typing import Any

import yaml

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.clusters.guard import require_our_cluster
from taskflow_deploy.errors import ClusterError, CommandError, ContractError

_TEST = "isolation"
_OURS = kube.selector({"app.kubernetes.io/component": "test", **kube.OWN_LABELS})
_ENDED = {"Succeeded", "Failed"}
_POLL_SECONDS = 0.5
# More than the pod itself may take: see activeDeadlineSeconds in the chart.
_MOST_SECONDS = 270.0


def only_the_frontend(cluster: Cluster) -> str:
    """Run the test pod ``isolation`` of the installed release, and return what it found.

    Takes seconds where network policies hold, and up to four minutes where nothing answers.
    Nothing of it stays.

    Raises
    ------
    ContractError
        The backend is reached, or whether it is cannot be told; the pod's own line says so.
    ClusterError
        The pod did not run.
    ContextRefusedError
        The cluster is not ours.
    """
    require_our_cluster(cluster)
    pod = _pod(cluster)
    name = pod["metadata"]["name"]
    with _running(cluster, pod):
        phase = _wait(cluster, name)
        line = kube.last_words(cluster, name, _TEST, ended=False)
    if phase == "Succeeded" and line.startswith("ok "):
        return line.removeprefix("ok").strip()
    found = line.removeprefix("FAILED").strip() or f"The pod {name} said nothing."
    raise ContractError(found, "See ./taskflow kubectl get networkpolicies.")


def _pod(cluster: Cluster) -> dict[str, Any]:
    """Return the release's own test pod, under a name of its own and out of Helm's sight."""
    try:
        hooks = kube.helm(cluster, "get", "hooks", kube.RELEASE).stdout
    except CommandError as error:
        raise ClusterError(
            "The release cannot be read.", "See ./taskflow status.", error.details
        ) from None
    test = f"{kube.RELEASE}-test-{_TEST}"
    pods = [found for found in yaml.safe_load_all(hooks)
            if found and (found["kind"], found["metadata"]["name"]) == ("Pod", test)]  # fmt: skip
    if not pods:
        raise ContractError(
            "The release has no test of its isolation.",
            "Deploy it with the values tests.enabled and networkPolicy.enabled set to true.",
        )
    mark = "".join(secrets.choice(string.ascii_lowercase) for _ in range(5))
    labels = {**pods[0]["metadata"]["labels"], **kube.OWN_LABELS}
    return {**pods[0], "metadata": {"name": f"{test}-{mark}", "labels": labels}}


@contextlib.contextmanager
def _running(cluster: Cluster, pod: dict[str, Any]) -> Iterator[None]:
    """Have a pod for as long as the block runs; those that a killed run left are removed too."""
    left = ["-l", _OURS, "--field-selector", "status.phase!=Pending,status.phase!=Running"]
    _delete(cluster, *left)
    try:
        _make(cluster, pod)
        yield
    finally:
        _delete(cluster, pod["metadata"]["name"])


def _make(cluster: Cluster, pod: dict[str, Any]) -> None:
    try:
        kube.apply(cluster, [pod])
    except CommandError as error:
        raise ClusterError(
            "The pod that tests the isolation could not be made.",
            "See ./taskflow status.",
            error.details,
        ) from None


def _delete(cluster: Cluster, *which: str) -> None:
    """Remove pods; one that cannot be removed now has an end, and is removed by the next run."""
    words = ["delete", "pods", *which, "--namespace", kube.NAMESPACE]
    kube.kubectl(cluster, *words, "--ignore-not-found", "--wait=false", check=False)


def _wait(cluster: Cluster, name: str) -> str:
    """Wait until a pod has ended, and return its phase."""
    last = time.monotonic() + _MOST_SECONDS
    while True:
        status = kube.read(cluster, "get", "pod", name, "-n", kube.NAMESPACE)["status"]
        if status.get("phase") in _ENDED:
            return str(status["phase"])
        if time.monotonic() > last:
            raise ClusterError(
                f"The pod {name} did not end within {_MOST_SECONDS:g} s{_reason(status)}.",
                "See ./taskflow kubectl get events.",
            )
        time.sleep(_POLL_SECONDS)


def _reason(status: dict[str, Any]) -> str:
    waits = [one["state"]["waiting"]["reason"] for one in status.get("containerStatuses", ())
             if "waiting" in one.get("state", {})]  # fmt: skip
    return f": {waits[0]}" if waits else ""
