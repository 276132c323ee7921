"""The plan's limits, each with the figure that was measured.

They are from ``specs/001-k8s-deployment/plan.md``: health within 100 ms, from the frontend to the
backend within 100 ms, no restart, and memory within each container's limit.
"""

import statistics
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from taskflow_deploy import first_cause, kube
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checkpoints.node import size
from taskflow_deploy.checks import Found, warned
from taskflow_deploy.errors import LimitError

if TYPE_CHECKING:
    import httpx2

_MILLISECONDS = 100.0
_ASKED = 9
_FULL = 0.9
_LOOK = "See ./taskflow logs backend, and the evidence."


def health(deployment: Deployment) -> str:
    """Measure how long ``GET /health`` takes, through the frontend: the median of nine.

    The whole way is measured, so the part from the frontend to the backend takes no longer.

    Raises
    ------
    LimitError
        It takes more than 100 ms.
    """
    import httpx2  # only a running system is asked, and most commands need none of it

    try:
        with httpx2.Client(base_url=deployment.url, timeout=5) as client:
            taken = sorted(_milliseconds(client) for _ in range(_ASKED))
    except httpx2.HTTPError as error:
        reason = type(error).__name__
        raise LimitError(f"GET /health does not answer: {reason}.", _LOOK) from None
    median = statistics.median(taken)
    said = f"{median:.0f} ms, from {taken[0]:.0f} to {taken[-1]:.0f}; {_MILLISECONDS:.0f} allowed"
    if median > _MILLISECONDS:
        raise LimitError(f"GET /health is slow: {said}.", _LOOK)
    return f"{said}, the way from the frontend to the backend included"


def _milliseconds(client: "httpx2.Client") -> float:
    started = time.perf_counter()
    client.get("/health").raise_for_status()
    return (time.perf_counter() - started) * 1000


def restarts(deployment: Deployment) -> str | Found:
    """Count the containers that were started again.

    Raises
    ------
    LimitError
        One in a pod that this command made was. What was restarted in another may have been
        stopped with its node.
    """
    pods = kube.app_pods(deployment.cluster)
    counts = {name: count for pod in pods for name, count in first_cause.restarts(pod).items()}
    again = _again(pods)
    if not again:
        return f"0 in {len(counts)} containers"
    since = deployment.journal.since
    if fresh := _again([pod for pod in pods if _made_at(pod) >= since[: len(_made_at(pod))]]):
        raise LimitError(f"Containers that should not end were started again: {fresh}.", _LOOK)
    return warned(f"started again: {again}", "./taskflow logs --previous")


def _again(pods: list[dict[str, Any]]) -> str:
    counts = [pair for pod in pods for pair in first_cause.restarts(pod).items()]
    return ", ".join(f"{name} {count} times" for name, count in counts if count)


def _made_at(pod: dict[str, Any]) -> str:
    """Return when a pod was made, UTC, in whole seconds."""
    return str(pod["metadata"]["creationTimestamp"]).removesuffix("Z")


def memory(deployment: Deployment) -> str | Found:
    """Compare what each container uses, after the journey, with its limit.

    Raises
    ------
    LimitError
        One uses more; the kernel would end it soon.
    """
    pods = kube.app_pods(deployment.cluster)
    used = _used(deployment, pods)
    told: list[str] = []
    for name, limit in _memory_limits(pods):
        if name not in used:
            return warned(f"the node has not measured {name} yet")
        told.append(f"{name} {used[name] / 2**20:.0f} of {limit / 2**20:.0f} Mi")
        if used[name] > limit * _FULL:
            raise LimitError(f"The container {told[-1]}: it is about to be killed.", _LOOK)
    return ", ".join(told)


def _memory_limits(pods: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    for pod in pods:
        for container in pod["spec"]["containers"]:
            limit = container.get("resources", {}).get("limits", {}).get("memory")
            if limit:
                yield container["name"], size(limit)


def _used(deployment: Deployment, pods: list[dict[str, Any]]) -> dict[str, float]:
    """Return the bytes that each container works with, by the node's own measurement."""
    names = {pod["metadata"]["name"] for pod in pods}
    used: dict[str, float] = {}
    for node in {pod["spec"]["nodeName"] for pod in pods}:
        for pod in kube.stats(deployment.cluster, node)["pods"]:
            if pod["podRef"]["name"] in names:
                for container in pod["containers"]:
                    used[container["name"]] = float(container["memory"]["workingSetBytes"])
    return used
