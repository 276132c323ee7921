"""Checkpoint five: the new pods are ready, and only new ones are left."""

import time
from collections.abc import Mapping
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import PodsError

_LIMIT_SECONDS = 120.0
_POLL_SECONDS = 0.3
_HEARTBEAT_SECONDS = 10.0
_COMES_BACK_SECONDS = 45.0
_MOST_RESTARTS = 2
_UNSCHEDULABLE_SECONDS = 15.0
_STATUSES = ("initContainerStatuses", "containerStatuses")
# Waiting for these would be in vain.
_HOPELESS = {
    "CreateContainerConfigError", "CreateContainerError", "ErrImageNeverPull", "ErrImagePull",
    "ImagePullBackOff", "InvalidImageName", "RunContainerError",
}  # fmt: skip
# The node has not seen the pod's configuration yet, which it reports as a bad one; it tries again.
_PASSING = "cache: timed out waiting for the condition"


def run(deployment: Deployment) -> str:
    """Wait until every pod is new and ready; stop at once where that cannot happen.

    Raises
    ------
    PodsError
        The first cause, in one sentence.
    """
    started = last_said = time.monotonic()
    restarts_before: dict[str, int] = {}
    replaced = deployment.changed
    while True:
        pods = kube.read(deployment.cluster, "get", "pods", "-l", "app=taskflow")["items"]
        waiting = [line for pod in pods if (line := awaited(deployment, pod))]
        seconds = time.monotonic() - started
        for pod in pods:
            restarts_before = {**restarts(pod), **restarts_before}
            if cause := hopeless(pod, seconds, restarts_before):
                raise PodsError(cause, "See the evidence, or run ./taskflow logs.")
        if len(pods) == len(deployment.images) and not waiting:
            return f"{len(pods)} pods ready"
        what = "; ".join(waiting) or "the pods to appear"
        if seconds > _LIMIT_SECONDS:
            raise PodsError(
                f"Not ready after {_LIMIT_SECONDS:.0f} s: {what}.",
                "See the evidence, or run ./taskflow logs.",
            )
        if not replaced and waiting and seconds > _COMES_BACK_SECONDS:
            replaced = True
            _replace(deployment, pods)
        if time.monotonic() - last_said > _HEARTBEAT_SECONDS:
            last_said = time.monotonic()
            deployment.output.note(f"  waiting for {what}")
        time.sleep(_POLL_SECONDS)


def _replace(deployment: Deployment, pods: list[dict[str, Any]]) -> None:
    """Replace pods of a release that was not changed and still does not come back.

    They ran before: the node was stopped or killed, and now and then its kubelet
    does not get a pod going again that a new one in its place would not need.
    """
    for pod in pods:
        if awaited(deployment, pod) and "deletionTimestamp" not in pod["metadata"]:
            name = pod["metadata"]["name"]
            deployment.output.warn(f"{name} does not come back: it is replaced.")
            kube.kubectl(deployment.cluster, "delete", "pod", name, "--wait=false",
                         "--ignore-not-found", "-n", kube.NAMESPACE)  # fmt: skip


def awaited(deployment: Deployment, pod: dict[str, Any]) -> str | None:
    """Return what is missing at a pod, or None when it is new and ready."""
    name, component = pod["metadata"]["name"], pod["metadata"]["labels"]["component"]
    image = deployment.images[f"taskflow-{component}"]
    if "deletionTimestamp" in pod["metadata"]:
        return f"{name} to end"
    if pod["spec"]["containers"][0]["image"] != image.reference:
        return f"{name} to be replaced"
    conditions = {entry["type"]: entry["status"] for entry in pod["status"].get("conditions", ())}
    if conditions.get("Ready") != "True":
        return f"{name} to be ready ({_stage(pod)})"
    running = pod["status"]["containerStatuses"][0]["imageID"]
    if not running.endswith(image.image_id):
        raise PodsError(
            f"{name} runs {running}, but {image.image_id} was built.",
            "Run ./taskflow up again; if it stays, ./taskflow cluster delete first.",
        )
    return None


def _stage(pod: dict[str, Any]) -> str:
    """Return how far a pod is: what the first of its containers does that is not through."""
    statuses = [container for kind in _STATUSES for container in pod["status"].get(kind, ())]
    for container in statuses:
        name, state = container["name"], container.get("state", {})
        ended = state.get("terminated")
        if ended is not None and ended["exitCode"] != 0:
            return f"{name} ended with code {ended['exitCode']}"
        if "waiting" in state:
            return f"{name}: {state['waiting'].get('reason', 'waiting')}"
        if ended is None and not container.get("ready"):
            return f"{name} has started"
    return "its containers are" if statuses else "no container yet"


def restarts(pod: dict[str, Any]) -> dict[str, int]:
    """Return how often each container of a pod was started again."""
    return {
        f"{pod['metadata']['name']}/{container['name']}": container.get("restartCount", 0)
        for kind in _STATUSES
        for container in pod["status"].get(kind, ())
    }


def hopeless(pod: dict[str, Any], seconds: float, restarts_before: Mapping[str, int]) -> str | None:
    """Return why a pod will never be ready, or None while it may be.

    Parameters
    ----------
    seconds
        How long its deployment has been waited for.
    restarts_before
        What :func:`restarts` gave at the first look: a node that was started again counts too.
    """
    name, status = pod["metadata"]["name"], pod["status"]
    if "deletionTimestamp" in pod["metadata"]:
        return None
    for condition in status.get("conditions", ()):
        unscheduled = condition["type"] == "PodScheduled" and condition["status"] == "False"
        if unscheduled and seconds > _UNSCHEDULABLE_SECONDS:
            return f"{name} finds no place: {condition.get('message', 'unschedulable')}"
    for kind in _STATUSES:
        for container in status.get(kind, ()):
            waiting = container.get("state", {}).get("waiting", {})
            message = waiting.get("message", "")
            if waiting.get("reason") in _HOPELESS and not message.endswith(_PASSING):
                return f"{name}: {waiting['reason']}: {message}"
            before = restarts_before.get(f"{name}/{container['name']}", 0)
            if container.get("restartCount", 0) - before >= _MOST_RESTARTS:
                ended = container.get("lastState", {}).get("terminated", {})
                code = ended.get("exitCode", "?")
                return f"{name}: its container {container['name']} keeps ending with code {code}."
    return None
