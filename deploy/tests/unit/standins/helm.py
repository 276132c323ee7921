"""Helm 4: revisions of one release, and the pods that a revision leads to."""

from __future__ import annotations

import json
import os
import sys

from tests.unit.standins.world import WHICH_CLUSTER, World, parse, stop, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

OVERRIDE = "--force-conflicts"
_REVISION = "deployment.kubernetes.io/revision"


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``helm``."""
    given, rest = take(words, WHICH_CLUSTER["helm"])
    if rest[0] == "version":
        parse("helm version", rest[1:], flags=["--short"], required=["--short"])
        sys.stdout.write(world.get("helm_version", "v4.0.1+g12500dd") + "\n")
        return
    if not all(given.values()):
        stop("the stand-in never uses the user's own kubeconfig, context or namespace")
    commands = {
        "history": _history, "lint": _lint, "template": _template, "upgrade": _upgrade,
        "rollback": _rollback, "uninstall": _uninstall, "get": _get,
    }  # fmt: skip
    commands[rest[0]](world, given["--namespace"][0], rest[1:])


def _history(world: World, _namespace: str, words: list[str]) -> None:
    asked = parse("helm history", words, options={"-o": ("table", "json", "yaml")},
                  positional=["release"])  # fmt: skip
    shown = [
        {
            "revision": revision["revision"],
            "updated": "2026-01-20T10:30:00Z",
            "status": revision["status"],
            "chart": "taskflow-1.0.0",
            "app_version": "1.0.0",
            "description": "Upgrade complete",
        }
        for revision in _revisions(world)
    ]
    if asked["-o"] == ["json"]:
        sys.stdout.write(json.dumps(shown))
    else:
        sys.stdout.write("".join(f"{entry['revision']} {entry['status']}\n" for entry in shown))


def _lint(_world: World, _namespace: str, words: list[str]) -> None:
    _values("lint", words, ["chart"], flags=["--strict"])


def _template(_world: World, _namespace: str, words: list[str]) -> None:
    values = _values("template", words, ["release", "chart"], flags=["--no-hooks"])
    sys.stdout.write(_manifest(values))


def _manifest(values: dict[str, Any]) -> str:
    """Return what a chart of two Deployments would render."""
    told = ""
    for part in ("backend", "frontend"):
        resources = {"requests": {"cpu": "250m", "memory": "256Mi"}}
        container = {"name": part, "image": values[part]["image"], "resources": resources}
        deployment = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": f"taskflow-{part}"},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [container]}}},
            "values": values[part],
        }
        told += f"---\n# Source: {part}\n{json.dumps(deployment)}\n"
    return told


def _upgrade(world: World, namespace: str, words: list[str]) -> None:
    values = _values("upgrade", words, ["release", "chart"], flags=["--install", OVERRIDE])
    _require_override(words)
    revisions = world.get("revisions", [])
    if revisions and revisions[-1]["status"].startswith("pending"):
        stop("Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress")
    _add(world, namespace, values)


def _require_override(words: list[str]) -> None:
    if OVERRIDE not in words:
        stop('Error: conflict occurred: conflict with "kubectl" with subresource "scale"')


def _rollback(world: World, namespace: str, words: list[str]) -> None:
    wanted = parse("helm rollback", words, flags=[OVERRIDE],
                   positional=["release", "revision"])["revision"]  # fmt: skip
    _require_override(words)
    found = [entry for entry in _revisions(world) if entry["revision"] == int(wanted)]
    if not found:
        stop(f"Error: release has no {wanted} version")
    _add(world, namespace, found[0]["values"])


def _uninstall(world: World, _namespace: str, words: list[str]) -> None:
    given = parse("helm uninstall", words, flags=["--ignore-not-found"], positional=["release"])
    if not given["--ignore-not-found"]:
        _revisions(world)
    for kind in ("revisions", "pods", "deployments", "replicasets"):
        world.set(kind, [])


def _get(world: World, _namespace: str, words: list[str]) -> None:
    formats = {"values": ("json", "table", "yaml"), "manifest": (), "hooks": ()}
    if words[0] not in formats:
        stop(f"Error: unknown command {words[0]}")
    options = {"-o": formats[words[0]]} if formats[words[0]] else {}
    options["--revision"] = ()
    given = parse("helm get", words, options=options, positional=["what", "release"])
    wanted = given["--revision"]
    kept = [one for one in _revisions(world) if not wanted or str(one["revision"]) == wanted[0]]
    if not kept:
        stop("Error: release: not found")
    if given["what"] == "hooks":
        sys.stdout.write(world.get("hooks", ""))
        return
    values = kept[-1]["values"]
    said = _manifest(values) if given["what"] == "manifest" else json.dumps(values)
    sys.stdout.write(said + "\n")


def _revisions(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get("revisions", [])
    if not found:
        stop("Error: release: not found")
    return found


def _values(
    command: str, words: list[str], positional: list[str], flags: Sequence[str] = ()
) -> dict[str, Any]:
    given = parse(f"helm {command}", words, options={"--values": ()}, flags=flags,
                  required=flags, positional=positional)  # fmt: skip
    if not os.path.exists(f"{given['chart']}/Chart.yaml"):
        stop(f"Error: Chart.yaml file is missing in {given['chart']}")
    values: dict[str, Any] = {}
    for name in given["--values"]:
        with open(name, encoding="utf-8") as file:
            values |= json.load(file) if name.endswith(".json") else {}
    return values


def _add(world: World, namespace: str, values: dict[str, Any]) -> None:
    before = world.get("revisions", [])
    for entry in before:
        entry["status"] = "superseded"
    number = before[-1]["revision"] + 1 if before else 1
    added = {"revision": number, "status": "deployed", "values": values}
    world.set("revisions", [*before, added])
    become = world.get("pods_become", {}).get(str(number), "ready")
    parts = ("backend", "frontend")
    pods = [_pod(world, namespace, part, values[part], become) for part in parts]
    deployments = [_deployment(namespace, part, values[part], become) for part in parts]
    for pod, deployment in zip(pods, deployments, strict=True):
        pod["metadata"]["labels"]["pod-template-hash"] = f"{number:x}"
        deployment["metadata"]["annotations"] = {_REVISION: str(number)}
    sets = [_replica_set(namespace, part, number) for part in parts]
    world.set("pods", pods)
    world.set("deployments", deployments)
    world.set("replicasets", [*world.get("replicasets", []), *sets])


def _pod(
    world: World, namespace: str, part: str, values: dict[str, Any], become: str
) -> dict[str, Any]:
    image = f"{values['image']['repository']}:{values['image']['tag']}"
    ready = become == "ready"
    container: dict[str, Any] = {
        "name": part,
        "image": image,
        "imageID": f"docker://{world.get('node_images', {}).get(image, 'none')}",
        "ready": ready,
        "restartCount": 0,
        "state": {"running": {}},
        "lastState": {},
    }
    if become == "crash":
        container["lastState"] = {"terminated": {"exitCode": 3}}
    elif become == "pull":
        waiting = {"reason": "ErrImageNeverPull", "message": "image is not present"}
        container["state"] = {"waiting": waiting}
    labels = {"app": "taskflow", "component": part}
    return {
        "kind": "Pod",
        "metadata": {"name": f"taskflow-{part}-5d4f", "namespace": namespace, "labels": labels},
        "spec": {
            "nodeName": "node",
            "containers": [
                {"name": part, "image": image, "resources": {"limits": {"memory": "512Mi"}}}
            ],
        },
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [container],
        },
    }


def _replica_set(namespace: str, part: str, number: int) -> dict[str, Any]:
    labels = {"app": "taskflow", "component": part, "pod-template-hash": f"{number:x}"}
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"taskflow-{part}-{number:x}",
            "namespace": namespace,
            "labels": labels,
            "annotations": {_REVISION: str(number)},
            "ownerReferences": [{"kind": "Deployment", "name": f"taskflow-{part}"}],
        },
    }


def _deployment(namespace: str, part: str, values: dict[str, Any], become: str) -> dict[str, Any]:
    labels = {"app": "taskflow", "component": part}
    metadata = {"name": f"taskflow-{part}", "namespace": namespace, "labels": labels}
    ready = 1 if become == "ready" else 0
    return {
        "kind": "Deployment",
        "metadata": {**metadata, "generation": 1},
        "spec": {
            "replicas": 1,
            "template": {"spec": {"containers": [{"name": part, "envFrom": [
                {"configMapRef": {"name": f"taskflow-{part}-config"}},
                {"secretRef": {"name": values["secrets"]["existingSecret"]}},
            ]}]}},
        },
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1,
                   "readyReplicas": ready},
    }  # fmt: skip
