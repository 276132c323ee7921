"""What there is to explain: kept evidence, or a deployment that is ill now."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import ClusterNotRunningError, DeployError, UsageError
from taskflow_deploy.evidence import folder as folders
from taskflow_deploy.evidence.folder import Kept
from taskflow_deploy.first_cause import Cause
from taskflow_deploy.journal import moment
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.status import ill_now

NOW = "now"
_LINES = 200
# Where the pods decide what the failure is; of any other the message says it.
_OF_PODS = {"PodsError", "InstallError"}

ReadLog = Callable[[str, str, bool], list[str]]
"""Returns the lines of a pod's container; those of its run before, where the last is true."""


def _no_log(_pod: str, _container: str, _previous: bool) -> list[str]:
    return []


@dataclass(frozen=True)
class Case:
    """A failure, and what is known of it.

    Attributes
    ----------
    name
        The name of the evidence, or ``now``.
    at
        When it was looked at: UTC.
    cause
        The first cause that pods have; None where the error's own words are the cause.
    error
        The error of the evidence, as its record has it; empty for now.
    outcome
        What was done about it; empty where nothing was, or it is not known.
    folder
        Where the evidence is; None for now.
    """

    name: str
    at: str
    cause: Cause | None
    pods: Sequence[Mapping[str, Any]] = ()
    events: Sequence[Mapping[str, Any]] = ()
    error: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    folder: Path | None = None
    log: ReadLog = _no_log

    @property
    def is_gone(self) -> bool:
        """Whether what failed is not there any more: it was undone."""
        return bool(self.outcome)


def find(paths: Paths, cluster: Cluster, output: Output, name: str) -> Case | None:
    """Return what to explain: without a name what is ill now, else the newest evidence.

    Returns
    -------
    Case or None
        None where nothing is ill and nothing has failed.

    Raises
    ------
    UsageError
        There is no evidence of that name.
    ClusterNotRunningError
        ``now`` was asked for, and no cluster runs.
    """
    if name == NOW:
        if not cluster.status().running:
            raise ClusterNotRunningError(
                "The cluster does not run, so nothing can be looked at.",
                "See ./taskflow status.",
                mend="./taskflow cluster start",
            )
        return live(cluster)
    if name:
        return kept(_named(paths, name))
    try:
        now = live(cluster) if cluster.status().running else None
    except DeployError as error:
        output.warn(f"What is there now could not be looked at: {error.message}")
        now = None
    if now is not None:
        return now
    newest = folders.kept(paths)
    return kept(newest[-1]) if newest else None


def _named(paths: Paths, name: str) -> Kept:
    try:
        return folders.find(paths, name)
    except UsageError as error:
        more = f", {NOW}" if folders.kept(paths) else ""
        raise UsageError(error.message, f"{error.resolution}{more}") from None


def live(cluster: Cluster) -> Case | None:
    """Return what is ill now, or None."""
    where = ["-n", kube.NAMESPACE]
    pods = kube.read(cluster, "get", "pods", *where)["items"]
    events = kube.read(cluster, "get", "events", *where)["items"]
    cause = ill_now(pods, events)
    if cause is None:
        return None

    def log(pod: str, container: str, previous: bool) -> list[str]:
        words = ["logs", pod, *where, "--container", container, f"--tail={_LINES}"]
        before = ["--previous"] if previous else []
        return kube.kubectl(cluster, *words, *before, check=False).stdout.splitlines()

    return Case(NOW, moment(), cause, pods, events, log=log)


def kept(one: Kept) -> Case:
    """Return the case that evidence holds."""
    pods, events = _items(one.folder / "pods.json"), _items(one.folder / "events.json")
    error = one.record.get("error") or {"message": one.error, "details": _details(one.folder)}
    told = one.record.get("first_cause") or {}
    cause = ill_now(pods, events) if pods else None
    if cause is None and error.get("type") in _OF_PODS and told.get("kind", "error") != "error":
        names = ("sentence", "kind", "pod", "container")
        cause = Cause(**{name: str(told.get(name, "")) for name in names})

    def log(pod: str, container: str, previous: bool) -> list[str]:
        files = ("logs-previous.txt",) if previous else ("logs.txt", "logs-init.txt")
        begin = f"[pod/{pod}/{container}] "
        return [
            line.removeprefix(begin)
            for file in files
            for line in _text(one.folder / file).splitlines()
            if line.startswith(begin)
        ]

    outcome = one.outcome if (one.record.get("outcome") or {}).get("undone", True) else ""
    return Case(one.name, one.at, cause, pods, events, error, outcome, one.folder, log)


def _items(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return list(found["items"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # it was not to be had
        return []


def _details(folder: Path) -> list[str]:
    """Return what evidence of old says of its error beside the message."""
    return _text(folder / "failure.txt").splitlines()[2:]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
