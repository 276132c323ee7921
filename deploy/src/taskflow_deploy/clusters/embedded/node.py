"""Starts and stops the node's first process in namespaces of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskflow_deploy.clusters.embedded import cgroups, host_settings, network
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.errors import ClusterError

_START_SECONDS = 5.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class _Process:
    """A process that is still the one we started: its number alone may be re-used."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "_Process | None":
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, *fields = text.rpartition(")")[2].split()
        return None if state == "Z" else cls(pid, fields[18])

    @property
    def alive(self) -> bool:
        return _Process.of(self.pid) == self


def running(run: Path) -> int | None:
    """Return the host's number of the node's first process, or None when it is not running."""
    record = run / "node.json"
    if not record.exists():
        return None
    process = _Process(**json.loads(record.read_text(encoding="utf-8")))
    return process.pid if process.alive else None


def parts(run: Path) -> dict[str, dict[str, Any]]:
    """Return how the components are, as the supervisor last wrote it; empty when it has not."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((run / "status.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def start(configuration: Configuration) -> None:
    """Start the node's first process and lay its network.

    Raises
    ------
    ClusterError
        The namespaces could not be made.
    """
    run = configuration.run
    clean_up(configuration)
    cgroups.create(configuration.paths.instance)
    host_settings.remember(run.parent)
    log = configuration.logs / "node.log"
    command = [
        "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
        sys.executable, "-m", "taskflow_deploy.clusters.embedded.supervisor",
        str(configuration.folder / "node.json"),
    ]  # fmt: skip
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
            start_new_session=True,
            cwd="/",
        )
    first = _child_of(process, log)
    (run / "node.json").write_text(json.dumps(vars(first)), encoding="utf-8")
    network.connect(configuration.network, first.pid)
    if process.stdin is not None:
        process.stdin.write(b"connected\n")
        process.stdin.close()
    # The node outlives this command; nobody here waits for it.
    process.returncode = 0


def stop(configuration: Configuration) -> None:
    """Stop the node and take away what it put on the host."""
    pid = running(configuration.run)
    process = _Process.of(pid) if pid else None
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _STOP_SECONDS
        if process is not None and process.alive:
            os.kill(process.pid, number)
        while process is not None and process.alive and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    if process is not None and process.alive:
        raise ClusterError(
            f"The node's first process ({process.pid}) does not end.",
            "Restart the machine, then run ./taskflow cluster delete.",
        )
    clean_up(configuration)


def clean_up(configuration: Configuration) -> None:
    """Take away what a node that no longer runs left on the host."""
    network.disconnect(configuration.network)
    cgroups.remove(configuration.paths.instance)
    for name in ("node.json", "status.json", "containerd.sock", "containerd.sock.ttrpc",
                 "buildkitd.sock"):  # fmt: skip
        (configuration.run / name).unlink(missing_ok=True)
    host_settings.restore(configuration.run.parent)


def _child_of(process: subprocess.Popen[bytes], log: Path) -> _Process:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for child in children.read_text(encoding="ascii").split():
            found = _Process.of(int(child))
            if found is not None and _in_other_network(found.pid):
                return found
        time.sleep(_POLL_SECONDS)
    process.kill()
    raise ClusterError(
        "The node's namespaces could not be made.",
        "The kernel must allow network, process and mount namespaces; see the lines above.",
        log.read_text(encoding="utf-8").splitlines(),
    )


def _in_other_network(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    except FileNotFoundError:
        return False
