"""What Minikube's way needs of the machine; looking changes nothing."""

import json
import re
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.checks import Check, Found, Look, skipped, warned
from taskflow_deploy.clusters.minikube import commands, mending, profile
from taskflow_deploy.clusters.minikube.engine import Engine, Given
from taskflow_deploy.clusters.minikube.node import Node
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.errors import (
    CommandError,
    DiskSpaceError,
    ResourcesError,
    ToolMissingError,
)
from taskflow_deploy.runner import run

_GIGABYTE = 10**9
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.\d+)?")
_VERSION_SECONDS = 10.0
_LEAST_MEMORY, _PLANS_MEMORY = 3 * _GIGABYTE, 8 * _GIGABYTE
_FEWEST_CORES, _PLANS_CORES = 2, 4
# The node's image, Kubernetes' images, and ours in Docker, in the node and in the build's cache;
# of these, what a further deployment adds. What Minikube's documentation asks for.
_DISK_TO_CREATE, _DISK_TO_GO_ON, _DISK_TO_HAVE = 6 * _GIGABYTE, 3 * _GIGABYTE, 20 * _GIGABYTE
_NO_ENGINE = "Docker's engine does not answer"
_ELSE = "./taskflow dev"


@dataclass(frozen=True)
class Range:
    """Which versions of a program will do, as major and minor.

    Attributes
    ----------
    least
        The oldest that will.
    newest
        The newest major version that existed when this was written.
    """

    least: tuple[int, int]
    newest: int


# The API of Docker 29 begins at that of 25, and an older client or engine does not understand it.
DOCKER = Range((25, 0), 29)
# 1.34 read MINIKUBE_HOME by another rule, so that we would look for its files in the wrong place;
# 1.36 is the first whose Kubernetes, 1.33, is one that the oldest kubectl of below speaks to.
MINIKUBE = Range((1, 36), 1)
KUBECTL = Range((1, 33), 1)
# An upgrade is given --force-conflicts, which Helm 3 does not have.
HELM = Range((4, 0), 4)


class Requirements:
    """The checks.

    Parameters
    ----------
    programs
        Runs Minikube.
    kubectl, helm
        The programs that the cluster uses.
    """

    def __init__(self, programs: Programs, kubectl: Path, helm: Path) -> None:
        self._programs = programs
        self._engine = Engine()
        self._kubectl = kubectl
        self._helm = helm

    def checks(self) -> Sequence[Check[None]]:
        """Return the checks; they may be performed at the same time."""
        looks: dict[str, tuple[str, Callable[[], str | Found]]] = {
            "docker": ("Docker", self._docker),
            "minikube": ("Minikube", self._minikube),
            "kubectl": ("kubectl", self._kubectl_version),
            "helm": ("Helm", self._helm_version),
            "docker-memory": ("Docker's memory", self._memory),
            "docker-cpus": ("Docker's processors", self._cores),
            "docker-disk": ("Docker's disk", self._disk),
        }
        return [Check(f"prerequisites.{name}", title, _alone(look))
                for name, (title, look) in looks.items()]  # fmt: skip

    def _docker(self) -> str | Found:
        """Look whether Docker answers within two seconds, is Docker, and has its builder."""
        started = time.monotonic()
        version = self._engine.version()
        seconds = time.monotonic() - started
        if run(commands.docker_builder(), check=False, timeout=_VERSION_SECONDS).code != 0:
            raise ToolMissingError(
                "Docker's builder, buildx, is not installed.",
                "Without it Docker cannot say which image it built.",
                mend=mending.install_builder(),
            )
        return _judge("docker", version, DOCKER, f", answers in {seconds:.2f} s")

    def _minikube(self) -> str | Found:
        """Look at Minikube's version."""
        said = _said("minikube", commands.minikube_version())
        return _judge("minikube", said, MINIKUBE)

    def _kubectl_version(self) -> str | Found:
        """Look at kubectl's version."""
        said = _said("kubectl", commands.kubectl_version(self._kubectl))
        try:
            version = str(json.loads(said)["clientVersion"]["gitVersion"])
        except (ValueError, KeyError, TypeError):
            version = said
        return _judge("kubectl", version, KUBECTL)

    def _helm_version(self) -> str | Found:
        """Look at Helm's version."""
        return _judge("helm", _said("helm", commands.helm_version(self._helm)), HELM)

    def _memory(self) -> str | Found:
        """Measure the memory that was given to Docker, not the host's."""
        given = self._engine.given()
        if given is None:
            return skipped(_NO_ENGINE)
        said = f"{given.memory / _GIGABYTE:.1f} GB of memory"
        if given.memory < _LEAST_MEMORY:
            raise ResourcesError(
                f"Docker was given {said}; {_LEAST_MEMORY // _GIGABYTE} GB are needed.",
                _how_to_give_more(given),
                mend=_to_give_more(given) or _ELSE,
            )
        if given.memory < _PLANS_MEMORY:
            plan = f"the plan is {_PLANS_MEMORY // _GIGABYTE} GB, so Minikube gets less"
            return warned(f"{said}; {plan}. {_how_to_give_more(given)}", _to_give_more(given))
        return said

    def _cores(self) -> str | Found:
        """Count the processors that were given to Docker."""
        given = self._engine.given()
        if given is None:
            return skipped(_NO_ENGINE)
        said = f"{given.cores} processors"
        if given.cores < _FEWEST_CORES:
            raise ResourcesError(
                f"Docker was given {given.cores} of the {_FEWEST_CORES} processors that "
                "Kubernetes needs.",
                _how_to_give_more(given),
                mend=_to_give_more(given) or _ELSE,
            )
        if given.cores < _PLANS_CORES:
            plan = f"the plan is {_PLANS_CORES}. {_how_to_give_more(given)}"
            return warned(f"{said}; {plan}", _to_give_more(given))
        return said

    def _disk(self) -> str | Found:
        """Measure the free disk where Docker or the node keeps images."""
        given = self._engine.given()
        if given is None:
            return skipped(_NO_ENGINE)
        exists = shutil.which("minikube") is not None and profile.read(self._programs) is not None
        found = _free_here(given)
        if found is None and not (exists and self._runs()):
            return skipped("Docker keeps its disk to itself; Minikube can tell once it runs")
        free, where = found or (Node(self._programs).free_bytes(), "the node")
        said = f"{free / _GIGABYTE:.1f} GB free in {where}"
        needed = _DISK_TO_GO_ON if exists else _DISK_TO_CREATE
        if free < needed:
            raise DiskSpaceError(
                f"Docker has {said}, and {needed // _GIGABYTE} GB are needed.",
                "Remove images and build caches that nothing uses.",
                mend="docker system prune",
            )
        if free < _DISK_TO_HAVE and not exists:
            return warned(f"{said}; Minikube asks for {_DISK_TO_HAVE // _GIGABYTE} GB",
                          "docker system prune")  # fmt: skip
        return said

    def _runs(self) -> bool:
        done = self._programs.run(commands.status(), check=False, seconds=_VERSION_SECONDS)
        try:
            return bool(json.loads(done.stdout)["Host"] == "Running")
        except (ValueError, KeyError, TypeError):
            return False


def _alone(look: Callable[[], str | Found]) -> Look[None]:
    def run(_machine: None) -> str | Found:
        return look()

    run.__doc__ = look.__doc__
    return run


def _said(program: str, command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        raise ToolMissingError(
            f"{program} is not installed.",
            f"Install {program} for Minikube, or use --cluster embedded, which builds its own.",
            mend=mending.install(program),
        )
    try:
        return run(command, timeout=_VERSION_SECONDS).stdout.strip()
    except CommandError as error:
        raise ToolMissingError(
            f"{program} does not say its version.",
            f"Install {program} anew.",
            [error.message, *error.details],
            mend=mending.install(program),
        ) from None


def _judge(program: str, said: str, wanted: Range, more: str = "") -> str | Found:
    found = _VERSION.search(said)
    if found is None:
        return warned(f"{program} says {said!r}, which is no version")
    version, major = found[0].removeprefix("v"), int(found[1])
    if (major, int(found[2])) < wanted.least:
        least = ".".join(str(number) for number in wanted.least)
        raise ToolMissingError(
            f"{program} {version} is too old: {least} or newer is needed.",
            f"Install a newer {program}, or use --cluster embedded.",
            mend=mending.install(program),
        )
    if major > wanted.newest:
        return warned(f"{program} {version}{more}: newer than any that was known here")
    return f"{program} {version}{more}"


def _free_here(given: Given) -> tuple[int, str] | None:
    """Return the free bytes where the engine keeps images, or None when that is not this host."""
    if given.host != socket.gethostname():
        return None
    seen = [folder for folder in given.folders if folder.exists()]
    return min(((shutil.disk_usage(folder).free, str(folder)) for folder in seen), default=None)


def _how_to_give_more(given: Given) -> str:
    if mending.is_wsl():
        return "Raise memory and processors in .wslconfig first."
    if given.system.startswith("Docker Desktop"):
        return "Raise them in Docker Desktop first: Settings, Resources."
    return "It has all that this machine has." if not _to_give_more(given) else "Give it more."


def _to_give_more(given: Given) -> str:
    """Return the command that gives the engine the plan's share; none where it has everything."""
    if given.host.startswith("colima"):
        memory = _PLANS_MEMORY // _GIGABYTE
        return f"colima stop && colima start --cpu {_PLANS_CORES} --memory {memory}"
    if mending.is_wsl():
        return "wsl.exe --shutdown"
    return "docker desktop restart" if given.system.startswith("Docker Desktop") else ""
