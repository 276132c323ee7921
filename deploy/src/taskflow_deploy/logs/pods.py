"""The logs of pods: what they wrote so far, or line by line as they write it."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NoReturn

from taskflow_deploy import kube, runner
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import ClusterError, ClusterNotRunningError
from taskflow_deploy.logs.containers import Container, Line, command, containers, read_line
from taskflow_deploy.output import Output
from taskflow_deploy.watch import Watch

_AT_ONCE = 4
_LIMIT_SECONDS = 60.0
_LOOK_SECONDS = 0.25
_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Wanted:
    """What is to be shown.

    Attributes
    ----------
    part
        The pods of one component; of all, where it is empty.
    tail
        How many of the last lines of each container; -1 for all.
    since
        How far back, such as ``10m``; empty for any time.
    previous
        Show the containers' runs before the present ones.
    """

    part: str = ""
    tail: int = -1
    since: str = ""
    previous: bool = False

    @property
    def options(self) -> list[str]:
        """The options of kubectl for a log that was begun before it is looked at."""
        since = [f"--since={self.since}"] if self.since else []
        return [f"--tail={self.tail}", *since]


def so_far(cluster: Cluster, output: Output, wanted: Wanted) -> list[Line]:
    """Return what was written so far, in the order of time.

    Raises
    ------
    ClusterNotRunningError
        There are no such pods.
    ClusterError
        The cluster does not answer, or no log can be read.
    """
    found = containers(_pods(cluster), wanted.part, previous=wanted.previous)
    if not found:
        raise _nothing(wanted)
    options = [*wanted.options, *(["--previous"] if wanted.previous else [])]

    def read(container: Container) -> runner.Completed:
        return runner.run(
            command(cluster, container, *options), check=False, timeout=_LIMIT_SECONDS
        )

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        try:
            done = list(pool.map(read, found))
        except BaseException:
            runner.stop_running()
            raise
    refused = [one for one in zip(found, done, strict=True) if one[1].code != 0]
    for container, said in refused:
        why = (said.tail or ["no reason"])[-1]
        output.warn(f"The log of {container.label} cannot be read: {why}")
    if len(refused) == len(found):
        raise ClusterError("No log can be read.", "See ./taskflow status.")
    logs = [
        _stamped(container.label, said.stdout)
        for container, said in zip(found, done, strict=True)
        if said.code == 0
    ]
    return sorted((line for log in logs for line in log), key=lambda line: line.stamp)


def _nothing(wanted: Wanted) -> ClusterNotRunningError:
    what = f"pod of {wanted.part}" if wanted.part else "pod"
    if wanted.previous:
        return ClusterNotRunningError(
            f"No container of any {what} was started again, so nothing was written before.",
            "Leave --previous out.",
        )
    return ClusterNotRunningError(f"There is no {what} that wrote a log.", "See ./taskflow status.")


def _stamped(label: str, text: str) -> Iterator[Line]:
    """Read a log; a line without a time keeps its place behind the one before it."""
    stamp = ""
    for one in text.splitlines():
        line = read_line(label, one)
        stamp = line.stamp or stamp
        yield Line(label, stamp, line.text)


def follow(
    cluster: Cluster, output: Output, wanted: Wanted, show: Callable[[Line], None]
) -> NoReturn:
    """Show lines as they are written, also those of pods that appear later; never ends by itself.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    """
    lines: queue.SimpleQueue[Line] = queue.SimpleQueue()
    there = _pods(cluster)
    if not there:
        output.note("There is no pod yet; waiting for one. Ctrl-C ends this.")
    with Watch(cluster) as watch, ExitStack() as opened:
        streams = _Streams(cluster, lines, opened)
        streams.keep_up(containers(there, wanted.part), wanted.options)
        while True:
            _drain(lines, show)
            watch.wait(_LOOK_SECONDS)
            # What appears later is shown from its beginning.
            streams.keep_up(containers(watch.pods(), wanted.part), ["--tail=-1"])


def _pods(cluster: Cluster) -> list[dict[str, Any]]:
    found = kube.read(cluster, "get", "pods", "--namespace", kube.NAMESPACE)
    pods: list[dict[str, Any]] = found["items"]
    return pods


def _drain(lines: "queue.SimpleQueue[Line]", show: Callable[[Line], None]) -> None:
    while not lines.empty():
        show(lines.get())


class _Streams:
    """One kubectl for each container that writes."""

    def __init__(
        self, cluster: Cluster, lines: "queue.SimpleQueue[Line]", opened: ExitStack
    ) -> None:
        self._cluster = cluster
        self._lines = lines
        self._opened = opened
        self._known: dict[tuple[str, str, str], _Stream] = {}

    def keep_up(self, found: Sequence[Container], options: list[str]) -> None:
        """Begin to follow what is new, and again what was cut off while it writes."""
        for container in found:
            key = (container.pod, container.name, container.run)
            stream = self._known.get(key)
            if stream is None:
                stream = self._known[key] = _Stream(container, self._lines)
                self._open(stream, options)
            elif container.running and stream.was_cut_off():
                self._open(stream, stream.onwards)

    def _open(self, stream: "_Stream", options: list[str]) -> None:
        given = command(self._cluster, stream.container, "--follow", *options)
        stream.started = time.monotonic()
        stream.is_alive = self._opened.enter_context(runner.following(given, stream.take))


class _Stream:
    """The log of one run of a container; its lines come in another thread."""

    def __init__(self, container: Container, lines: "queue.SimpleQueue[Line]") -> None:
        self.container = container
        self.last = ""
        self.started = 0.0
        self.is_alive: Callable[[], bool] = lambda: True
        self._lines = lines

    @property
    def onwards(self) -> list[str]:
        """The options of kubectl for what comes after the last line."""
        return [f"--since-time={self.last}"] if self.last else ["--tail=-1"]

    def was_cut_off(self) -> bool:
        """Tell whether it ended, and some time ago: the cluster may just be busy."""
        return not self.is_alive() and time.monotonic() - self.started > _AGAIN_SECONDS

    def take(self, text: str) -> None:
        """Take a line, unless it was shown before the stream was cut off."""
        line = read_line(self.container.label, text)
        if line.stamp and line.stamp <= self.last:
            return
        self.last = line.stamp or self.last
        self._lines.put(line)
