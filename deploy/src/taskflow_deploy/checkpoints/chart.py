"""Checkpoint four: the chart lints, renders and is installed."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from taskflow_deploy import kube, pod_secrets, records
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import ChartError, CommandError
from taskflow_deploy.sources import tree_hash

_POSTGRES_PORT = 5432
_RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


def run(deployment: Deployment) -> str:
    """Install or upgrade the release, unless this very content is deployed and verified."""
    values = chart_values(deployment)
    chart = kube.chart(deployment.paths.repository)
    deployment.content = hashlib.sha256(
        (tree_hash(chart) + json.dumps(values, sort_keys=True)).encode()
    ).hexdigest()
    revisions = kube.history(deployment.cluster)
    if _is_deployed(deployment, revisions):
        return f"revision {revisions[-1]['revision']}, unchanged"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "values.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        given = ["--values", str(chart / "values-local.yaml"), "--values", str(file)]
        _lint_and_render(deployment, chart, given)
        deployment.changed = True
        _repair_pending(deployment, revisions)
        secrets = pod_secrets.objects(deployment.settings, deployment.database_url)
        kube.apply(deployment.cluster, [_namespace(), *secrets])
        upgrade = ("upgrade", "--install", kube.OVERRIDE, kube.RELEASE, str(chart))
        _helm(deployment, *upgrade, *given)
    return f"revision {kube.history(deployment.cluster)[-1]['revision']} installed"


def chart_values(deployment: Deployment) -> dict[str, Any]:
    """Return the values of this deployment; no secret is among them."""
    values: dict[str, Any] = {}
    for component in pod_secrets.COMPONENTS:
        secret = pod_secrets.name(component, deployment.settings, deployment.database_url)
        name, _, tag = deployment.images[f"taskflow-{component}"].reference.partition(":")
        values[component] = {
            "image": {"repository": name, "tag": tag},
            "secrets": {"existingSecret": secret},
        }
    port = urlsplit(deployment.database_url).port or _POSTGRES_PORT
    values["networkPolicy"] = {"postgresPort": port}
    values["backend"]["config"] = {"corsOrigins": deployment.url, "environment": "local"}
    values["frontend"]["service"] = {"nodePort": deployment.settings.node_port}
    return values


def _is_deployed(deployment: Deployment, revisions: list[dict[str, Any]]) -> bool:
    verified = records.last_verified(deployment.paths)
    if verified is None or not revisions or verified.content != deployment.content:
        return False
    newest = revisions[-1]
    return bool(newest["revision"] == verified.revision and newest["status"] == "deployed")


def _namespace() -> dict[str, Any]:
    labels = {**kube.OWN_LABELS, **_RESTRICTED}
    metadata = {"name": kube.NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _lint_and_render(deployment: Deployment, chart: Path, given: list[str]) -> None:
    _helm(deployment, "lint", "--strict", str(chart), *given)
    _helm(deployment, "template", kube.RELEASE, str(chart), *given)


def _repair_pending(deployment: Deployment, revisions: list[dict[str, Any]]) -> None:
    """Make a release that an interrupted command left half-changed usable again."""
    if not revisions or not str(revisions[-1]["status"]).startswith("pending"):
        return
    deployment.output.warn("An earlier command was interrupted; the release is repaired first.")
    whole = [entry for entry in revisions if entry["status"] in {"deployed", "superseded"}]
    if whole:
        _helm(deployment, "rollback", kube.RELEASE, str(whole[-1]["revision"]), kube.OVERRIDE)
    else:
        _helm(deployment, "uninstall", kube.RELEASE)


def _helm(deployment: Deployment, *words: str) -> None:
    try:
        kube.helm(deployment.cluster, *words)
    except CommandError as error:
        raise ChartError(
            f"helm {words[0]} failed.",
            "The lines above say why; the chart is in helm/taskflow.",
            error.details,
        ) from None
