"""The pod security standard "restricted", and a root file system that cannot be written."""

from collections.abc import Iterator
from typing import Any

from tests.chart.helm import Object

_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
}  # fmt: skip


def violations(spec: Object) -> list[str]:
    """Return what a pod's spec violates; init containers are held to the same rules."""
    found = [f"pod: {field}" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)]
    for volume in spec.get("volumes", []):
        found += [
            f"volume {volume['name']}: {kind}" for kind in volume.keys() - _VOLUMES - {"name"}
        ]
    for container in containers(spec):
        context = {**spec.get("securityContext", {}), **container.get("securityContext", {})}
        found += [f"{container['name']}: {what}" for what in _of_context(context)]
        found += [
            f"{container['name']}: hostPort"
            for port in container.get("ports", [])
            if "hostPort" in port
        ]
    return found


def containers(spec: Object) -> list[Object]:
    """Return all containers of a pod, in the order in which they start."""
    return [*spec.get("initContainers", []), *spec["containers"]]


def _of_context(context: dict[str, Any]) -> Iterator[str]:
    capabilities = context.get("capabilities", {})
    kept = {
        "allowPrivilegeEscalation": context.get("allowPrivilegeEscalation") is False,
        "privileged": not context.get("privileged"),
        "runAsNonRoot": context.get("runAsNonRoot") is True,
        "runAsUser": context.get("runAsUser") != 0,
        "capabilities.drop": "ALL" in capabilities.get("drop", []),
        "capabilities.add": set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"},
        "seccompProfile": context.get("seccompProfile", {}).get("type")
        in {"RuntimeDefault", "Localhost"},
        "procMount": context.get("procMount", "Default") == "Default",
        "readOnlyRootFilesystem": context.get("readOnlyRootFilesystem") is True,
    }
    return (rule for rule, is_kept in kept.items() if not is_kept)
