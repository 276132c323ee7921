"""The namespaces, pods and policies of the tests, as Kubernetes takes them."""

from pathlib import Path
from typing import Any

HOME, AWAY = "policies-home", "policies-away"
_SERVER = (Path(__file__).parent / "server.mjs").read_text(encoding="utf-8")
_WAIT = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);"
_PORTS = (("web", 8080, "TCP"), ("echo", 8081, "TCP"), ("told", 8082, "UDP"), ("more", 8083, "UDP"))


def namespace(name: str, **labels: str) -> dict[str, Any]:
    """Return a namespace that refuses pods which are not restricted."""
    enforce = {"pod-security.kubernetes.io/enforce": "restricted"}
    return _object("v1", "Namespace", name, labels={**labels, **enforce})


def server(image: str) -> dict[str, Any]:
    """Return the pod that is to be reached, which the kubelet asks every second."""
    pod = client(HOME, "server", image, _SERVER)
    pod["spec"]["containers"][0] |= {
        "ports": [
            {"name": name, "containerPort": port, "protocol": protocol}
            for name, port, protocol in _PORTS
        ],
        "readinessProbe": {
            "httpGet": {"path": "/", "port": "web"},
            "periodSeconds": 1,
            "failureThreshold": 1,
        },
    }
    return pod


def client(home: str, name: str, image: str, script: str = _WAIT) -> dict[str, Any]:
    """Return a pod from which places are tried."""
    container = {
        "name": name,
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["node", "--input-type=module", "--eval", script],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
    spec = {
        "automountServiceAccountToken": False,
        "containers": [container],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": 1,
    }
    return {**_object("v1", "Pod", name, home, {"role": name}), "spec": spec}


def service() -> dict[str, Any]:
    """Return a service that leads from outside to the server."""
    spec = {
        "type": "NodePort",
        "selector": {"role": "server"},
        "ports": [{"port": 80, "targetPort": "web"}],
    }
    return {**_object("v1", "Service", "server", HOME), "spec": spec}


def policy(
    name: str,
    role: str | None = None,
    *,
    ingress: list[dict[str, Any]] | None = None,
    egress: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a policy for the pods of one role, or all; no rules of a direction allow nothing."""
    rules = {"ingress": ingress, "egress": egress}
    spec = {
        "podSelector": {"matchLabels": {"role": role}} if role else {},
        "policyTypes": [kind.title() for kind, given in rules.items() if given is not None],
        **{kind: given for kind, given in rules.items() if given is not None},
    }
    made = _object("networking.k8s.io/v1", "NetworkPolicy", name, HOME)
    return {**made, "spec": spec}


def rule(
    way: str, peer: dict[str, Any] | None = None, **ports: str | int | list[str | int]
) -> dict[str, Any]:
    """Return a rule: ``way`` is "from" or "to"; ports are given by their protocol."""
    listed = [
        {"protocol": protocol.upper(), "port": port}
        for protocol, given in ports.items()
        for port in (given if isinstance(given, list) else [given])
    ]
    return {**({way: [peer]} if peer else {}), **({"ports": listed} if listed else {})}


def _object(
    version: str,
    kind: str,
    name: str,
    home: str | None = None,
    labels: dict[str, str] | None = None,
) -> dict[str, Any]:
    where = {"namespace": home} if home else {}
    metadata = {"name": name, "labels": labels or {}, **where}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
