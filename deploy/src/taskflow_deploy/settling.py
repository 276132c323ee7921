"""Waits until the pods of what Helm went back to are ready."""

import time
from typing import Any

from taskflow_deploy import first_cause, kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import PodsError
from taskflow_deploy.journal import moment
from taskflow_deploy.output import Output

_READY_SECONDS = 120.0
_POLL_SECONDS = 0.3
_HEARTBEAT_SECONDS = 5.0
_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_LOOK = "See ./taskflow explain, or ./taskflow logs."

Item = dict[str, Any]


def wait(output: Output, cluster: Cluster) -> None:
    """Wait until all pods are those of the Deployments as they are now, and ready.

    Raises
    ------
    PodsError
        The first cause, in one sentence, as soon as it is known that they do not become ready.
    """
    started = last_said = time.monotonic()
    since, restarts_before = moment(), dict[str, int]()
    while True:
        found = kube.read(cluster, "get", "deployments,replicasets,pods", "-l", "app=taskflow")
        deployments, sets, pods = _apart(found["items"])
        if _are_settled(deployments, pods):
            return
        now = time.monotonic()
        wanted = _wanted(deployments, sets, pods)
        for pod in wanted:
            restarts_before = {**first_cause.restarts(pod), **restarts_before}
        # Without events: those of what failed before tell why its pods could not be made.
        cause = first_cause.hopeless(
            wanted, (), waited=now - started, restarts_before=restarts_before
        )
        if cause is not None:
            raise PodsError(f"What was gone back to does not run: {cause.sentence}", _LOOK)
        if now - started > _READY_SECONDS:
            raise _too_late(cluster, wanted, since)
        if now - last_said > _HEARTBEAT_SECONDS:
            last_said = now
            output.note("  waiting for the pods of before to be ready")
        time.sleep(_POLL_SECONDS)


def _apart(items: list[Item]) -> tuple[list[Item], list[Item], list[Item]]:
    kinds: dict[str, list[Item]] = {"Deployment": [], "ReplicaSet": [], "Pod": []}
    for item in items:
        kinds[item["kind"]].append(item)
    return kinds["Deployment"], kinds["ReplicaSet"], kinds["Pod"]


def _are_settled(deployments: list[Item], pods: list[Item]) -> bool:
    # A pod that is leaving still serves, and may still be talked to.
    wanted: int = sum(entry["spec"]["replicas"] for entry in deployments)
    return all(map(kube.is_rolled_out, deployments)) and len(pods) == wanted


def _wanted(deployments: list[Item], sets: list[Item], pods: list[Item]) -> list[Item]:
    """Return the pods that the Deployments want now: those of what failed may still be there."""
    now = {
        (entry["metadata"]["name"], _revision(entry))
        for entry in deployments
        if kube.is_seen(entry)
    }
    hashes = {
        entry["metadata"]["labels"][_HASH]
        for entry in sets
        for owner in entry["metadata"]["ownerReferences"]
        if (owner["name"], _revision(entry)) in now
    }
    return [pod for pod in pods if pod["metadata"]["labels"].get(_HASH) in hashes]


def _too_late(cluster: Cluster, wanted: list[Item], since: str) -> PodsError:
    events = kube.read(cluster, "get", "events")["items"]
    cause = first_cause.find(wanted, events, since)
    why = f": {cause.sentence}" if cause else "."
    late = f"What was gone back to was not ready after {_READY_SECONDS:.0f} s"
    return PodsError(f"{late}{why}", _LOOK)


def _revision(item: Item) -> str | None:
    revision: str | None = item["metadata"].get("annotations", {}).get(_REVISION)
    return revision
