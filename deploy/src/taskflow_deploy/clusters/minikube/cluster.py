"""Minikube with Docker, in a profile of its own."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.checks import Check
from taskflow_deploy.clusters.base import BuiltImage, ClusterStatus, ImageSpec, PartStatus
from taskflow_deploy.clusters.minikube import commands, forward, images, ownership, profile
from taskflow_deploy.clusters.minikube.engine import Engine
from taskflow_deploy.clusters.minikube.node import Node
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.clusters.minikube.requirements import Requirements
from taskflow_deploy.clusters.minikube.way import Way
from taskflow_deploy.errors import ClusterError, CommandError, DeployError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.runner import run

_CPUS = 4
_MEMORY_MB = 8192
_MEGABYTE = 1024 * 1024
_CONNECT_SECONDS = 2.0


def available() -> bool:
    """Tell whether Minikube is installed and a Docker engine answers."""
    if shutil.which("minikube") is None:
        return False
    try:
        Engine().version()
    except DeployError:  # none, podman, or it hangs: as good as none
        return False
    return True


def resources(cores: int, memory_mb: int) -> tuple[int, int]:
    """Return the CPUs and megabytes to ask for: the plan's, or what Docker can give."""
    return min(_CPUS, cores), min(_MEMORY_MB, memory_mb * 3 // 4)


@dataclass(frozen=True)
class _Found:
    """Where this host reaches the frontend, and whether it needs a way there."""

    address: str
    hidden: bool


class MinikubeCluster:
    """A Kubernetes run by Minikube; see :class:`taskflow_deploy.clusters.base.Cluster`."""

    kind = "minikube"
    context = commands.CONTEXT

    def __init__(self, paths: Paths, output: Output) -> None:
        self._output = output
        self._programs = Programs(paths.kubeconfig)
        self._node = Node(self._programs)
        self._way = Way(paths)
        self._lock = threading.Lock()
        self._found: _Found | None = None
        self.kubeconfig = paths.kubeconfig
        self.kubectl = _program("kubectl")
        self.helm = _program("helm")

    def start(self) -> None:
        """Start the profile, with less than the plan asks for where Docker has less."""
        if self._state() == "Running":
            return
        cpus, memory = resources(*_given())
        if (cpus, memory) != (_CPUS, _MEMORY_MB):
            self._output.warn(f"Minikube gets {cpus} CPUs and {memory} MB, not 4 and 8192.")
        self._found = None
        try:
            self._programs.run(commands.start(cpus, memory, as_root=os.geteuid() == 0))
        except CommandError as error:
            raise ClusterError(
                "Minikube does not start.",
                f"Run it by hand to see more: minikube start -p {commands.PROFILE}",
                error.details,
            ) from None

    def stop(self) -> None:
        """Stop the profile and keep what it holds; quiet where there is none."""
        self.release_way()
        self._found = None
        if self._state():
            self._programs.run(commands.stop())

    def delete(self) -> None:
        """Delete the profile."""
        self.release_way()
        self._way.forget()
        self._found = None
        self._programs.run(commands.delete())
        self.kubeconfig.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        """Look at the profile, and at the way to it where one had to be made."""
        state = self._state()
        part = PartStatus("minikube", well=state == "Running", detail=state or "not created")
        parts = [part]
        if found := self._way.running():
            well = found.whole and forward.answers(found.port)
            parts.append(PartStatus("forward", well, f"{commands.LOOPBACK}:{found.port}"))
        return ClusterStatus(exists=bool(state), running=part.well, parts=parts)

    def build(self, image: ImageSpec) -> BuiltImage:
        """Build an image in Docker."""
        return images.build(image)

    def load(self, image: BuiltImage) -> None:
        """Copy an image into the node; success is only believed when its id is read back."""
        images.load(self._programs, self._output, image)

    def export(self, reference: str, archive: Path) -> None:
        """Write an image as Docker has it."""
        run(commands.docker_save(reference, archive))

    def image_id(self, reference: str) -> str | None:
        """Return the id of an image in the node."""
        return images.node_id(self._programs, reference)

    def requirements(self) -> Sequence[Check[None]]:
        """Return what Docker, Minikube, kubectl and Helm must be like."""
        return Requirements(self._programs, self.kubectl, self.helm).checks()

    def refusal(self, server: str, authority: str) -> str | None:
        """Return why an API server is not our profile's, or None where it is."""
        return ownership.refusal(self._programs, server, authority)

    def reaches(self, host: str, port: int) -> bool:
        """Tell whether a TCP connection from inside the node is taken."""
        return self._node.reaches(host, port)

    def resolves(self, name: str) -> bool:
        """Tell whether the cluster's DNS has an address for a name, asked from inside the node."""
        return self._node.resolves(name, self._profile().dns)

    def address(self) -> str:
        """Return the node's address, or this host's own where it cannot reach the node's.

        That is so on macOS and in WSL, where Docker runs in a machine of its own.
        It is found out once, so it stays the same for as long as a command runs.

        Raises
        ------
        ClusterError
            Minikube does not say where the node is.
        """
        return self._find().address

    def make_reachable(self, node_port: int) -> None:
        """Lead a port of this host to the frontend where the node is hidden, and keep it going.

        Its pods must be ready: this waits until one answers.

        Raises
        ------
        PortInUseError
            The port of this host belongs to another program.
        ClusterError
            Nothing answers through it.
        """
        if not self._is_hidden():
            self.release_way()
            return
        command = commands.port_forward(self.kubectl, self.kubeconfig, node_port)
        self._way.open(command, node_port, self.kubeconfig)

    def release_way(self) -> None:
        """End what :meth:`make_reachable` left at work; quiet where that is nothing."""
        self._way.close()

    def host_addresses(self) -> Sequence[str]:
        """Return the host's address on the network that Docker made for the profile.

        Of a hidden node, that is Docker's machine; the node then knows the host by another.
        """
        known = self._node.host_address() if self._is_hidden() else None
        return [known or self._programs.ask("gateway", commands.network_inspect(commands.GATEWAY))]

    def client_networks(self) -> Sequence[str]:
        """Return the profile's network; a hidden node's connections come from this host itself."""
        network = self._programs.ask("network", commands.network_inspect(commands.SUBNET))
        return [network, f"{commands.LOOPBACK}/32"] if self._is_hidden() else [network]

    def _is_hidden(self) -> bool:
        return self._find().hidden

    def _find(self) -> _Found:
        with self._lock:
            if self._found is None:
                address = self._programs.ask("address", commands.ip())
                hidden = not _is_reached(address, self._profile().port)
                self._found = _Found(commands.LOOPBACK if hidden else address, hidden)
            return self._found

    def _profile(self) -> profile.Profile:
        found = profile.read(self._programs)
        if found is None:
            raise ClusterError(
                f"Minikube has no profile {commands.PROFILE}.",
                "Run ./taskflow cluster start.",
                mend="./taskflow cluster start",
            )
        return found

    def _state(self) -> str:
        """Return the host's state, ``Incomplete`` after a start that was cut short, or nothing."""
        try:
            found = json.loads(self._programs.run(commands.status(), check=False).stdout)
            host, rest = str(found["Host"]), (found["APIServer"], found["Kubeconfig"])
        except (ValueError, KeyError, TypeError):
            return ""
        return "Incomplete" if host == "Running" and rest != ("Running", "Configured") else host


def _given() -> tuple[int, int]:
    """Return the processors and megabytes that Docker has, or this machine where it is silent."""
    given = Engine().given()
    if given is not None:
        return given.cores, given.memory // _MEGABYTE
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return os.cpu_count() or 1, pages // _MEGABYTE


def _is_reached(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False


def _program(name: str) -> Path:
    """Return where a program is, or its name: a check tells when it is missing, and how to mend."""
    return Path(shutil.which(name) or name)
