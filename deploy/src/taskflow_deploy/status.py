"""How a deployment is: whether it is up, what runs, what it was proven with, what happened last."""

import http.client
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from taskflow_deploy import first_cause, journal, kube, lock, records, settings, sources
from taskflow_deploy.clusters.base import Cluster, ClusterStatus, PartStatus
from taskflow_deploy.errors import ClusterError, DeployError
from taskflow_deploy.evidence import folder
from taskflow_deploy.evidence.folder import Kept
from taskflow_deploy.first_cause import Cause
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres import server

NOT_DEPLOYED = "not deployed"
_ANSWER_SECONDS = 3.0
_CONNECT_SECONDS = 1.0
_MEASURE_SECONDS = 2
_POSTGRES_PORT = 5432


@dataclass(frozen=True)
class Pod:
    """A pod of the app.

    Attributes
    ----------
    ready, containers
        How many of its containers are ready, of how many.
    restarts
        How often its containers were started again.
    age
        Seconds.
    memory
        Bytes that it works with; None where the node does not tell.
    image
        Name and tag of its container.
    """

    name: str
    phase: str
    is_ready: bool
    ready: int
    containers: int
    restarts: int
    age: float
    memory: int | None
    image: str


@dataclass(frozen=True)
class Last:
    """The last command that changed something.

    Attributes
    ----------
    how
        ``verified``, ``stopped`` or ``failed``; ``running`` while it is at work, ``killed`` where
        it did not come to an end.
    at
        When it ended, or did its last step: UTC.
    reason
        Why it failed, or what it was doing; may be empty.
    """

    command: str
    how: str
    at: str
    reason: str


@dataclass
class Status:
    """What is known of a deployment.

    Attributes
    ----------
    state
        ``up``, ``ill``, ``stopped`` or ``not deployed``.
    reason
        Why it is not up; empty where it is.
    url
        Where it answers, or ``not deployed``.
    revision, verified
        Helm's number of what runs, and when that was verified; empty for never.
    differs
        The parts of the app whose sources here are others than those of what runs.
    database
        Which one, and how it is.
    """

    kind: str
    url: str
    state: str = NOT_DEPLOYED
    reason: str = ""
    cluster: ClusterStatus = field(default_factory=lambda: ClusterStatus(False, False))
    revision: int | None = None
    verified: str = ""
    differs: list[str] = field(default_factory=list)
    pods: list[Pod] = field(default_factory=list)
    database: PartStatus = field(default_factory=lambda: PartStatus("database", False, ""))
    last: Last | None = None
    evidence: Kept | None = None


def look(paths: Paths, cluster: Cluster) -> Status:
    """Look at everything, and change nothing.

    Raises
    ------
    ClusterError
        The cluster stopped answering meanwhile.
    """
    verified = records.last_verified(paths)
    found = Status(cluster.kind, verified.url if verified else NOT_DEPLOYED)
    kept = folder.kept(paths)
    found.evidence = kept[-1] if kept else None
    found.last = last_command(paths)
    with ThreadPoolExecutor(max_workers=6) as pool:
        database = pool.submit(_database, paths)
        wanted = pool.submit(sources.images, paths.repository)
        found.cluster = cluster.status()
        if found.cluster.running:
            asked = pool.submit(kube.read, cluster, "get", "pods", "-n", kube.NAMESPACE)
            events = pool.submit(kube.read, cluster, "get", "events", "-n", kube.NAMESPACE)
            history = pool.submit(kube.history, cluster)
            trouble = pool.submit(unanswered, found.url) if verified else None
            pods = asked.result()["items"]
            found.pods = _pods(cluster, pods)
            _add_revision(found, paths, history.result())
            _add_state(found, pods, events.result()["items"], trouble.result() if trouble else "")
        elif found.cluster.exists and verified:
            found.state, found.reason = "stopped", "The cluster is stopped."
        found.database = database.result()
        running = {pod.image for pod in found.pods if pod.is_ready}
        images = wanted.result() if found.pods else []
        found.differs = [
            image.name.removeprefix("taskflow-")
            for image in images
            if image.reference not in running
        ]
    return found


def _add_revision(found: Status, paths: Paths, history: Sequence[Mapping[str, Any]]) -> None:
    if history:
        number = found.revision = int(history[-1]["revision"])
        proven = {entry.revision: entry.at for entry in records.all_verified(paths)}
        found.verified = proven.get(number, "")


def _add_state(found: Status, pods: Sequence[Any], events: Sequence[Any], trouble: str) -> None:
    cause = ill_now(pods, events)
    if found.revision is None and not found.pods:
        return
    if cause is not None:
        found.state, found.reason = "ill", cause.sentence
    elif not found.pods:
        found.state, found.reason = "ill", "There is no pod."
    elif trouble:
        found.state, found.reason = "ill", trouble
    else:
        found.state = "up"


def ill_now(pods: Sequence[Any], events: Sequence[Any]) -> Cause | None:
    """Return the first cause of what is ill now, or None.

    A pod that is ready is well, however often it was started again; and what once could not be
    made does not matter where there is a pod.
    """
    made = [one for one in events if one.get("reason") != "FailedCreate"]
    return first_cause.find(pods, made if pods else events)


def unanswered(url: str) -> str:
    """Return why an address does not answer as a TaskFlow does; empty where it answers."""
    parts = urlsplit(url)
    # No proxy is asked: the address is on this machine.
    connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as failed:
        return f"{url} does not answer: {str(failed) or type(failed).__name__}."
    finally:
        connection.close()
    return "" if status == http.client.OK else f"{url}/health answers with {status}, not 200."


def last_command(paths: Paths) -> Last | None:
    """Return what the last command that changed something did, and how it ended."""
    noted = journal.last(paths)
    if noted is None or not noted.entries:
        return None
    entry = noted.entries[-1]
    cut = journal.cut_short(noted)
    if cut is not None:
        how = "running" if lock.is_held(paths) else "killed"
        return Last(noted.command, how, entry["at"], f"at {cut}")
    failed = [one["reason"] for one in noted.entries if one["verdict"] == "failed"]
    how = str(entry["reason"])
    return Last(noted.command, how, entry["at"], failed[-1] if failed and how == "failed" else "")


def _database(paths: Paths) -> PartStatus:
    """Return how the database is: the user's own where there is one, else ours."""
    try:
        url = settings.load(paths, keep=False).database_url
    except DeployError as error:
        return PartStatus("database", False, error.message)
    if url is None:
        return server.status(paths)
    parts = urlsplit(url)
    place = parts.hostname or "", parts.port or _POSTGRES_PORT
    named = f"yours (DATABASE_URL), {place[0]}:{place[1]}"
    try:
        with socket.create_connection(place, timeout=_CONNECT_SECONDS):
            return PartStatus("database", True, f"{named}, takes connections")
    except OSError as failed:
        return PartStatus("database", False, f"{named}, does not answer: {failed}")


def _pods(cluster: Cluster, found: Sequence[Mapping[str, Any]]) -> list[Pod]:
    """Return the app's pods; those that came to their good end are left out."""
    there = [pod for pod in found if pod["status"].get("phase") != "Succeeded"]
    nodes = {str(pod["spec"].get("nodeName", "")) for pod in there} - {""}
    used: dict[str, int] = {}
    for node in nodes:
        used |= _memory(cluster, node)
    return [_pod(pod, used) for pod in there]


def _pod(pod: Mapping[str, Any], used: Mapping[str, int]) -> Pod:
    name, status = pod["metadata"]["name"], pod["status"]
    containers = status.get("containerStatuses", ())
    wanted = pod["spec"]["containers"]
    return Pod(
        name=name,
        phase=str(status.get("phase", "Unknown")),
        is_ready=first_cause.is_ready(pod),
        ready=sum(bool(one.get("ready")) for one in containers),
        containers=len(wanted),
        restarts=sum(first_cause.restarts(pod).values()),
        age=seconds_since(pod["metadata"].get("creationTimestamp", "")),
        memory=used.get(name) or None,  # a kubelet that has not counted yet says 0
        image=str(wanted[0]["image"]),
    )


def _memory(cluster: Cluster, node: str) -> dict[str, int]:
    """Return the bytes that each of the app's pods on a node works with, as its kubelet counts.

    Nothing where that cannot be learned: it is good to know, not more.
    """
    try:
        told = kube.stats(cluster, node, seconds=_MEASURE_SECONDS)["pods"]
    except (ClusterError, ValueError, KeyError):
        return {}
    return {
        one["podRef"]["name"]: int(one["memory"]["workingSetBytes"])
        for one in told
        if one["podRef"].get("namespace") == kube.NAMESPACE
        and "workingSetBytes" in one.get("memory", {})
    }


def seconds_since(moment: str, now: Callable[[], float] = time.time) -> float:
    """Return the seconds since a time in ISO 8601; 0 for none."""
    if not moment:
        return 0.0
    then = datetime.fromisoformat(moment)
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, now() - then.timestamp())
