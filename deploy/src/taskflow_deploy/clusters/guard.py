"""Nothing is ever written to a cluster that is not plainly ours."""

import ipaddress
import json
from urllib.parse import urlsplit

from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import CommandError, ContextRefusedError
from taskflow_deploy.runner import run

_OURS = {"embedded": "taskflow-embedded", "minikube": "taskflow"}


def require_our_cluster(cluster: Cluster) -> None:
    """Refuse a context that is not ours by name, or whose address is not on this machine.

    Raises
    ------
    ContextRefusedError
        The reason is in the message.
    """
    where = ["--kubeconfig", str(cluster.kubeconfig), "--context", cluster.context]
    command = [str(cluster.kubectl), "config", "view", "--minify", *where, "-o", "json"]
    try:
        view = json.loads(run(command).stdout)
    except CommandError as error:
        raise ContextRefusedError(
            f"The context {cluster.context} cannot be read.",
            "Run ./taskflow cluster delete, then ./taskflow up.",
            error.details,
        ) from None
    if cluster.context != _OURS[cluster.kind]:
        raise _refused(cluster, "it is not the context that TaskFlow makes")
    if any("exec" in user["user"] or "auth-provider" in user["user"] for user in view["users"]):
        raise _refused(cluster, "it logs in by a program, as cloud clusters do")
    host = urlsplit(view["clusters"][0]["cluster"]["server"]).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise _refused(cluster, f"its address {host!r} is a name, not a local address") from None
    if not (address.is_private or address.is_loopback):
        raise _refused(cluster, f"its address {host} is public")


def _refused(cluster: Cluster, reason: str) -> ContextRefusedError:
    return ContextRefusedError(
        f"The context {cluster.context} is refused: {reason}.",
        "TaskFlow deploys to its own local clusters only; use --cluster embedded or minikube.",
    )
