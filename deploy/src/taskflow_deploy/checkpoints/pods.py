"""Checkpoint five: the release is installed, and its new pods, and only they, are ready."""

import time
from typing import Any

from taskflow_deploy import first_cause, kube
from taskflow_deploy.checkpoints import install, steadiness
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check, Found, skipped
from taskflow_deploy.errors import PodsError
from taskflow_deploy.watch import Watch

_POLL_SECONDS = 0.3
_HEARTBEAT_SECONDS = 5.0
_COMES_BACK_SECONDS = 45.0
# What a container says last tells why it ended, and of one that serves only what it served.
_SPEAKING = {"crash", "memory", "init"}
_LOOK = "See ./taskflow explain, or ./taskflow logs."


def _wait(deployment: Deployment) -> str:
    """Wait until every pod is new and ready; stop at once where that cannot happen.

    Raises
    ------
    PodsError
        The first cause, in one sentence.
    """
    with Watch(deployment.cluster) as watch:
        return Wait(deployment, watch).until_ready()


class Wait:
    """One wait for the pods of a deployment."""

    def __init__(self, deployment: Deployment, watch: Watch) -> None:
        self._deployment = deployment
        self._watch = watch
        self._started = self._last_said = time.monotonic()
        self._restarts_before: dict[str, int] = {}
        self._replaced = deployment.changed
        self._steadiness = steadiness.Steadiness()

    def until_ready(self) -> str:
        """Wait, and return how many pods were ready after how many seconds."""
        limit = self._deployment.wishes.ready_seconds
        while True:
            pods = self._watch.pods(app="taskflow")
            waiting = [line for pod in pods if (line := awaited(self._deployment, pod))]
            seconds = time.monotonic() - self._started
            self._stop_if_hopeless(pods, seconds)
            if len(pods) == len(self._deployment.images) and not waiting:
                # An image tells nothing where the chart or a secret is all that changed.
                waiting = kube.unfinished(self._deployment.cluster)
            steady = self._are_steady(pods)
            if len(pods) == len(self._deployment.images) and not waiting and steady:
                return f"{len(pods)} pods after {seconds:.1f} s, {limit:.0f} s are allowed"
            what = "; ".join(waiting) or (
                "the pods to stay ready" if pods else "the pods to appear"
            )
            if seconds > limit:
                raise self._too_late(pods, limit, what)
            if not self._replaced and waiting and seconds > _COMES_BACK_SECONDS:
                self._replaced = True
                _replace(self._deployment, pods)
            self._say(what)
            self._watch.wait(_POLL_SECONDS)

    def _stop_if_hopeless(self, pods: list[dict[str, Any]], seconds: float) -> None:
        for pod in pods:
            self._restarts_before = {**first_cause.restarts(pod), **self._restarts_before}
        cause = first_cause.hopeless(
            pods, self._watch.events(), waited=seconds, restarts_before=self._restarts_before,
            since=self._deployment.journal.since,
        )  # fmt: skip
        if cause is not None:
            raise self._failed(cause, cause.sentence)

    def _too_late(self, pods: list[dict[str, Any]], limit: float, what: str) -> PodsError:
        return self._told(pods, f"Not ready after {limit:.0f} s", what)

    def _told(self, pods: list[dict[str, Any]], headline: str, what: str) -> PodsError:
        cause = first_cause.find(pods, self._watch.events(), self._deployment.journal.since)
        if cause is None:
            return PodsError(f"{headline}: {what}.", _LOOK)
        return self._failed(cause, f"{headline}: {cause.sentence}")

    def _failed(self, cause: first_cause.Cause, sentence: str) -> PodsError:
        said = ""
        if cause.kind in _SPEAKING:
            said = kube.last_words(
                self._deployment.cluster, cause.pod, cause.container, ended=cause.kind != "init"
            )
        message = f"{sentence} It said: “{said}”." if said else sentence
        return PodsError(message, _LOOK, mend=first_cause.commands(cause)[0])

    def _are_steady(self, pods: list[dict[str, Any]]) -> bool:
        """Whether the new pods have stayed ready for long enough, if anything was changed.

        Raises
        ------
        PodsError
            One of them did not.
        """
        if not self._deployment.changed:
            return True
        new = [pod for pod in pods if _is_new(self._deployment, pod)]
        steady = self._steadiness.look(new, len(self._deployment.images))
        if self._steadiness.fell:
            headline = f"Ready, but not for {steadiness.STEADY_SECONDS:g} s"
            raise self._told(new, headline, self._steadiness.fell)
        return steady

    def _say(self, what: str) -> None:
        if time.monotonic() - self._last_said > _HEARTBEAT_SECONDS:
            self._last_said = time.monotonic()
            self._deployment.output.note(f"  waiting for {what}")


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
    name = pod["metadata"]["name"]
    if "deletionTimestamp" in pod["metadata"]:
        return f"{name} to end"
    if not _is_new(deployment, pod):
        return f"{name} to be replaced"
    if not first_cause.is_ready(pod):
        return f"{name} to be ready ({_stage(pod)})"
    return None


def _is_new(deployment: Deployment, pod: dict[str, Any]) -> bool:
    image = pod["spec"]["containers"][0]["image"]
    return image == _image(deployment, pod).reference and "deletionTimestamp" not in pod["metadata"]


def _image(deployment: Deployment, pod: dict[str, Any]) -> Any:
    return deployment.images[f"taskflow-{pod['metadata']['labels']['component']}"]


def _stage(pod: dict[str, Any]) -> str:
    """Return how far a pod is: what the first of its containers does that is not through."""
    statuses = first_cause.statuses(pod)
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


def identity(deployment: Deployment) -> str:
    """Compare what the pods run with what was built.

    Raises
    ------
    PodsError
        A pod runs another image under the right name.
    """
    pods = kube.app_pods(deployment.cluster)
    for pod in pods:
        image, name = _image(deployment, pod), pod["metadata"]["name"]
        running = str(pod["status"]["containerStatuses"][0]["imageID"])
        if not running.endswith(image.image_id):
            raise PodsError(
                f"{name} runs {running}, but {image.image_id} was built.",
                "Build and load it anew: ./taskflow up --rebuild",
                mend="./taskflow up --rebuild",
            )
    return f"{len(pods)} pods run exactly what was built"


def _not_yet(deployment: Deployment) -> str | Found:
    if deployment.unchanged:
        return "they run already; up looks again"
    return skipped("known once the release is installed")


def _recall(deployment: Deployment) -> None:
    _wait(deployment)


CHECKPOINT = Checkpoint(
    id="pods",
    title="pods ready",
    stages=(
        (Check("pods.install", "Release", install.install, install.would_install),),
        (Check("pods.ready", "Pods", _wait, _not_yet),),
        (Check("pods.identity", "What the pods run", identity, _not_yet),),
    ),
    fact=lambda deployment: f"{len(deployment.images)} pods ready",
    recall=_recall,
    unproven="that the new pods become ready",
)
