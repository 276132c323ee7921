"""Docker's engine: whether it answers, whether it is Docker, and what it was given."""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskflow_deploy.clusters.minikube import commands, mending
from taskflow_deploy.errors import ClusterError, CommandError, ToolMissingError
from taskflow_deploy.runner import Completed, run

_ANSWER_SECONDS = 2.0
# Docker asks each of its plugins for its version before it prints anything.
_INFO_SECONDS = 15.0
_SNAPSHOTTER = ["driver-type", "io.containerd.snapshotter.v1"]
_CONTAINERD = Path("/var/lib/containerd")


@dataclass(frozen=True)
class Given:
    """What Docker was given, which is less than the machine has where it runs in one of its own.

    Attributes
    ----------
    memory
        Bytes.
    cores
        Processors.
    host
        The name of the machine that the engine runs on.
    system
        That machine's system, such as ``Docker Desktop``.
    folders
        Where it keeps images, there.
    """

    memory: int
    cores: int
    host: str
    system: str
    folders: tuple[Path, ...]


class Engine:
    """The engine that ``docker`` speaks to; each thing is asked once, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: list[Given | None] = []

    def version(self) -> str:
        """Return the engine's version.

        Raises
        ------
        ToolMissingError
            Docker is not installed, or what is called docker is not Docker.
        ClusterError
            No engine answers within two seconds.
        """
        if shutil.which("docker") is None:
            raise ToolMissingError(
                "docker is not installed.",
                "Install Docker for Minikube, or use --cluster embedded.",
                mend=mending.install("docker"),
            )
        try:
            done = run(commands.docker_version(), check=False, timeout=_ANSWER_SECONDS)
        except CommandError:
            raise _silent([f"It said nothing for {_ANSWER_SECONDS:g} s."]) from None
        _refuse_podman(done)
        try:
            server = json.loads(done.stdout)["Server"]
            return str(server["Version"])
        except (ValueError, KeyError, TypeError):
            raise _silent(done.stderr.strip().splitlines()) from None

    def given(self) -> Given | None:
        """Return what the engine was given, or None when none answers."""
        with self._lock:
            if not self._given:
                self._given.append(_ask())
            return self._given[0]


def _ask() -> Given | None:
    try:
        done = run(commands.docker_info(), check=False, timeout=_INFO_SECONDS)
        info = json.loads(done.stdout)
    except (CommandError, ToolMissingError, ValueError):
        return None
    # Without an engine Docker prints the same fields, and nothing in them.
    if not isinstance(info, dict) or not info.get("ServerVersion") or not info.get("MemTotal"):
        return None
    folders = [Path(info["DockerRootDir"])]
    if _SNAPSHOTTER in (info.get("DriverStatus") or ()):
        folders.append(_CONTAINERD)
    return Given(int(info["MemTotal"]), int(info["NCPU"]), str(info["Name"]),
                 str(info["OperatingSystem"]), tuple(folders))  # fmt: skip


def _refuse_podman(done: Completed) -> None:
    """Refuse podman's imitation of Docker, as a program and as what listens behind Docker's."""
    said = (done.stdout + done.stderr).lower()
    if "podman" in said or _has(done.stdout, lambda version: "APIVersion" in version["Client"]):
        raise ToolMissingError(
            "What is called docker here is podman, and Minikube's Docker driver needs Docker.",
            "Install Docker, or let DOCKER_HOST and docker context use name its engine.",
            mend=mending.install("docker"),
        )


def _has(text: str, test: Callable[[Any], bool]) -> bool:
    try:
        return test(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return False


def _silent(details: list[str]) -> ClusterError:
    denied = any("permission denied" in line for line in details)
    mend = mending.JOIN_DOCKER if denied else mending.start_docker()
    return ClusterError("Docker's engine does not answer.", f"Run {mend}", details, mend=mend)
