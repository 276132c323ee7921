"""Installs the release, and repairs one that an interrupted command left half-changed."""

from typing import Any

from taskflow_deploy import kube, pod_secrets, repair
from taskflow_deploy.checkpoints import rendering
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import InstallError

_RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


def install(deployment: Deployment) -> str:
    """Install or upgrade the release, unless this very content is deployed and verified.

    Raises
    ------
    InstallError
        Helm failed.
    """
    if deployment.unchanged:
        return f"revision {deployment.revisions[-1]['revision']}, unchanged"
    deployment.changed = True
    deployment.journal.note("release", "began")
    if repair.pending(deployment.revisions):
        deployment.output.warn("An earlier command was interrupted; the release is repaired first.")
        repair.repair(deployment.cluster, deployment.revisions)
    secrets = pod_secrets.objects(deployment.settings, deployment.database_url)
    kube.apply(deployment.cluster, [_namespace(), *secrets])
    with rendering.arguments(deployment, deployment.values) as words:
        rendering.helm(
            deployment, "upgrade", "--install", kube.OVERRIDE, *words, error=InstallError
        )
    number = kube.history(deployment.cluster)[-1]["revision"]
    deployment.output.note(f"  revision {number} is installed; its pods are waited for")
    return f"revision {number} installed"


def would_install(deployment: Deployment) -> str:
    """Tell what an installation would make."""
    if deployment.unchanged:
        return f"revision {deployment.revisions[-1]['revision']} stays"
    number = deployment.revisions[-1]["revision"] + 1 if deployment.revisions else 1
    return f"would make revision {number}"


def _namespace() -> dict[str, Any]:
    labels = {**kube.OWN_LABELS, **_RESTRICTED}
    metadata = {"name": kube.NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
