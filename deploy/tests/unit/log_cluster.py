"""A cluster whose pods write logs, for the tests that look at these."""

import json
import sys
from pathlib import Path
from typing import Any

from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.paths import Paths
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_PROGRAM = Path(__file__).parent / "standins" / "kubectl_logs.py"


class LogCluster:
    """Pods that are there, and what they wrote.

    Parameters
    ----------
    tools
        Where the stand-in of kubectl is put.
    """

    def __init__(self, tools: Tools, paths: Paths) -> None:
        self._file = tools.folder / "cluster.json"
        self._there: dict[str, Any] = {"pods": [], "events": [], "logs": {}}
        tools.put("kubectl", f'#!/bin/sh\nexec "{sys.executable}" -I -S "{_PROGRAM}" '
                             f'"{self._file}" "$@"\n')  # fmt: skip
        recording = RecordingCluster(tools, paths)
        recording.start()
        self.cluster: Cluster = recording
        self._save()

    def pod(self, name: str, part: str, **containers: str) -> None:
        """Have a pod with containers in a state: ``run:a`` or ``end:a`` (of run ``a``), ``wait``.

        A name that begins with ``init_`` is an init container's. A run before follows after a
        slash: ``run:b/a``.
        """
        kinds: dict[str, list[dict[str, Any]]] = {}
        for given, state in containers.items():
            kind = "initContainerStatuses" if given.startswith("init_") else "containerStatuses"
            status = _status(given.removeprefix("init_").replace("_", "-"), state)
            kinds.setdefault(kind, []).append(status)
        labels = {"app.kubernetes.io/name": "taskflow", "app.kubernetes.io/component": part}
        others = [pod for pod in self._there["pods"] if pod["metadata"]["name"] != name]
        metadata = {"name": name, "namespace": "taskflow", "labels": labels}
        made = {"metadata": metadata, "status": {"phase": "Running", **kinds}}
        self._there["pods"] = [*others, made]
        self._save()

    def remove(self, name: str) -> None:
        """Have a pod no more."""
        self._there["pods"] = [p for p in self._there["pods"] if p["metadata"]["name"] != name]
        self._save()

    def write(self, run: str, *lines: str) -> None:
        """Have a run (``pod/container/run``) write lines ``SECOND text``."""
        before = self._there["logs"].get(run, [])
        stamped = [
            f"2026-11-26T10:00:{line[:2]}.{number:09}Z{line[2:]}"
            for number, line in enumerate(lines, len(before))
        ]
        self._there["logs"][run] = [*before, *stamped]
        self._save()

    def write_everywhere(self, line: str) -> None:
        """Have each container that runs write a line."""
        for pod in self._there["pods"]:
            for status in pod["status"].get("containerStatuses", []):
                if "running" in status["state"]:
                    name = f"{pod['metadata']['name']}/{status['name']}/{status['containerID']}"
                    self.write(name, line)

    def set(self, **values: Any) -> None:
        """Set what is ``cut`` off, or ``unreadable``."""
        self._there.update(values)
        self._save()

    def calls(self, word: str) -> list[list[str]]:
        """Return the calls that hold a word."""
        lines = Path(f"{self._file}.calls").read_text(encoding="utf-8").splitlines()
        return [call for call in map(json.loads, lines) if word in call]

    def _save(self) -> None:
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(self._there), encoding="utf-8")
        partial.replace(self._file)


def _status(name: str, state: str) -> dict[str, Any]:
    now, _, before = state.partition("/")
    what, _, run = now.partition(":")
    last = {"terminated": {"exitCode": 1, "containerID": before}} if before else {}
    states = {
        "run": {"running": {}},
        "end": {"terminated": {"exitCode": 0, "containerID": run}},
        "wait": {"waiting": {"reason": "PodInitializing"}},
    }
    return {"name": name, "state": states[what], "lastState": last, "containerID": run,
            "ready": what == "run", "restartCount": 1 if before else 0}  # fmt: skip
