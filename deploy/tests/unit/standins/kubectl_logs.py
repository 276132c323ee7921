"""kubectl on a cluster whose pods write while a test looks: get, get --watch, and logs.

A program of its own beside the stand-in of kubectl: several run at once, and none ends by itself.
What is in the cluster stands in the JSON file that the first argument names: ``pods``, as the API
has them, and ``logs``, by ``pod/container/run`` the lines with their times. Calls are written
to the same name with ``.calls``.
"""

from __future__ import annotations

import json
import os
import sys
import time

sys.path.insert(0, os.path.abspath(f"{__file__}/../../../.."))

from tests.unit.standins.world import parse, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_POLL_SECONDS = 0.02
_PARENT = os.getppid()
_WHICH = {"--kubeconfig": (), "--context": (), "--namespace": ("taskflow",), "-n": ("taskflow",)}


def main() -> None:
    """Play one call."""
    file, words = sys.argv[1], sys.argv[2:]
    with open(f"{file}.calls", "a", encoding="utf-8") as calls:
        calls.write(json.dumps(words) + "\n")
    if "get" in words:
        _get(file, words)
    else:
        _logs(file, words)


def load(file: str) -> Any:
    """Return what is in the cluster."""
    with open(file, encoding="utf-8") as kept:
        return json.load(kept)


def _get(file: str, words: list[str]) -> None:
    flags = ["--watch", "--output-watch-events"]
    given = parse("kubectl", words, options={**_WHICH, "-o": ("json",)}, required=["-o"],
                  flags=flags, positional=["get", "kind"])  # fmt: skip
    if given["kind"] not in {"pods", "events"}:
        stop(f"the stand-in has no {given['kind']}")
    if not given["--watch"]:
        _show({"kind": "List", "items": load(file)[given["kind"]]})
        return
    shown: dict[str, Any] = {}
    while True:
        now = {pod["metadata"]["name"]: pod for pod in load(file).get(given["kind"], [])}
        for name in shown.keys() - now.keys():
            _show({"type": "DELETED", "object": shown[name]})
        for name, pod in now.items():
            if shown.get(name) != pod:
                _show({"type": "MODIFIED" if name in shown else "ADDED", "object": pod})
        shown = now
        _wait()


def _show(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _logs(file: str, words: list[str]) -> None:
    options = {"--container": (), "--tail": (), "--since": (), "--since-time": ()}
    given = parse("kubectl", words, options={**_WHICH, **options},
                  flags=["--timestamps", "--follow", "--previous"],
                  required=["--container", "--timestamps"], positional=["logs", "pod"])  # fmt: skip
    pod, container = given["pod"], given["--container"][0]
    if given["--since"] and given["--since-time"]:
        stop("error: at most one of `sinceTime` or `sinceSeconds` may be specified")
    run = _run(file, pod, container, previous=given["--previous"])
    key, shown = f"{pod}/{container}/{run}", 0
    if key in load(file).get("unreadable", []):
        stop(f"Error from server: Get https://node/containerLogs/{key}: connection refused")
    lines = load(file)["logs"].get(key, [])
    tail = int((given["--tail"] or ["-1"])[0])
    if tail >= 0:
        shown = max(0, len(lines) - tail)
    # As the API: what was written in the very second is told again.
    since = (given["--since-time"] or [""])[0][:19]
    while True:
        lines = load(file)["logs"].get(key, [])
        for line in lines[shown:]:
            if line[:19] >= since:
                sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        shown = len(lines)
        cut = load(file).get("cut", [])
        if not given["--follow"] or key in cut or _state(file, pod, container) != run:
            return
        _wait()


def _wait() -> None:
    time.sleep(_POLL_SECONDS)
    if os.getppid() != _PARENT:  # a test that failed is no longer there to end this
        sys.exit()


def _status(file: str, pod: str, container: str) -> Any:
    for one in load(file)["pods"]:
        if one["metadata"]["name"] == pod:
            for kind in ("initContainerStatuses", "containerStatuses"):
                for status in one["status"].get(kind, []):
                    if status["name"] == container:
                        return status
    return None


def _run(file: str, pod: str, container: str, *, previous: bool) -> str:
    status = _status(file, pod, container)
    if status is None:
        stop(f'Error from server (NotFound): pods "{pod}" not found')
    ended = status.get("lastState", {}).get("terminated")
    if previous and not ended:
        stop(f'Error: previous terminated container "{container}" in pod "{pod}" not found')
    if previous:
        return str(ended["containerID"])
    state = status["state"]
    if "waiting" in state:
        if not ended:
            stop(f'Error: container "{container}" in pod "{pod}" is waiting to start')
        return str(ended["containerID"])
    return str(state.get("terminated", status)["containerID"])


def _state(file: str, pod: str, container: str) -> str | None:
    """Return which run of a container is running, or None."""
    status = _status(file, pod, container)
    running = status is not None and "running" in status["state"]
    return str(status["containerID"]) if running else None


if __name__ == "__main__":
    main()
