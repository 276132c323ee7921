"""What the system that is deployed knows itself: what to verify it with."""

import base64

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.contract.verify import Knowledge
from taskflow_deploy.errors import ClusterNotRunningError
from taskflow_deploy.redaction import hide


def knowledge(cluster: Cluster, url: str) -> Knowledge:
    """Read what the deployed backend signs with, and whether Claude speaks in it.

    It is read from the cluster and not from the settings: what was rolled back to may have been
    deployed with others.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    ClusterNotRunningError
        No backend is deployed there by the deployer.
    """
    backends = kube.read(cluster, "get", "deployments", "-l", "app=taskflow,component=backend")
    names = {
        source["secretRef"]["name"]
        for backend in backends["items"]
        for source in backend["spec"]["template"]["spec"]["containers"][0]["envFrom"]
        if "secretRef" in source
    }
    selector = kube.selector(kube.OWN_LABELS)
    secrets = kube.read(cluster, "get", "secrets", "-n", kube.NAMESPACE, "-l", selector)["items"]
    read = [secret["data"] for secret in secrets if secret["metadata"]["name"] in names]
    if not read:
        raise ClusterNotRunningError("No backend is deployed.", "Run ./taskflow up.")
    key, model = (
        hide(base64.b64decode(read[0].get(entry, "")).decode())
        for entry in ("BETTER_AUTH_SECRET", "ANTHROPIC_API_KEY")
    )
    return Knowledge(url, key or None, model_is_live=bool(model))
