"""The Secrets that pods read, made by the deployer and named by their content.

A Secret is never changed, only replaced by another one: a revision that is rolled
back to finds the secrets it was verified with.
"""

import hashlib
import hmac
import json
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.settings import Settings

COMPONENTS = ("backend", "frontend")
_NAME_LETTERS = 10
_KEPT = 10


def name(component: str, settings: Settings, database_url: str) -> str:
    """Return the name of a component's Secret; it tells nothing about the content."""
    text = json.dumps(_values(component, settings, database_url), sort_keys=True)
    key = settings.better_auth_secret.encode()
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"taskflow-{component}-secrets-{digest[:_NAME_LETTERS]}"


def objects(settings: Settings, database_url: str) -> list[dict[str, Any]]:
    """Return the Secrets to apply."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name(component, settings, database_url),
                "namespace": kube.NAMESPACE,
                "labels": kube.OWN_LABELS,
            },
            "immutable": True,
            "stringData": _values(component, settings, database_url),
        }
        for component in COMPONENTS
    ]


def remove_old(cluster: Cluster, settings: Settings, database_url: str) -> None:
    """Remove the Secrets of long ago; those in use and the newest others are kept."""
    used = {name(component, settings, database_url) for component in COMPONENTS}
    selector = kube.selector(kube.OWN_LABELS)
    found = kube.read(cluster, "get", "secrets", "-n", kube.NAMESPACE, "-l", selector)["items"]
    newest_first = sorted(
        (secret["metadata"] for secret in found if secret["metadata"]["name"] not in used),
        key=lambda metadata: str(metadata["creationTimestamp"]),
        reverse=True,
    )
    for metadata in newest_first[_KEPT:]:
        kube.kubectl(cluster, "delete", "secret", metadata["name"], "-n", kube.NAMESPACE)


def _values(component: str, settings: Settings, database_url: str) -> dict[str, str]:
    shared = {"BETTER_AUTH_SECRET": settings.better_auth_secret}
    if component == "frontend":
        return shared
    if settings.previous_secret:
        shared["BETTER_AUTH_SECRET_PREVIOUS"] = settings.previous_secret
    return {
        **shared,
        "DATABASE_URL": database_url,
        "ANTHROPIC_API_KEY": settings.anthropic_api_key,
    }
