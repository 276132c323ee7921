"""A deployment whose backend crashes, as Kubernetes, Helm and the journal tell of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.errors import DeployError, PodsError
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.timeline import written
from taskflow_deploy.journal import Journal
from taskflow_deploy.paths import Paths
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

CRASHING, OLD, FRONTEND = (
    "taskflow-backend-7c9d4b6f5-x2lqp", "taskflow-backend-5d4f8c7b9-k8w2n",
    "taskflow-frontend-6b7f9d8c4-m5zrt",
)  # fmt: skip
IMAGES = {
    "taskflow-backend": BuiltImage(
        "taskflow-backend:f7937f1ee834", "sha256:" + "4be1a6c09d27" * 5 + "4be1", {}, cached=False
    ),
    "taskflow-frontend": BuiltImage(
        "taskflow-frontend:1325ead943c4", "sha256:" + "90c3de7a1b55" * 5 + "90c3", {}, cached=True
    ),
}
_OLD_ID = "sha256:" + "a11ce0ffee42" * 5 + "a11c"
SENTENCE = f"{CRASHING}: its container backend keeps ending with code 3."
MANIFEST = "---\n# Source: backend\napiVersion: apps/v1\nkind: Deployment\n"
DIFF = """\
--- deployed Deployment/taskflow-backend
+++ rendered Deployment/taskflow-backend
@@ -38,9 +38,9 @@
       initContainers:
         - name: migrate
           command: ["python", "-m", "src.migrate"]
-          image: "taskflow-backend:3c1f09ab77e2"
+          image: "taskflow-backend:f7937f1ee834"
           imagePullPolicy: IfNotPresent
       containers:
         - name: backend
-          image: "taskflow-backend:3c1f09ab77e2"
+          image: "taskflow-backend:f7937f1ee834"
           imagePullPolicy: IfNotPresent
"""
_TRACEBACK = """\
{"level": "info", "event": "starting", "version": "1.0.0", "environment": "local"}
{"level": "info", "event": "listening", "port": 8000}
Traceback (most recent call last):
  File "/app/src/server/run.py", line 61, in load
    module = importlib.import_module("src.main")
  File "/app/src/main.py", line 14, in <module>
    raise RuntimeError("broken on purpose")
RuntimeError: broken on purpose
{"level": "error", "event": "the application could not be loaded", "exit_code": 3}
"""
_MIGRATION = '{"level": "info", "event": "schema is current", "revision": "0009"}\n'
_ACCESS = '{"level": "info", "event": "request", "method": "GET", "path": "/health/ready"}\n'
_FRONTEND = "Listening on 0.0.0.0:3000\nupstream http://taskflow-backend-service:8000\n"
_NODE = """\
Name:               node
Roles:              <none>
Conditions:
  Type             Status  Reason                       Message
  ----             ------  ------                       -------
  MemoryPressure   False   KubeletHasSufficientMemory   kubelet has sufficient memory available
  DiskPressure     False   KubeletHasNoDiskPressure     kubelet has no disk pressure
  Ready            True    KubeletReady                 kubelet is posting ready status
Capacity:
  cpu:                2
  memory:             24105468Ki
"""


def taken(
    tools: Tools, paths: Paths, cluster: RecordingCluster, error: DeployError | None = None
) -> Path:
    """Let the deployment fail, and return the folder of its evidence."""
    cluster.start()
    now = datetime.now(UTC)
    play(tools, now)
    steps = journal(paths.state / "journal.json", now)
    failed = error or PodsError(SENTENCE, "See the evidence, or run ./taskflow logs.")
    return capture(
        paths, cluster, failed, journal=steps, manifest=MANIFEST, diff=DIFF, images=IMAGES
    )


def prefixed(logs: Mapping[tuple[str, str], str]) -> str:
    """Return the logs of containers as kubectl prints them."""
    return "".join(
        f"[pod/{pod}/{container}] {line}\n"
        for (pod, container), text in logs.items()
        for line in text.splitlines()
    )


def play(tools: Tools, now: datetime) -> None:
    """Let the stand-ins tell of it; ``now`` is when evidence is taken."""
    tools.change(
        pods=[_crashing(now), _ready(OLD, "backend", now), _ready(FRONTEND, "frontend", now)],
        events=_events(now),
        logs=prefixed({
            (CRASHING, "migrate"): _MIGRATION, (CRASHING, "backend"): _TRACEBACK,
            (OLD, "migrate"): _MIGRATION, (OLD, "backend"): _ACCESS * 20,
            (FRONTEND, "frontend"): _FRONTEND,
        }),
        logs_previous=prefixed({(CRASHING, "backend"): _TRACEBACK}),
        description=f"Name:             {CRASHING}\nNamespace:        taskflow\n",
        node_description=_NODE,
        node_images={image.reference: image.image_id for image in IMAGES.values()},
        revisions=[
            {"revision": 3, "status": "superseded", "values": _values("3c1f09ab77e2")},
            {"revision": 4, "status": "deployed", "values": _values("f7937f1ee834")},
        ],
    )  # fmt: skip


def journal(file: Path, now: datetime) -> Journal:
    """Return what ``up`` wrote until its pods did not become ready."""
    kept = Journal(file, "up")
    steps = [
        ("up", "began", 0.0, "", 42.0),
        ("prerequisites.settings", "passed", 0.1, "the settings are good", 41.8),
        ("prerequisites.node", "passed", 1.9, "the node is ready", 40.0),
        ("prerequisites.database", "warned", 0.4, "PostgreSQL on this machine, port 15492", 39.4),
        ("prerequisites", "passed", 2.6, "embedded cluster, PostgreSQL on this machine", 39.3),
        ("built.backend", "passed", 12.1, "taskflow-backend:f7937f1ee834", 27.2),
        ("built.frontend", "skipped", 0.2, "sources unchanged", 27.2),
        ("built", "passed", 12.1, "built taskflow-backend:f7937f1ee834", 27.1),
        ("loaded.ids", "passed", 0.2, "the node has the very ids", 26.9),
        ("loaded", "passed", 0.2, "two images", 26.9),
        ("chart.lint", "passed", 0.6, "the chart lints", 26.2),
        ("release", "began", 0.0, "", 26.1),
        ("chart.install", "passed", 1.2, "revision 4 installed", 24.9),
        ("chart", "passed", 2.0, "revision 4 installed", 24.8),
        ("pods.ready", "failed", 24.2, f"{CRASHING}: its container backend keeps ending", 0.5),
        ("pods", "failed", 24.3, f"{CRASHING}: its container backend keeps ending", 0.4),
        ("evidence", "began", 0.0, "", 0.1),
    ]
    kept.entries = [
        {"at": written(now - timedelta(seconds=ago)), "what": what, "verdict": verdict,
         "seconds": seconds, "reason": reason}
        for what, verdict, seconds, reason, ago in steps
    ]  # fmt: skip
    return kept


def _time(now: datetime, ago: float) -> str:
    return (now - timedelta(seconds=ago)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _values(tag: str) -> dict[str, Any]:
    return {
        part: {"image": {"repository": f"taskflow-{part}", "tag": tag},
               "secrets": {"existingSecret": f"taskflow-{part}-secrets-0a1b2c3d4e"}}
        for part in ("backend", "frontend")
    }  # fmt: skip


def _pod(name: str, component: str, made: str, reference: str) -> dict[str, Any]:
    labels = {"app": "taskflow", "component": component, "app.kubernetes.io/name": "taskflow"}
    container = {
        "name": component,
        "image": reference,
        "env": [{"name": "LOG_LEVEL", "value": "info"}],
        "resources": {"limits": {"memory": "512Mi"}},
    }
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "taskflow", "labels": labels,
                     "creationTimestamp": made},
        "spec": {"nodeName": "node", "containers": [container]},
        "status": {"phase": "Running"},
    }  # fmt: skip


def _crashing(now: datetime) -> dict[str, Any]:
    image = IMAGES["taskflow-backend"]
    pod = _pod(CRASHING, "backend", _time(now, 25), image.reference)
    pod["spec"]["initContainers"] = [{"name": "migrate", "image": image.reference}]
    first = {"exitCode": 3, "reason": "Error", "startedAt": _time(now, 13),
             "finishedAt": _time(now, 11)}  # fmt: skip
    waiting = {"reason": "CrashLoopBackOff",
               "message": "back-off 10s restarting failed container=backend"}  # fmt: skip
    migrated = {"exitCode": 0, "reason": "Completed", "startedAt": _time(now, 24),
                "finishedAt": _time(now, 22)}  # fmt: skip
    pod["status"] |= {
        "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady",
                        "lastTransitionTime": _time(now, 25)}],
        "initContainerStatuses": [
            {"name": "migrate", "imageID": image.image_id, "ready": True, "restartCount": 0,
             "state": {"terminated": migrated}, "lastState": {}}],
        "containerStatuses": [
            {"name": "backend", "imageID": image.image_id, "ready": False, "restartCount": 2,
             "state": {"waiting": waiting}, "lastState": {"terminated": first}}],
    }  # fmt: skip
    return pod


def _ready(name: str, component: str, now: datetime) -> dict[str, Any]:
    image = IMAGES[f"taskflow-{component}"]
    is_old = name == OLD
    reference = "taskflow-backend:3c1f09ab77e2" if is_old else image.reference
    made = _time(now, 86_400 if is_old else 25)
    pod = _pod(name, component, made, reference)
    if is_old:
        pod["spec"]["initContainers"] = [{"name": "migrate", "image": reference}]
    running = {"running": {"startedAt": _time(now, 86_398 if is_old else 23)}}
    pod["status"] |= {
        "conditions": [{"type": "Ready", "status": "True",
                        "lastTransitionTime": _time(now, 86_390 if is_old else 20)}],
        "containerStatuses": [
            {"name": component, "imageID": _OLD_ID if is_old else image.image_id, "ready": True,
             "restartCount": 0, "state": running, "lastState": {}}],
    }  # fmt: skip
    return pod


def _events(now: datetime) -> list[dict[str, Any]]:
    told = [
        ("Normal", "Scheduled", "Pod", CRASHING, "Successfully assigned taskflow to node", 25, 1),
        ("Normal", "Scheduled", "Pod", FRONTEND, "Successfully assigned taskflow to node", 25, 1),
        ("Normal", "Started", "Pod", CRASHING, "Started container migrate", 24, 1),
        ("Normal", "Started", "Pod", FRONTEND, "Started container frontend", 23, 1),
        ("Normal", "Killing", "Pod", "taskflow-frontend-old", "Stopping container", 3600, 1),
        ("Warning", "Unhealthy", "Pod", CRASHING,
         "Startup probe failed: dial tcp 10.244.0.31:8000: connect: connection refused", 19, 3),
        ("Warning", "BackOff", "Pod", CRASHING,
         "Back-off restarting failed container backend in pod " + CRASHING, 8, 2),
        ("Normal", "ScalingReplicaSet", "Deployment", "taskflow-backend",
         "Scaled up replica set taskflow-backend-7c9d4b6f5 from 0 to 1", 25, 1),
    ]  # fmt: skip
    return [
        {"kind": "Event",
         "metadata": {"name": f"{name}.{number}", "namespace": "taskflow"},
         "type": kind, "reason": reason, "message": message, "count": count,
         "involvedObject": {"kind": about, "name": name}, "lastTimestamp": _time(now, ago)}
        for number, (kind, reason, about, name, message, ago, count) in enumerate(told)
    ]  # fmt: skip
