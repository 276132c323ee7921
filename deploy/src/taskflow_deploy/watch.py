"""Pods and events as the cluster tells them, kept current by kubectl's own watch."""

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.runner import following

_KINDS = ("pods", "events")


class Watch:
    """What is in the app's namespace, for as long as a ``with`` block runs.

    Parameters
    ----------
    cluster
        Whose pods and events.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._news = threading.Event()
        self._open = ExitStack()
        self._streams: list[_Stream] = []

    def __enter__(self) -> "Watch":
        self._connect()
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def _connect(self) -> None:
        self._streams = [_Stream(self._news) for _ in _KINDS]
        for kind, stream in zip(_KINDS, self._streams, strict=True):
            command = kube.kubectl_command(
                self._cluster, "get", kind, "-n", kube.NAMESPACE, "--watch",
                "--output-watch-events", "-o", "json",
            )  # fmt: skip
            stream.running = self._open.enter_context(following(command, stream.line))

    def wait(self, seconds: float) -> None:
        """Wait until something was told, or for some seconds; a watch that ended begins anew."""
        self._news.wait(seconds)
        self._news.clear()
        if not all(stream.running() for stream in self._streams):
            self._open.close()
            self._connect()

    def pods(self, **labels: str) -> list[dict[str, Any]]:
        """Return the pods that have some labels, the oldest first."""
        found = [
            pod
            for pod in self._streams[0].objects()
            if labels.items() <= pod["metadata"].get("labels", {}).items()
        ]
        return sorted(found, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))

    def events(self) -> list[dict[str, Any]]:
        """Return the events, the oldest first."""
        return sorted(self._streams[1].objects(), key=lambda one: str(one.get("lastTimestamp", "")))


class _Stream:
    """The objects of one watch; lines come in another thread."""

    def __init__(self, news: threading.Event) -> None:
        self._news = news
        self._lock = threading.Lock()
        self._objects: dict[str, dict[str, Any]] = {}
        self.running: Callable[[], bool] = lambda: True

    def line(self, line: str) -> None:
        """Take a line: one object, and what became of it."""
        try:
            told = json.loads(line)
        except ValueError:  # kubectl's own words, or the half of a line at its end
            return
        # Of more than five hundred, kubectl tells the first as lists.
        entries = told["object"].get("items", [told["object"]])
        with self._lock:
            for entry in entries:
                self._take(told["type"], entry)
        self._news.set()

    def _take(self, kind: str, entry: dict[str, Any]) -> None:
        name = entry["metadata"].get("name")
        if kind == "DELETED":
            self._objects.pop(name, None)
        elif name is not None:  # an error of the server's has none
            self._objects[name] = entry

    def objects(self) -> list[dict[str, Any]]:
        """Return what is there now."""
        with self._lock:
            return list(self._objects.values())
