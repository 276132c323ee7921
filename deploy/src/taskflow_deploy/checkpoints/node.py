"""What the running cluster gives: health, names, a clock, room and permission."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from typing import Any

from taskflow_deploy import kube, manifests
from taskflow_deploy.checkpoints import rendering
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Found, warned
from taskflow_deploy.errors import (
    ClusterError,
    CommandError,
    ForbiddenError,
    PortInUseError,
    ResourcesError,
)

_GIGABYTE = 10**9
_LEAST_DISK = 2 * _GIGABYTE
_DNS_NAME = "kubernetes.default.svc.cluster.local"
_LARGEST_MINOR_SKEW = 1  # https://kubernetes.io/releases/version-skew-policy/#kubectl
_LARGEST_CLOCK_SKEW = 30.0
# What we make beside the chart.
_OURS = ("v1/Namespace", "v1/Secret")
# A node renews its lease every ten seconds.
_LEASE_SECONDS = 10.0
_one_at_a_time = threading.Lock()
_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "": 1}


def _see(deployment: Deployment, kind: str) -> list[dict[str, Any]]:
    """Return the cluster's objects of a kind; all kinds are read at once, by whoever asks first."""
    with _one_at_a_time:
        if deployment.seen is None:
            everything = ("get", "nodes,services,leases", "--all-namespaces")
            deployment.seen = kube.read(deployment.cluster, *everything)["items"]
    return [entry for entry in deployment.seen if entry["kind"] == kind]


def health(deployment: Deployment) -> str:
    """Look at the node.

    Raises
    ------
    ClusterError
        It is not ready, or short of something.
    """
    nodes = _see(deployment, "Node")
    if not nodes:
        raise ClusterError("The cluster has no node.", "Start it anew: ./taskflow cluster start")
    node = nodes[0]
    conditions = {entry["type"]: entry for entry in node["status"]["conditions"]}
    ill = [name for name in _PRESSURES if conditions.get(name, {}).get("status") == "True"]
    if conditions["Ready"]["status"] != "True":
        ill = [conditions["Ready"].get("message", "not ready"), *ill]
    if ill:
        raise ClusterError(
            f"The node is not well: {', '.join(ill)}",
            "See ./taskflow kubectl describe nodes",
            mend="./taskflow kubectl describe nodes",
        )
    return f"node ready, Kubernetes {node['status']['nodeInfo']['kubeletVersion']}"


def disk(deployment: Deployment) -> str:
    """Measure the free disk of the node, where images and logs are kept.

    Raises
    ------
    ResourcesError
        It is so little that the node would soon end pods.
    """
    told: list[str] = []
    for node in _see(deployment, "Node"):
        name = node["metadata"]["name"]
        free = kube.stats(deployment.cluster, name)["node"]["fs"]["availableBytes"]
        told.append(f"{free / _GIGABYTE:.1f} GB free in the node")
        if free < _LEAST_DISK:
            raise ResourcesError(
                f"There are only {told[-1]}; {_LEAST_DISK / _GIGABYTE:.0f} GB are needed.",
                "Remove what you do not need, or begin anew: ./taskflow cluster delete",
                mend="./taskflow cluster delete",
            )
    return ", ".join(told)


def names(deployment: Deployment) -> str:
    """Ask the cluster's DNS.

    Raises
    ------
    ClusterError
        It does not answer.
    """
    if not deployment.cluster.resolves(_DNS_NAME):
        raise ClusterError(
            "The cluster's DNS does not answer.",
            "See ./taskflow kubectl get pods -n kube-system",
            mend="./taskflow kubectl get pods -n kube-system",
        )
    return "answers"


def versions(deployment: Deployment) -> str | Found:
    """Compare kubectl's version with the server's."""
    found = kube.read(deployment.cluster, "version")
    ours, theirs = found["clientVersion"]["gitVersion"], found["serverVersion"]["gitVersion"]
    skew = _minor(ours) - _minor(theirs)
    said = f"kubectl {ours}, server {theirs}"
    if abs(skew) > _LARGEST_MINOR_SKEW:
        return warned(f"{said}: they are {abs(skew)} minor versions apart, and 1 is supported.")
    return said


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def clock(deployment: Deployment) -> str | Found:
    """Compare the node's clock with ours: tokens and certificates depend on it.

    Raises
    ------
    ResourcesError
        They differ by more than half a minute.
    """
    everyone = _see(deployment, "Lease")
    leases = [one for one in everyone if one["metadata"]["namespace"] == "kube-node-lease"]
    if not leases:
        return warned("the node has renewed no lease, so its clock cannot be compared.")
    renewed = dt.datetime.fromisoformat(leases[0]["spec"]["renewTime"])
    age = (dt.datetime.now(dt.UTC) - renewed).total_seconds()
    # The lease is between 0 and 10 s old where both clocks agree.
    skew = max(-age, age - _LEASE_SECONDS, 0.0)
    if skew > _LARGEST_CLOCK_SKEW:
        raise ResourcesError(
            f"The node's clock and this machine's are at least {skew:.0f} s apart.",
            "Set the clocks, then restart the cluster: ./taskflow cluster stop && "
            "./taskflow cluster start",
            mend="./taskflow cluster stop && ./taskflow cluster start",
        )
    return "the node's and this machine's agree"


def port(deployment: Deployment) -> str:
    """Look whether the node port is free, or ours.

    Raises
    ------
    PortInUseError
        Another service has it.
    """
    wanted = deployment.settings.node_port
    for service in _see(deployment, "Service"):
        taken = [entry.get("nodePort") for entry in service["spec"].get("ports", ())]
        metadata = service["metadata"]
        if wanted in taken and metadata["namespace"] != kube.NAMESPACE:
            raise PortInUseError(
                f"Node port {wanted} belongs to the service {metadata['name']}.",
                "Set TASKFLOW_NODE_PORT to another one, 30000 to 32767.",
                mend=f"TASKFLOW_NODE_PORT={wanted + 1} ./taskflow up",
            )
    return f"{wanted} is free or ours"


def release(deployment: Deployment) -> str | Found:
    """Look whether an interrupted command left the release half-changed."""
    deployment.revisions = kube.history(deployment.cluster)
    if not deployment.revisions:
        return "not installed yet"
    newest = deployment.revisions[-1]
    said = f"revision {newest['revision']}, {newest['status']}"
    if str(newest["status"]).startswith("pending"):
        return warned(f"{said}: a command was interrupted; up repairs it.", "./taskflow up")
    return said


def permissions(deployment: Deployment) -> str:
    """Ask the API whether we may make each kind that the chart holds.

    Raises
    ------
    ForbiddenError
        We may not.
    """
    rendered = {kind for kind, _ in manifests.split(rendering.render(deployment))}
    wanted = sorted({*rendered, *_OURS})
    # kubectl makes one review of each kind in one call; these objects are answers and never kept.
    reviews = [_review(*kind.rpartition("/")[::2]) for kind in wanted]
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": reviews})
    try:
        done = kube.kubectl(deployment.cluster, "create", "-f", "-", "-o", "json", stdin=given)
    except CommandError as error:
        raise ClusterError(
            "Permissions could not be asked for.", "See ./taskflow status.", error.details
        ) from None
    denied = [
        f"{answer['spec']['resourceAttributes']['resource']}"
        for answer in _answers(done.stdout)
        if not answer["status"].get("allowed")
    ]
    if denied:
        raise ForbiddenError(
            f"The cluster does not let us make {', '.join(denied)}.",
            "Use a cluster of your own: --cluster embedded or minikube.",
            mend="./taskflow kubectl auth can-i --list -n taskflow",
        )
    return f"may make all {len(wanted)} kinds that are needed"


def _answers(text: str) -> Iterator[dict[str, Any]]:
    """Return the objects that kubectl printed one after the other."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text.rstrip()):
        answer, place = decoder.raw_decode(text, place)
        yield answer
        place += len(text[place:]) - len(text[place:].lstrip())


def _review(group_version: str, kind: str) -> dict[str, Any]:
    group = group_version.rpartition("/")[0]
    resource = f"{kind.lower()[:-1]}ies" if kind.endswith("y") else f"{kind.lower()}s"
    attributes = {"namespace": kube.NAMESPACE, "verb": "create", "group": group,
                  "resource": resource}  # fmt: skip
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def room(deployment: Deployment) -> str:
    """Compare what the chart's pods ask for with what the node can give.

    Raises
    ------
    ResourcesError
        They would find no place.
    """
    [node] = _see(deployment, "Node")[:1]
    gives = node["status"]["allocatable"]
    asked_cpu = asked_memory = 0.0
    for spec, replicas in manifests.pod_specs(rendering.render(deployment)):
        for container in spec["containers"]:
            requests = container.get("resources", {}).get("requests", {})
            asked_cpu += replicas * cpu(requests.get("cpu", "0"))
            asked_memory += replicas * size(requests.get("memory", "0"))
    said = (
        f"the pods ask for {asked_cpu:g} cores and {asked_memory / 2**20:.0f} Mi, the node has "
        f"{cpu(gives['cpu']):g} and {size(gives['memory']) / 2**20:.0f} Mi"
    )
    if asked_cpu > cpu(gives["cpu"]) or asked_memory > size(gives["memory"]):
        raise ResourcesError(
            f"The pods find no place: {said}.",
            "Give the node more, or ask for less in helm/taskflow/values-local.yaml.",
            mend="./taskflow kubectl describe nodes",
        )
    return said


def cpu(quantity: str) -> float:
    """Return cores of a Kubernetes quantity, such as ``250m``."""
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def size(quantity: str) -> float:
    """Return bytes of a Kubernetes quantity, such as ``256Mi``."""
    unit = quantity[-2:] if quantity[-2:] in _BYTES else ""
    return float(quantity.removesuffix(unit)) * _BYTES[unit]
