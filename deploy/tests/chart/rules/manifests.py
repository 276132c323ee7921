"""How rules look at manifests: by object, by pod, by container."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.chart import pod_security
from tests.chart.helm import Object
from tests.chart.network import selects

Objects = list[Object]
# Yields the objects that break it, as "Kind/name".
Rule = Callable[[Objects], Iterable[str]]

POD_KINDS = ("Deployment", "Job", "Pod")


@dataclass(frozen=True)
class Pod:
    """A pod, or what an object makes pods from."""

    owner: Object
    labels: dict[str, str]
    spec: Object

    @property
    def context(self) -> Object:
        """Its security context, which containers take over."""
        found: Object = self.spec.get("securityContext", {})
        return found


def identity(found: Object) -> str:
    """Return what rules name an object by."""
    return f"{found['kind']}/{found['metadata']['name']}"


def of_kind(objects: Objects, *kinds: str) -> Objects:
    """Return the objects of some kinds."""
    return [found for found in objects if found["kind"] in kinds]


def pods(objects: Objects, *kinds: str) -> Iterator[Pod]:
    """Yield the pods of objects of some kinds; of all that have pods when none is named."""
    for found in of_kind(objects, *(kinds or POD_KINDS)):
        template = found if found["kind"] == "Pod" else found["spec"]["template"]
        yield Pod(found, template["metadata"]["labels"], template["spec"])


def selected(objects: Objects, selector: Object) -> list[Pod]:
    """Return the pods that a selector is for."""
    return [pod for pod in pods(objects) if selects(selector, pod.labels)]


def security(pod: Pod, container: Object) -> Object:
    """Return a container's security context, with what it takes over from its pod."""
    return {**pod.context, **container.get("securityContext", {})}


def capabilities(container: Object, direction: str) -> list[str]:
    """Return the capabilities that a container drops or adds."""
    found: list[str] = (
        container.get("securityContext", {}).get("capabilities", {}).get(direction, [])
    )
    return found


def variables(container: Object) -> list[Object]:
    """Return the environment variables that a container sets by itself."""
    found: list[Object] = container.get("env", [])
    return found


def each_container(holds: Callable[[Pod, Object], bool], *kinds: str, init: bool = True) -> Rule:
    """Return a rule that every container must hold."""

    def rule(objects: Objects) -> Iterator[str]:
        for pod in pods(objects, *kinds):
            for container in pod_security.containers(pod.spec) if init else pod.spec["containers"]:
                if not holds(pod, container):
                    yield identity(pod.owner)

    return rule


def each_pod(holds: Callable[[Pod, Objects], bool], *kinds: str) -> Rule:
    """Return a rule that every pod must hold, knowing the other objects."""
    return lambda objects: (
        identity(pod.owner) for pod in pods(objects, *kinds) if not holds(pod, objects)
    )


def each(kind: str, holds: Callable[[Any, Objects], bool]) -> Rule:
    """Return a rule that every object of a kind must hold, knowing the others."""
    return lambda objects: (
        identity(found) for found in of_kind(objects, kind) if not holds(found, objects)
    )


def none_of(*kinds: str) -> Rule:
    """Return a rule that there is no object of some kinds, which is more than was asked."""
    return lambda objects: map(identity, of_kind(objects, *kinds))
