"""When each pod came, was ready, was told to stop and was gone, as the cluster tells it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster.checkout import Checkout

COMPONENTS = ("backend", "frontend")
_FIELDS = (
    "{.type}",
    "{.object.metadata.name}",
    "{.object.metadata.labels.component}",
    "{.object.metadata.deletionTimestamp}",
    '{.object.status.conditions[?(@.type=="Ready")].status}',
)


@dataclass(frozen=True)
class Moment:
    """Something that happened to a pod, in seconds since 1970."""

    at: float
    pod: str
    what: str


@dataclass
class Pod:
    """A pod, from when it came; ``ready`` is when it first was."""

    name: str
    component: str
    created: float
    ready: float | None = None
    is_ready: bool = False
    stopping: bool = False


class Pods:
    """Follows the release's pods; Kubernetes itself notes times in whole seconds only."""

    def __init__(self, checkout: Checkout) -> None:
        self.moments: list[Moment] = []
        self._pods: dict[str, Pod] = {}
        self._all: dict[str, Pod] = {}
        self._changed = threading.Condition()
        template = "|".join(_FIELDS) + '{"\\n"}'
        self._watch = checkout.start(
            "kubectl", "get", "pods", "-l", "app=taskflow", "--watch", "--output-watch-events",
            "-o", f"jsonpath={template}",
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Follow them no longer."""
        self._watch.terminate()
        self._watch.wait()
        self._reader.join()
        for stream in (self._watch.stdout, self._watch.stderr):
            if stream is not None:
                stream.close()

    def now(self, component: str | None = None) -> list[Pod]:
        """Return the pods there are, the leaving ones too."""
        with self._changed:
            found = list(self._pods.values())
        return [pod for pod in found if component in (None, pod.component)]

    def came_since(self, moment: float) -> list[Pod]:
        """Return the pods made since then, also those that are gone again."""
        with self._changed:
            return [pod for pod in self._all.values() if pod.created >= moment]

    def wait(self, what: str, holds: Callable[[], bool], seconds: float = 120) -> None:
        """Wait until something holds that changes with the pods."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self._watch.poll() is None, "kubectl no longer follows the pods"
            left = deadline - time.monotonic()
            assert left > 0, f"not within {seconds:.0f} s: {what}\n{self._pods}"
            with self._changed:
                self._changed.wait(min(left, 0.5))

    def wait_for_new(self, counts: dict[str, int], old: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Wait for as many ready pods, none of them an old one, and for all others to be gone."""

        def settled() -> bool:
            return all(
                len(pods := self.now(component)) == count
                and all(pod.is_ready and not pod.stopping and pod.name not in old for pod in pods)
                for component, count in counts.items()
            )

        self.wait(f"{counts} ready", settled)

    def _read(self) -> None:
        assert self._watch.stdout is not None
        for line in self._watch.stdout:
            kind, name, component, deletion, ready = line.rstrip("\n").split("|")
            with self._changed:
                self._note(kind, name, component, stopping=bool(deletion), ready=ready == "True")
                self._changed.notify_all()

    def _note(self, kind: str, name: str, component: str, *, stopping: bool, ready: bool) -> None:
        at = time.time()
        if kind == "DELETED":
            self._pods.pop(name, None)
            self.moments.append(Moment(at, name, "gone"))
            return
        if name not in self._pods:
            self._pods[name] = self._all[name] = Pod(name, component, at)
            self.moments.append(Moment(at, name, "created"))
        pod = self._pods[name]
        if ready != pod.is_ready:
            pod.is_ready = ready
            pod.ready = pod.ready or at
            self.moments.append(Moment(at, name, "ready" if ready else "not ready"))
        if stopping and not pod.stopping:
            pod.stopping = True
            self.moments.append(Moment(at, name, "told to stop"))
