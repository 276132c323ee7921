"""Finds why pods are not ready: the first cause, in one sentence.

It reads what Kubernetes says of pods and events and asks nobody, so it tells the same of a
running cluster and of kept evidence.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATUSES = ("initContainerStatuses", "containerStatuses")
_UNSCHEDULABLE_SECONDS = 15.0
_REJECTED_SECONDS = 3.0
_CRASHES = 2
_WHOLE_SECONDS = len("2026-01-20T10:30:00")
# A frontend waits for the backend, and a backend for its migrations: what comes first is the cause.
_ORDER = ("migrations", "backend", "frontend")
_IMAGE = {"ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff", "InvalidImageName",
          "ImageInspectError"}  # fmt: skip
_CONFIGURATION = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
# The node has not seen the pod's configuration yet, which it reports as a bad one; it tries again.
_PASSING = "cache: timed out waiting for the condition"

# A node that was stopped finds its containers gone, and gives them an end of its own.
_LOST = "Unknown"

Pod = Mapping[str, Any]
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """Why pods are not ready.

    Attributes
    ----------
    sentence
        The cause, for people.
    kind
        ``place``, ``rejected``, ``image``, ``configuration``, ``memory``, ``crash``, ``evicted``,
        ``init`` or ``probe``.
    pod, container
        Which; empty where there is none.
    """

    sentence: str
    kind: str
    pod: str = ""
    container: str = ""


def hopeless(
    pods: Sequence[Pod],
    events: Sequence[Event],
    *,
    waited: float,
    restarts_before: Mapping[str, int],
    since: str = "",
) -> Cause | None:
    """Return why waiting for pods is in vain, or None while they may become ready.

    Parameters
    ----------
    waited
        Seconds since they were first waited for.
    restarts_before
        What :func:`restarts` gave at the first look: a node that was started again counts too.
    since
        When what is waited for was begun, UTC: Kubernetes tells for an hour what could not be made.
    """
    for pod in _staying(pods):
        for cause in _causes(pod, restarts_before):
            if cause.kind != "place" or waited > _UNSCHEDULABLE_SECONDS:
                return cause
    return _rejection(pods, events, since) if waited > _REJECTED_SECONDS else None


def find(pods: Sequence[Pod], events: Sequence[Event], since: str = "") -> Cause | None:
    """Return the first cause, or the best guess at it; None where every pod is well.

    Parameters
    ----------
    since
        When what failed was begun, UTC: a container that came to a bad end after it is a cause
        even if it runs again. Without it, one that is ready is no cause of anything.
    """
    staying = _staying(pods)
    ill = [pod for pod in staying if not is_ready(pod)]
    for pod in ill:
        hard = next(_causes(pod, {}), None)
        if hard is not None:
            return hard
    rejected = _rejection(pods, events, since)
    guesses = (_ended_since(pod, since) or _guess(pod, events) for pod in ill)
    fallen = (_ended_since(pod, since) for pod in staying)
    return rejected or next(guesses, None) or next(filter(None, fallen), None)


def commands(cause: Cause) -> list[str]:
    """Return the commands that show more of a cause, the most telling first."""
    if not cause.pod:
        return ["./taskflow kubectl get events --sort-by=.lastTimestamp",
                "./taskflow kubectl describe replicasets"]  # fmt: skip
    describe = f"./taskflow kubectl describe pod {shlex.quote(cause.pod)}"
    if not cause.container:
        return [describe, "./taskflow kubectl describe nodes"]
    logs = f"./taskflow kubectl logs {cause.pod} --container {cause.container}"
    if cause.kind in {"crash", "memory"}:
        return [f"{logs} --previous", describe]
    return [describe, logs] if cause.kind in {"image", "configuration"} else [logs, describe]


def is_ready(pod: Pod) -> bool:
    """Tell whether a pod is ready, or came to the good end that it was made for."""
    if pod["status"].get("phase") == "Succeeded":
        return True
    conditions = pod["status"].get("conditions", ())
    return {"Ready": "True"}.items() <= {c["type"]: c["status"] for c in conditions}.items()


def restarts(pod: Pod) -> dict[str, int]:
    """Return how often each container of a pod was started again."""
    name = pod["metadata"]["name"]
    return {f"{name}/{one['name']}": one.get("restartCount", 0) for one in statuses(pod)}


def statuses(pod: Pod) -> list[Mapping[str, Any]]:
    """Return the statuses of a pod's containers, those of its init containers first."""
    return [one for kind in STATUSES for one in pod["status"].get(kind, ())]


def _staying(pods: Sequence[Pod]) -> list[Pod]:
    """Return the pods that are not about to end, what others wait for first."""
    left = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return sorted(left, key=lambda pod: _ORDER.index(_component(pod)))


def _component(pod: Pod) -> str:
    labels = pod["metadata"].get("labels", {})
    named = labels.get("app.kubernetes.io/component", labels.get("component", ""))
    return next((name for name in _ORDER if name in named), _ORDER[-1])


def _causes(pod: Pod, restarts_before: Mapping[str, int]) -> Iterator[Cause]:
    name, status = pod["metadata"]["name"], pod["status"]
    if status.get("reason") == "Evicted":
        yield Cause(f"{name} was evicted: {status.get('message', 'no reason')}", "evicted", name)
    for condition in status.get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            why = condition.get("message", "unschedulable")
            yield Cause(f"{name} finds no place: {why}", "place", name)
    for container in statuses(pod):
        waiting = container.get("state", {}).get("waiting", {})
        reason, message = waiting.get("reason", ""), waiting.get("message", "")
        if reason in _IMAGE | _CONFIGURATION and not message.endswith(_PASSING):
            kind = "image" if reason in _IMAGE else "configuration"
            yield Cause(f"{name}: {reason}: {message}", kind, name, container["name"])
        before = restarts_before.get(f"{name}/{container['name']}", 0)
        if _ends(container) - before >= _CRASHES:
            yield _crash(pod, container)
    if status.get("phase") == "Failed":  # of a Job: nobody starts its containers again
        yield from (_crash(pod, one) for one in statuses(pod) if _exit_code(one))


def _ends(container: Mapping[str, Any]) -> int:
    """Return how often a container came to a bad end; the node pauses after two in a row."""
    count: int = container.get("restartCount", 0)
    paused = container.get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff"
    ended = container.get("state", {}).get("terminated", {}).get("exitCode", 0) != 0
    return count + 1 if count and (paused or ended) else count


def _last_end(container: Mapping[str, Any]) -> Mapping[str, Any]:
    ends = (container.get(kind, {}).get("terminated") for kind in ("state", "lastState"))
    return next((end for end in ends if end), {})


def _exit_code(container: Mapping[str, Any]) -> int:
    code: int = _last_end(container).get("exitCode", 0)
    return code


def _ended_since(pod: Pod, since: str) -> Cause | None:
    """Return the bad end that a container came to after a moment, if it is known."""
    for container in statuses(pod):
        end = _last_end(container)
        if _LOST in str(end.get("reason", "")):
            continue
        at = str(end.get("finishedAt", ""))
        if since and _exit_code(container) and at[:_WHOLE_SECONDS] >= since[:_WHOLE_SECONDS]:
            often = _ends(container) >= _CRASHES
            return _crash(pod, container, "keeps ending" if often else "ended")
    return None


def _crash(pod: Pod, container: Mapping[str, Any], does: str = "keeps ending") -> Cause:
    pod_name, name, end = pod["metadata"]["name"], container["name"], _last_end(container)
    if end.get("reason") == "OOMKilled":
        limit = _memory_limit(pod, name)
        sentence = f"{pod_name}: its container {name} needs more memory than its limit{limit}."
        return Cause(sentence, "memory", pod_name, name)
    code = end.get("exitCode", "?")
    sentence = f"{pod_name}: its container {name} {does} with code {code}."
    return Cause(sentence, "crash", pod_name, name)


def _memory_limit(pod: Pod, name: str) -> str:
    spec = pod.get("spec", {})
    for container in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        if container["name"] == name:
            limit = container.get("resources", {}).get("limits", {}).get("memory", "")
            return f" of {limit}" if limit else ""
    return ""


def _rejection(pods: Sequence[Pod], events: Sequence[Event], since: str) -> Cause | None:
    """Return why a Deployment or Job cannot even make its pods."""
    for event in events:
        if _moment(event) < since[:_WHOLE_SECONDS]:
            continue
        target = event.get("involvedObject", {})
        owner = target.get("name", "")
        has_pods = any(pod["metadata"]["name"].startswith(owner) for pod in pods)
        if event.get("reason") == "FailedCreate" and not has_pods:
            return Cause(f"{owner} cannot make its pods: {event.get('message', '')}", "rejected")
    return None


def _moment(event: Event) -> str:
    """Return when an event happened last, UTC, in whole seconds."""
    return str(event.get("lastTimestamp") or event.get("eventTime") or "9")[:_WHOLE_SECONDS]


def _guess(pod: Pod, events: Sequence[Event]) -> Cause:
    """Return the likeliest cause of a pod that is not ready and has no plain fault."""
    name = pod["metadata"]["name"]
    for container in pod["status"].get("initContainerStatuses", ()):
        state = container.get("state", {})
        if "terminated" not in state:
            does = "has not ended" if "running" in state else "has not started"
            sentence = f"{name}: its init container {container['name']} {does}."
            return Cause(sentence, "init", name, container["name"])
    unhealthy = [
        str(event.get("message", "")).strip()
        for event in events
        if event.get("reason") == "Unhealthy"
        and event.get("involvedObject", {}).get("name") == name
    ]
    main = next((one["name"] for one in pod["status"].get("containerStatuses", ())), "")
    why = f": {unhealthy[-1]}" if unhealthy else "."
    return Cause(f"{name} runs but is not ready{why}", "probe", name, main)
