"""Which containers wrote a log, and the lines of one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.first_cause import statuses

PARTS = ("backend", "frontend", "migrations")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) ?")


@dataclass(frozen=True)
class Container:
    """One run of a container.

    Attributes
    ----------
    pod, name
        Which container.
    run
        The run's own id: another one once the container was started again.
    running
        Whether it still writes.
    """

    pod: str
    name: str
    run: str
    running: bool

    @property
    def label(self) -> str:
        """A short name for people, of which the pod's follows: ``taskflow-`` is left out."""
        short = self.pod.removeprefix("taskflow-")
        return short if short.startswith(f"{self.name}-") else f"{short}/{self.name}"


@dataclass(frozen=True)
class Line:
    """A line of a log.

    Attributes
    ----------
    label
        The container's.
    stamp
        When it was written, as the node tells it; empty for what kubectl says itself.
    text
        The line.
    """

    label: str
    stamp: str
    text: str


def containers(
    pods: Sequence[Mapping[str, Any]], part: str = "", *, previous: bool = False
) -> list[Container]:
    """Return the containers that have a log, init containers first.

    Parameters
    ----------
    part
        One of ``PARTS``; all, where it is empty.
    previous
        Return the runs before the present ones instead.
    """
    found = previous_runs if previous else present_runs
    return [one for pod in pods if part in {"", component(pod)} for one in found(pod)]


def component(pod: Mapping[str, Any]) -> str:
    """Return which part of the app a pod belongs to; empty for none."""
    labels = pod["metadata"].get("labels", {})
    return str(labels.get("app.kubernetes.io/component") or labels.get("component", ""))


def present_runs(pod: Mapping[str, Any]) -> Iterator[Container]:
    """Return the newest run of each container of a pod that ever ran."""
    name = pod["metadata"]["name"]
    for status in statuses(pod):
        state = status.get("state", {})
        ended = state.get("terminated") or status.get("lastState", {}).get("terminated")
        if "running" in state:
            yield Container(name, status["name"], status.get("containerID", ""), running=True)
        elif ended:
            yield Container(name, status["name"], ended.get("containerID", ""), running=False)


def previous_runs(pod: Mapping[str, Any]) -> Iterator[Container]:
    """Return the run before the present one of each container of a pod that was started again."""
    for status in statuses(pod):
        if ended := status.get("lastState", {}).get("terminated"):
            run = ended.get("containerID", "")
            yield Container(pod["metadata"]["name"], status["name"], run, running=False)


def command(cluster: Cluster, container: Container, *options: str) -> list[str]:
    """Return the kubectl command that prints a container's log, each line after its time."""
    where = ["logs", container.pod, "--container", container.name, "--namespace", kube.NAMESPACE]
    return kube.kubectl_command(cluster, *where, "--timestamps", *options)


def read_line(label: str, text: str) -> Line:
    """Read a line that :func:`command` printed."""
    stamp = _STAMP.match(text)
    if stamp is None:
        return Line(label, "", text)
    return Line(label, stamp.group().rstrip(), text[stamp.end() :])
