"""kubectl: what the deployer asks of a cluster, answered from the state on disk."""

from __future__ import annotations

import json
import os
import sys

from tests.unit.standins.world import WHICH_CLUSTER, World, parse, stop, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {
    "pods", "deployments", "services", "configmaps", "networkpolicies", "poddisruptionbudgets",
    "events",
}  # fmt: skip


def play(world: World, words: list[str], stdin: str) -> None:
    """Play ``kubectl``."""
    given, rest = take(words, WHICH_CLUSTER["kubectl"])
    if not given["--kubeconfig"] or not given["--context"]:
        stop("the stand-in never uses the user's own kubeconfig or current context")
    view = _view(given["--kubeconfig"][0], given["--context"][0])
    named = given["--namespace"] + given["-n"]
    context = view["contexts"][0]["context"]
    namespace = named[-1] if named else context.get("namespace", "default")
    if rest[:2] == ["config", "view"]:
        parse("kubectl config view", rest[2:], options={"-o": ("json",)}, flags=["--minify"],
              required=["--minify", "-o"])  # fmt: skip
        sys.stdout.write(json.dumps(view))
        return
    commands = {"get": _get, "apply": _apply, "delete": _delete, "describe": _describe,
                "logs": _logs}  # fmt: skip
    commands[rest[0]](world, namespace, rest[1:], stdin)


def _view(kubeconfig: str, context: str) -> dict[str, Any]:
    if not os.path.exists(kubeconfig):
        stop(f"error: cannot locate context {context}")
    with open(kubeconfig, encoding="utf-8") as file:
        view: dict[str, Any] = json.load(file)
    view["contexts"] = [entry for entry in view["contexts"] if entry["name"] == context]
    if not view["contexts"]:
        stop(f"error: cannot locate context {context}")
    names = view["contexts"][0]["context"]
    for kind, name in (("clusters", names["cluster"]), ("users", names["user"])):
        view[kind] = [entry for entry in view[kind] if entry["name"] == name] or None
        if name and not view[kind]:
            stop(f"error: cannot locate {kind.removesuffix('s')} {name}")
    return view


def _get(world: World, namespace: str, words: list[str], _stdin: str) -> None:
    options = {"-l": (), "-o": ("json", "wide"), "--sort-by": ()}
    asked = parse("kubectl get", words, options=options, flags=["--all-namespaces"],
                  positional=["kinds"])  # fmt: skip
    items = [item for kind in asked["kinds"].split(",") for item in _items(world, kind)]
    if not asked["--all-namespaces"]:
        items = [item for item in items if item["metadata"]["namespace"] == namespace]
    for selector in asked["-l"]:
        wanted = dict(pair.split("=") for pair in selector.split(","))
        items = [item for item in items if wanted.items() <= item["metadata"]["labels"].items()]
    if asked["-o"] == ["json"]:
        sys.stdout.write(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    else:
        sys.stdout.write("".join(f"{item['metadata']['name']}\n" for item in items))


def _items(world: World, kind: str) -> list[dict[str, Any]]:
    if kind == "all":
        return [*_items(world, "pods"), *_items(world, "deployments")]
    if kind == "secrets":
        return [item for item in world.get("objects", {}).values() if item["kind"] == "Secret"]
    if kind not in _KINDS:
        stop(f'error: the server doesn\'t have a resource type "{kind}"')
    found: list[dict[str, Any]] = world.get(kind, [])
    if kind == "pods":
        _let_crash(world, found)
    return found


def _let_crash(world: World, pods: list[dict[str, Any]]) -> None:
    """Start the containers that keep ending once more between any two looks."""
    for pod in pods:
        for container in pod["status"].get("containerStatuses", ()):
            if container.get("lastState"):
                container["restartCount"] += 1
    world.set("pods", pods)


def _apply(world: World, namespace: str, words: list[str], stdin: str) -> None:
    options = {"--field-manager": (), "-f": ("-",)}
    flags = ["--server-side", "--force-conflicts"]
    parse("kubectl apply", words, options=options, flags=flags, required=["--server-side", "-f"])
    kept = world.get("objects", {})
    for item in json.loads(stdin)["items"]:
        place = item["metadata"].get("namespace", namespace)
        key = f"{item['kind']}/{place}/{item['metadata']['name']}"
        if kept.get(key, {}).get("immutable") and kept[key]["stringData"] != item["stringData"]:
            stop(f'Error: Secret "{item["metadata"]["name"]}" is invalid: data: Forbidden')
        moment = f"2026-01-20T10:30:{len(kept):02}Z"
        item["metadata"].setdefault("creationTimestamp", moment)
        kept[key] = item
    world.set("objects", kept)


def _delete(world: World, namespace: str, words: list[str], _stdin: str) -> None:
    given = parse("kubectl delete", words, flags=["--ignore-not-found", "--wait=false"],
                  positional=["kind", "name"])  # fmt: skip
    kind, name = given["kind"], given["name"]
    if kind == "secret":
        kept = world.get("objects", {})
        del kept[f"Secret/{namespace}/{name}"]
        world.set("objects", kept)
    elif kind == "pod":
        pods = world.get("pods", [])
        for pod in pods:
            if pod["metadata"]["name"] == name:  # its Deployment makes another at once
                pod["metadata"]["name"] = f"{name}-again"
                pod["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
        world.set("pods", pods)
    elif kind == "namespace":
        for kinds in ("pods", "deployments"):
            left = [item for item in world.get(kinds, []) if item["metadata"]["namespace"] != name]
            world.set(kinds, left)
        world.set("objects", {})
    else:
        stop(f"error: the stand-in does not delete {kind}")


def _describe(world: World, _namespace: str, words: list[str], _stdin: str) -> None:
    if words != ["pods"]:
        stop(f"error: the stand-in does not describe {words}")
    sys.stdout.write(world.get("description", "Name: taskflow-backend\n"))


def _logs(world: World, _namespace: str, words: list[str], _stdin: str) -> None:
    parse("kubectl logs", words, options={"-l": (), "--tail": ()}, required=["-l"],
          flags=["--all-containers", "--prefix", "--previous", "--ignore-errors"])  # fmt: skip
    sys.stdout.write(world.get("logs", "[pod/taskflow-backend/backend] started\n"))
