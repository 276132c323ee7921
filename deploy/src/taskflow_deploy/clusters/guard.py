"""Nothing is ever written to a cluster that is not plainly ours.

By what it is, not by what it is called: a name and a private address are easily had by another.
"""

import base64
import ipaddress
import json
from urllib.parse import urlsplit

from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import CommandError, ContextRefusedError
from taskflow_deploy.runner import run

_OURS = {"embedded": "taskflow-embedded", "minikube": "taskflow"}


def require_our_cluster(cluster: Cluster) -> None:
    """Refuse a context that is not ours, or whose address is not on this machine.

    It is ours when its API has the address and the authority of the chosen cluster.

    Raises
    ------
    ContextRefusedError
        The reason is in the message.
    """
    where = ["--kubeconfig", str(cluster.kubeconfig), "--context", cluster.context]
    command = [str(cluster.kubectl), "config", "view", "--minify", "--flatten", *where,
               "-o", "json", "--raw"]  # fmt: skip
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
    # kubectl writes null where a context names no cluster or no user.
    users = [entry["user"] for entry in view["users"] or ()]
    if any("exec" in user or "auth-provider" in user for user in users):
        raise _refused(cluster, "it logs in by a program, as cloud clusters do")
    [entry] = view["clusters"] or [{"cluster": {}}]
    server = entry["cluster"].get("server", "")
    authority = base64.b64decode(entry["cluster"].get("certificate-authority-data", "")).decode()
    try:
        address = ipaddress.ip_address(urlsplit(server).hostname or "")
    except ValueError:
        raise _refused(cluster, f"{server!r} is not at a local address") from None
    if not (address.is_private or address.is_loopback):
        raise _refused(cluster, f"its address {address} is public")
    if reason := cluster.refusal(server, authority):
        raise _refused(cluster, reason)


def _refused(cluster: Cluster, reason: str) -> ContextRefusedError:
    return ContextRefusedError(
        f"The context {cluster.context} is refused: {reason}.",
        "TaskFlow deploys to its own local clusters only; use --cluster embedded or minikube.",
    )
