"""kubectl: what the deployer asks of a cluster, answered from the state on disk."""

from __future__ import annotations

import json
import os
import sys
import time

from tests.unit.standins.world import WHICH_CLUSTER, World, parse, stop, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {
    "pods", "deployments", "services", "configmaps", "networkpolicies", "poddisruptionbudgets",
    "events", "nodes", "leases", "replicasets",
}  # fmt: skip


# What a healthy cluster has, unless a test says otherwise.
_CLUSTER: dict[str, list[dict[str, Any]]] = {
    "nodes": [
        {
            "kind": "Node",
            "metadata": {"name": "node"},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "nodeInfo": {"kubeletVersion": "v1.37.2"},
                "allocatable": {"cpu": "2", "memory": "8000000Ki"},
            },
        }
    ],
}


def play(world: World, words: list[str], stdin: str) -> None:
    """Play ``kubectl``."""
    given, rest = take(words, WHICH_CLUSTER["kubectl"])
    if rest[:2] == ["version", "--client"]:
        parse("kubectl version", rest[2:], options={"--output": ("json",)}, required=["--output"])
        ours = world.get("kubectl_version", "v1.37.0")
        sys.stdout.write(json.dumps({"clientVersion": {"gitVersion": ours}}))
        return
    if not given["--kubeconfig"] or not given["--context"]:
        stop("the stand-in never uses the user's own kubeconfig or current context")
    view = _view(given["--kubeconfig"][0], given["--context"][0])
    named = given["--namespace"] + given["-n"]
    context = view["contexts"][0]["context"]
    namespace = named[-1] if named else context.get("namespace", "default")
    if rest[:2] == ["config", "view"]:
        parse("kubectl config view", rest[2:], options={"-o": ("json",)},
              flags=["--minify", "--flatten", "--raw"], required=["--minify", "-o"])  # fmt: skip
        sys.stdout.write(json.dumps(_flattened(view) if "--flatten" in rest else view))
        return
    if rest[0] == "port-forward":
        from tests.unit.standins import kubectl_forward

        kubectl_forward.play(world, namespace, rest[1:])
        return
    if rest[:2] in (["get", "pod"], ["delete", "pods"]):
        from tests.unit.standins import kubectl_test_pods

        kubectl_test_pods.play(world, namespace, rest)
        return
    commands = {"get": _get, "apply": _apply, "delete": _delete, "describe": _describe,
                "logs": _logs, "version": _version, "create": _create}  # fmt: skip
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


def _flattened(view: dict[str, Any]) -> dict[str, Any]:
    """Put the files that a kubeconfig names into it."""
    import base64

    for entry in view["clusters"] or ():
        file = entry["cluster"].pop("certificate-authority", None)
        if file is not None:
            with open(file, "rb") as found:
                data = base64.b64encode(found.read()).decode()
            entry["cluster"]["certificate-authority-data"] = data
    return view


def _get(world: World, namespace: str, words: list[str], _stdin: str) -> None:
    if words[:1] == ["--raw"]:
        _raw(world, words[1:])
        return
    options = {"-l": (), "-o": ("json", "wide"), "--sort-by": ()}
    watches = ["--watch", "--output-watch-events"]
    asked = parse("kubectl get", words, options=options, flags=["--all-namespaces", *watches],
                  positional=["kinds"])  # fmt: skip
    if asked["--watch"] and "," in asked["kinds"]:
        stop("error: you may only specify a single resource type")
    items = [item for kind in asked["kinds"].split(",") for item in _items(world, kind)]
    if not asked["--all-namespaces"]:
        items = [
            item for item in items if item["metadata"].get("namespace", namespace) == namespace
        ]
    for selector in asked["-l"]:
        wanted = dict(pair.split("=") for pair in selector.split(","))
        items = [item for item in items if wanted.items() <= item["metadata"]["labels"].items()]
    if asked["--watch"]:
        for item in items:
            told = {"type": "ADDED", "object": item}
            sys.stdout.write(json.dumps(told) + "\n")
    elif asked["-o"] == ["json"]:
        sys.stdout.write(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    else:
        sys.stdout.write("".join(f"{item['metadata']['name']}\n" for item in items))


def _raw(world: World, words: list[str]) -> None:
    """Tell what each container works with, as the kubelet measured it."""
    asked = parse("kubectl get --raw", words, options={"--request-timeout": ()},
                  positional=["path"])  # fmt: skip
    path = asked["path"]
    if not path.endswith("/proxy/stats/summary"):
        stop(f"error: the stand-in does not know {path}")
    used, free = world.get("memory", {}), world.get("free", 50 * 10**9)
    told = [
        {
            "podRef": {"name": pod["metadata"]["name"]},
            "containers": [
                {"name": one["name"],
                 "memory": {"workingSetBytes": used.get(one["name"], 50 * 2**20)}}
                for one in pod["spec"]["containers"]
            ],
        }
        for pod in world.get("pods", [])
    ]  # fmt: skip
    sys.stdout.write(json.dumps({"node": {"fs": {"availableBytes": free}}, "pods": told}))


def _version(world: World, _namespace: str, words: list[str], _stdin: str) -> None:
    parse("kubectl version", words, options={"-o": ("json",)}, required=["-o"])
    ours, theirs = world.get("versions", ("v1.37.0", "v1.37.2"))
    told = {"clientVersion": {"gitVersion": ours}, "serverVersion": {"gitVersion": theirs}}
    sys.stdout.write(json.dumps(told))


def _create(world: World, _namespace: str, words: list[str], stdin: str) -> None:
    """Answer reviews of access, which are never kept."""
    parse("kubectl create", words, options={"-f": ("-",), "-o": ("json",)}, required=["-f", "-o"])
    asked = json.loads(stdin)["items"]
    for review in asked:
        if review["kind"] != "SelfSubjectAccessReview":
            stop(f"error: the stand-in does not create {review['kind']}")
        resource = review["spec"]["resourceAttributes"]["resource"]
        review["status"] = {"allowed": resource not in world.get("forbidden", ())}
        sys.stdout.write(json.dumps(review, indent=4) + "\n")


def _items(world: World, kind: str) -> list[dict[str, Any]]:
    if kind == "all":
        return [*_items(world, "pods"), *_items(world, "deployments")]
    if kind == "secrets":
        kept = world.get("objects", {}).values()
        return [_as_kept(item) for item in kept if item["kind"] == "Secret"]
    if kind not in _KINDS:
        stop(f'error: the server doesn\'t have a resource type "{kind}"')
    found: list[dict[str, Any]] = world.get(kind, _CLUSTER.get(kind, []))
    if kind == "pods":
        _let_crash(world, found)
    if kind == "leases" and not found:
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
        metadata = {"name": "node", "namespace": "kube-node-lease"}
        return [{"kind": "Lease", "metadata": metadata, "spec": {"renewTime": now}}]
    return found


def _as_kept(secret: dict[str, Any]) -> dict[str, Any]:
    """Return a Secret as the server has it: what was given as text is kept as data."""
    import base64

    data = {name: base64.b64encode(value.encode()).decode()
            for name, value in secret["stringData"].items()}  # fmt: skip
    return {**{key: value for key, value in secret.items() if key != "stringData"}, "data": data}


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
    descriptions = {
        "pods": world.get("description", "Name: taskflow-backend\n"),
        "nodes": world.get("node_description", "Name: node\n"),
    }
    kind = parse("kubectl describe", words, positional=["kind"])["kind"]
    if kind not in descriptions:
        stop(f"error: the stand-in does not describe {kind}")
    sys.stdout.write(descriptions[kind])


def _logs(world: World, _namespace: str, words: list[str], _stdin: str) -> None:
    flags = ["--all-containers", "--prefix", "--previous", "--ignore-errors"]
    selects = any(word == "-l" for word in words)
    options = {"-l": (), "--tail": (), "--container": ()}
    positional = [] if selects else ["pod"]
    given = parse("kubectl logs", words, options=options, flags=flags, positional=positional)
    said = world.get("logs", "[pod/taskflow-backend/backend] started\n")
    sys.stdout.write(world.get("logs_previous", said) if given["--previous"] else said)
