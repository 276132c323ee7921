"""Checkpoint one: the machine, the cluster and the database are as they must be."""

from collections.abc import Callable

from taskflow_deploy.checkpoints import database, frozen, machine, node
from taskflow_deploy.checkpoints.checkpoint import Checkpoint, Stage
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check, Found, Look, skipped
from taskflow_deploy.clusters import select
from taskflow_deploy.clusters.guard import require_our_cluster
from taskflow_deploy.errors import ClusterNotRunningError

_NOT_RUNNING = "the cluster does not run yet; up starts it"


def of_the_kind(deployment: Deployment) -> list[Check[Deployment]]:
    """Return what the cluster's kind needs of the machine."""
    return [
        Check(check.id, check.title, _of_machine(check.run), mend=check.mend)
        for check in deployment.cluster.requirements()
    ]


def _of_machine(look: Look[None]) -> Look[Deployment]:
    def run(_deployment: Deployment) -> str | Found:
        return look(None)

    run.__doc__ = look.__doc__
    return run


def _start(deployment: Deployment) -> str:
    """Have the cluster run; nothing is written to one that is not ours."""
    cluster = deployment.cluster
    if cluster.kubeconfig.exists() and cluster.kubectl.exists():
        require_our_cluster(cluster)
    select.remember(deployment.paths, cluster)
    cluster.start()
    deployment.runs = True
    return f"{cluster.kind} runs"


def _would_start(deployment: Deployment) -> str | Found:
    found = deployment.cluster.status()
    if found.running:
        return f"{deployment.cluster.kind} runs"
    state = "is stopped" if found.exists else "is not created yet"
    return skipped(f"{deployment.cluster.kind} {state}; up starts it", "./taskflow cluster start")


def _guard(deployment: Deployment) -> str:
    """Refuse a context that is not the chosen cluster's, or not on this machine."""
    require_our_cluster(deployment.cluster)
    return f"context {deployment.cluster.context} is ours, and local"


def _if_running(look: Look[Deployment]) -> Callable[[Deployment], str | Found]:
    """Return a look that is skipped where the cluster does not run."""

    def plan(deployment: Deployment) -> str | Found:
        if not deployment.is_running:
            return skipped(_NOT_RUNNING, "./taskflow up")
        return look(deployment)

    return plan


def _inside(id_: str, title: str, look: Look[Deployment], mend: str = "") -> Check[Deployment]:
    return Check(f"prerequisites.{id_}", title, look, _if_running(look), mend)


def _fact(deployment: Deployment) -> str:
    return f"{deployment.cluster.kind} cluster, {deployment.database}"


def _recall(deployment: Deployment) -> None:
    if not deployment.is_running:
        raise ClusterNotRunningError(
            "The cluster does not run.", "Start at the beginning: ./taskflow up",
            mend="./taskflow up",
        )  # fmt: skip
    _guard(deployment)
    database.have(deployment)


_MACHINE: Stage = (
    Check("prerequisites.cores", "Processors", machine.cores),
    Check("prerequisites.memory", "Memory", machine.memory),
    Check("prerequisites.proxy", "Proxy", machine.proxy),
    Check("prerequisites.certificates", "Certificates", machine.certificates),
    Check("prerequisites.secrets", "Secrets", machine.secrets),
    Check("prerequisites.assistant", "Assistant", machine.assistant),
    Check("prerequisites.frozen", "Sources", frozen.is_the_tags),
    Check("prerequisites.database-url", "Your database", database.given),
)
_CLUSTER: Stage = (
    _inside("health", "Node", node.health),
    _inside("node-disk", "Disk of the node", node.disk),
    _inside("dns", "DNS", node.names),
    _inside("versions", "Versions", node.versions),
    _inside("clock", "Clocks", node.clock),
    _inside("port", "Node port", node.port),
    _inside("release", "Release", node.release),
    _inside("permissions", "Permissions", node.permissions),
    _inside("room", "Room for the pods", node.room),
)

CHECKPOINT = Checkpoint(
    id="prerequisites",
    title="prerequisites",
    stages=(
        _MACHINE,
        (Check("prerequisites.cluster", "Cluster", _start, _would_start),),
        (_inside("guard", "Guard", _guard),),
        _CLUSTER,
        (Check("prerequisites.database", "Database", database.have, database.would_have),),
        (Check("prerequisites.reached", "Database from inside", database.reached),),
    ),
    fact=_fact,
    recall=_recall,
    more=of_the_kind,
    unproven="that a cluster that does not run yet starts",
)
