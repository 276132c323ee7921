"""Pods and events as Kubernetes tells them."""

from typing import Any

from tests.unit.deployments import IMAGE_ID

_AT = "2026-01-20T10:30:00Z"


def pod(component: str = "backend", reference: str = "", **changes: Any) -> dict[str, Any]:
    """Return a pod that is new and ready, but for the changes: ``status__conditions=[]``."""
    made: dict[str, Any] = {
        "metadata": {
            "name": f"{component}-1",
            "namespace": "taskflow",
            "labels": {"component": component, "app": "taskflow"},
            "creationTimestamp": _AT,
        },
        "spec": {
            "containers": [
                {
                    "name": component,
                    "image": reference or f"taskflow-{component}:abc",
                    "resources": {"limits": {"memory": "512Mi"}},
                }
            ]
        },
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": component, "imageID": f"docker://{IMAGE_ID}"}],
        },
    }
    for path, value in changes.items():
        part: Any = made
        *way, last = path.split("__")
        for step in way:
            part = part[step]
        part[last] = value
    return made


def waiting(reason: str, message: str = "because", name: str = "backend") -> list[dict[str, Any]]:
    """Return the status of a container that waits."""
    return [{"name": name, "state": {"waiting": {"reason": reason, "message": message}}}]


def ended(name: str, code: int) -> dict[str, Any]:
    """Return the status of a container that has ended."""
    return {"name": name, "state": {"terminated": {"exitCode": code, "finishedAt": _AT}}}


def restarted(count: int, code: int = 137, reason: str = "Error", **now: Any) -> dict[str, Any]:
    """Return the status of a backend that was started again."""
    end = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": _AT}}
    return {"name": "backend", "restartCount": count, "lastState": end, **now}


def event(reason: str, name: str, message: str = "because") -> dict[str, Any]:
    """Return an event."""
    return {
        "metadata": {"name": f"{name}.{reason}", "namespace": "taskflow"},
        "reason": reason,
        "message": message,
        "involvedObject": {"name": name},
        "lastTimestamp": _AT,
    }
