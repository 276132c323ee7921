"""The chart's values for a deployment, and the chart rendered with them."""

import hashlib
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from taskflow_deploy import kube, pod_secrets, sources
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import ChartError, CommandError, DeployError

_POSTGRES_PORT = 5432
_LONGEST_REASON = 300
_one_at_a_time = threading.Lock()


def values(deployment: Deployment) -> dict[str, Any]:
    """Return the values of this deployment; no secret is among them."""
    made: dict[str, Any] = {}
    repository = deployment.paths.repository
    # A file may have been saved since they were built: what was built is what is deployed.
    references = {name: image.reference for name, image in deployment.images.items()}
    if len(references) < len(pod_secrets.COMPONENTS):
        would_be = {image.name: image.reference for image in sources.images(repository)}
        references = would_be | references
    for component in pod_secrets.COMPONENTS:
        secret = pod_secrets.name(component, deployment.settings, deployment.database_url)
        name, _, tag = references[f"taskflow-{component}"].partition(":")
        made[component] = {
            "image": {"repository": name, "tag": tag},
            "secrets": {"existingSecret": secret},
        }
    port = urlsplit(deployment.database_url).port or _POSTGRES_PORT
    made["networkPolicy"] = {"postgresPort": port}
    made["backend"]["config"] = {"corsOrigins": deployment.url, "environment": "local"}
    made["frontend"]["service"] = {"nodePort": deployment.settings.node_port}
    return made


def content(deployment: Deployment, given: dict[str, Any]) -> str:
    """Return a hash of the chart and its values: what is to be deployed."""
    chart = kube.chart(deployment.paths.repository)
    text = sources.tree_hash(chart) + json.dumps(given, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def render(deployment: Deployment) -> str:
    """Return the chart, rendered; each content is rendered once.

    Raises
    ------
    ChartError
        It does not render.
    """
    with _one_at_a_time:  # checks side by side want the same
        given = values(deployment)
        key = content(deployment, given)
        if key not in deployment.rendered:
            with arguments(deployment, given) as words:
                done = helm(deployment, "template", *words, "--no-hooks")
            deployment.rendered[key] = done
        return deployment.rendered[key]


@contextmanager
def arguments(deployment: Deployment, given: dict[str, Any]) -> Iterator[list[str]]:
    """Have the release, the chart and its values as arguments for Helm."""
    chart = kube.chart(deployment.paths.repository)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "values.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        local = str(chart / "values-local.yaml")
        yield [kube.RELEASE, str(chart), "--values", local, "--values", str(file)]


def helm(deployment: Deployment, *words: str, error: type[DeployError] = ChartError) -> str:
    """Run Helm and return what it printed.

    Raises
    ------
    DeployError
        It failed: a :class:`ChartError`, or the given one; the details say why.
    """
    try:
        return kube.helm(deployment.cluster, *words).stdout
    except CommandError as failed:
        raise error(
            f"helm {words[0]} failed: {_reason(failed.details)}",
            "The lines above say why; the chart is in helm/taskflow.",
            failed.details,
            mend="./taskflow up --dry-run",
        ) from None


def _reason(lines: Sequence[str]) -> str:
    """Return what Helm names as the reason, in one line."""
    for marks in (("[ERROR] ", "[WARNING] "), ("Error: ",)):
        for number, line in enumerate(lines):
            if line.startswith(marks):
                text = [line.partition(" ")[2], *takewhile(_goes_on, lines[number + 1 :])]
                return " ".join(" ".join(text).split())[:_LONGEST_REASON]
    return "it does not say why."


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("[")
