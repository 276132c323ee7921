"""What is done to the release while the load goes on."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.cluster.checkout import Checkout
from tests.cluster.rollout.load import Failure, Sent, Target
from tests.cluster.rollout.pods import COMPONENTS, Moment, Pods

REPLICAS = 2
_NAMESPACE = "taskflow"
_AROUND_SECONDS = 3.0
_CALM_SECONDS = 1.0
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Step:
    """One thing done under load.

    Attributes
    ----------
    starts
        Seconds from creation to Ready of each pod that came, by component.
    """

    name: str
    sent: Sent
    starts: dict[str, list[float]]
    moments: list[Moment]

    def complaints(self) -> list[str]:
        """Return every failed request with its cause, and what happened to pods around it."""
        return [self._complaint(failure) for failure in self.sent.failures]

    def _complaint(self, failure: Failure) -> str:
        due = failure.at - failure.seconds
        around = [
            f"{moment.pod} {moment.what} {moment.at - due:+.2f} s"
            for moment in self.moments
            if due - _AROUND_SECONDS <= moment.at <= failure.at + 1
        ]
        when = datetime.fromtimestamp(due, UTC).strftime("%H:%M:%S.%f")[:-3]
        what = f"{self.name}: {when} {failure.stream}: {failure.kind} after {failure.seconds:.3f} s"
        return f"{what} {failure.detail} [{', '.join(around) or 'no pod changed'}]"


class Release:
    """The release of a checkout, with two pods of each component."""

    def __init__(self, checkout: Checkout, url: str) -> None:
        self._checkout = checkout
        self._revision = 0
        self.pods = Pods(checkout)
        self._upgrade({f"{name}.replicaCount": REPLICAS for name in COMPONENTS})
        self.pods.wait_for_new(dict.fromkeys(COMPONENTS, REPLICAS))
        self._target = Target(url)

    def close(self) -> None:
        """Watch no longer."""
        self.pods.close()

    def upgrade(self) -> Step:
        """Replace all pods by new ones of a new revision."""
        self._revision += 1
        revision = f"rollout-{self._revision}-{time.time():.0f}"
        values = {f"{name}.rolloutRevision": revision for name in COMPONENTS}
        return self._under_load("upgrade", lambda: self._upgrade(values))

    def roll_back(self) -> Step:
        """Replace all pods by new ones of the revision before."""
        return self._under_load(
            "rollback", lambda: self._checkout.taskflow("helm", "rollback", "taskflow")
        )

    def evict(self, *components: str) -> Step:
        """Evict one pod of each of these components at once, as a drain of their node does."""
        pods = [self.pods.now(component)[0].name for component in components]

        def evict() -> None:
            for pod in pods:
                self._evict(pod)

        return self._under_load(f"eviction of {' and '.join(components)}", evict, set(pods))

    def start(self, component: str) -> float:
        """Add a pod, take it away again, and return how long it took to be ready.

        The kubelet looks at its containers once a second, and when the last pod was gone depends
        on that, too; so the moment is chosen at random.
        """
        time.sleep(random.uniform(0, _LOOK_SECONDS))  # noqa: S311 - no secret
        began = time.time()
        self._scale(component, REPLICAS + 1)
        self.pods.wait_for_new({component: REPLICAS + 1})
        (pod,) = self.pods.came_since(began)
        assert pod.ready is not None
        self._scale(component, REPLICAS)
        self.pods.wait_for_new({component: REPLICAS})
        return pod.ready - pod.created

    def _under_load(
        self, name: str, do: Callable[[], object], replaced: set[str] | None = None
    ) -> Step:
        old = {pod.name for pod in self.pods.now()} if replaced is None else replaced
        began = time.time()
        with self._target.under_load() as sent:
            do()
            self.pods.wait_for_new(dict.fromkeys(COMPONENTS, REPLICAS), old)
            time.sleep(_CALM_SECONDS)
        starts: dict[str, list[float]] = {component: [] for component in COMPONENTS}
        for pod in self.pods.came_since(began):
            if pod.ready is not None:
                starts[pod.component].append(pod.ready - pod.created)
        moments = [moment for moment in self.pods.moments if moment.at >= began]
        return Step(name, sent, starts, moments)

    def _upgrade(self, values: Mapping[str, object]) -> None:
        words = [f"{name}={value}" for name, value in values.items()]
        self._checkout.taskflow(
            "helm", "upgrade", "taskflow", str(self._checkout.folder / "helm" / "taskflow"),
            "--reuse-values", "--set", ",".join(words),
        )  # fmt: skip

    def _scale(self, component: str, replicas: int) -> None:
        self._checkout.taskflow(
            "kubectl", "scale", f"deployment/taskflow-{component}", f"--replicas={replicas}"
        )

    def _evict(self, pod: str) -> None:
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": _NAMESPACE},
        }
        file = Path(self._checkout.folder) / "eviction.json"
        file.write_text(json.dumps(eviction), encoding="utf-8")
        path = f"/api/v1/namespaces/{_NAMESPACE}/pods/{pod}/eviction"
        self._checkout.taskflow("kubectl", "create", "--raw", path, "-f", str(file))
        file.unlink()
