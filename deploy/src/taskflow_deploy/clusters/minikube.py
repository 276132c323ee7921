"""Minikube with Docker, in a profile of its own."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from taskflow_deploy.clusters.base import (
    NAMESPACE,
    BuiltImage,
    ClusterStatus,
    ImageSpec,
    PartStatus,
)
from taskflow_deploy.errors import (
    ClusterError,
    CommandError,
    ImageBuildError,
    ImageLoadError,
    ToolMissingError,
)
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.runner import Completed, run

PROFILE = "taskflow"
_CPUS = 4
_MEMORY_MB = 8192
_MEGABYTE = 1024 * 1024
_ENGINE_SECONDS = 10


def available() -> bool:
    """Tell whether Minikube is installed and a Docker engine answers."""
    if shutil.which("minikube") is None or shutil.which("docker") is None:
        return False
    try:
        return run(["docker", "info"], check=False, timeout=_ENGINE_SECONDS).code == 0
    except CommandError:  # it hangs: as good as none
        return False


def start_command(cpus: int, memory_mb: int, *, as_root: bool) -> list[str]:
    """Return the command that starts the profile, with network policies enforced.

    The node runs its containers by Docker too, so that an image has one id in
    both. Minikube refuses root unless it is forced.
    """
    command = [
        "minikube", "start", "--profile", PROFILE, "--driver=docker",
        "--container-runtime=docker", "--cni=calico", f"--cpus={cpus}", f"--memory={memory_mb}mb",
        "--keep-context", f"--namespace={NAMESPACE}",
    ]  # fmt: skip
    return [*command, "--force"] if as_root else command


def build_command(image: ImageSpec, id_file: Path) -> list[str]:
    """Return the command that builds an image in Docker and writes its id to a file.

    The id is the digest of the image's configuration, whichever store Docker
    uses; without attestations there is exactly one.
    """
    command = ["docker", "build", "--file", str(image.dockerfile)]
    command += ["--provenance=false", "--iidfile", str(id_file)]
    for tag in (image.tag, *image.also):
        command += ["--tag", f"{image.name}:{tag}"]
    for argument, value in {**image.bases, **image.arguments}.items():
        command += ["--build-arg", f"{argument}={value}"]
    for reference in image.bases.values():
        base = f"org.opencontainers.image.base.name=docker.io/library/{reference}"
        command += ["--label", base]
    return [*command, str(image.context)]


def resources(cores: int, memory_mb: int) -> tuple[int, int]:
    """Return the CPUs and megabytes to ask for: the plan's, or what the machine can give."""
    return min(_CPUS, cores), min(_MEMORY_MB, memory_mb * 3 // 4)


class MinikubeCluster:
    """A Kubernetes run by Minikube; see :class:`..base.Cluster`."""

    kind = "minikube"
    context = PROFILE

    def __init__(self, paths: Paths, output: Output) -> None:
        self._output = output
        self.kubeconfig = paths.kubeconfig
        self.kubectl = _program("kubectl")
        self.helm = _program("helm")

    def start(self) -> None:
        """Start the profile, with less than the plan asks for where the machine has less."""
        if self._state() == "Running":
            return
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
        cpus, memory = resources(os.cpu_count() or 1, total)
        if (cpus, memory) != (_CPUS, _MEMORY_MB):
            self._output.warn(f"Minikube gets {cpus} CPUs and {memory} MB, not 4 and 8192.")
        try:
            self._run(*start_command(cpus, memory, as_root=os.geteuid() == 0))
        except CommandError as error:
            raise ClusterError(
                "Minikube does not start.",
                f"Run it by hand to see more: minikube start -p {PROFILE}",
                error.details,
            ) from None

    def stop(self) -> None:
        """Stop the profile and keep what it holds; quiet where there is none."""
        if self._state():
            self._run("minikube", "stop", "--profile", PROFILE)

    def delete(self) -> None:
        """Delete the profile."""
        self._run("minikube", "delete", "--profile", PROFILE)
        self.kubeconfig.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        """Look at the profile."""
        state = self._state()
        part = PartStatus("minikube", well=state == "Running", detail=state or "not created")
        return ClusterStatus(exists=bool(state), running=part.well, parts=[part])

    def build(self, image: ImageSpec) -> BuiltImage:
        """Build an image in Docker."""
        with tempfile.TemporaryDirectory() as folder:
            id_file = Path(folder) / "id"
            try:
                run(build_command(image, id_file))
            except CommandError as error:
                raise ImageBuildError(
                    f"The image {image.name} could not be built.",
                    f"The lines above say why; the build is described in {image.dockerfile}.",
                    error.details,
                ) from None
            built = id_file.read_text(encoding="ascii").strip()
        return BuiltImage(image.reference, built, dict(image.bases), cached=False)

    def load(self, image: BuiltImage) -> None:
        """Copy an image into the node; success is only believed when its id is read back."""
        if self.image_id(image.reference) == image.image_id:
            return
        try:
            self._run("minikube", "image", "load", "--profile", PROFILE, image.reference)
        except CommandError as error:
            raise ImageLoadError(
                f"The image {image.reference} could not be copied into Minikube.",
                "Run ./taskflow up again; if it stays, ./taskflow cluster delete first.",
                error.details,
            ) from None

    def export(self, reference: str, archive: Path) -> None:
        """Write an image as Docker has it."""
        run(["docker", "image", "save", "--output", str(archive), reference])

    def image_id(self, reference: str) -> str | None:
        """Return the id of an image in the node."""
        listed = self._run("minikube", "image", "ls", "--profile", PROFILE, "--format", "json")
        for image in json.loads(listed.stdout or "[]"):
            if f"docker.io/library/{reference}" in image.get("repoTags", ()):
                return "sha256:" + str(image["id"]).removeprefix("sha256:")
        return None

    def address(self) -> str:
        """Return the node's address."""
        return self._ask("address", "minikube", "ip", "--profile", PROFILE)

    def host_addresses(self) -> Sequence[str]:
        """Return the host's address on the network that Docker made for the profile."""
        gateway = "{{range .IPAM.Config}}{{.Gateway}}{{end}}"
        return [self._ask("gateway", "docker", "network", "inspect", PROFILE, "--format", gateway)]

    def client_networks(self) -> Sequence[str]:
        """Return the profile's network."""
        subnet = "{{range .IPAM.Config}}{{.Subnet}}{{end}}"
        return [self._ask("network", "docker", "network", "inspect", PROFILE, "--format", subnet)]

    def _state(self) -> str:
        """Return the host's state, ``Incomplete`` after a start that was cut short, or nothing."""
        command = ["minikube", "status", "--profile", PROFILE, "-o", "json"]
        try:
            found = json.loads(self._run(*command, check=False).stdout)
            host, rest = str(found["Host"]), (found["APIServer"], found["Kubeconfig"])
        except (ValueError, KeyError, TypeError):
            return ""
        return "Incomplete" if host == "Running" and rest != ("Running", "Configured") else host

    def _ask(self, what: str, *command: str) -> str:
        try:
            answer, details = self._run(*command).stdout.strip(), []
        except CommandError as error:
            answer, details = "", error.details
        if not answer:
            raise ClusterError(
                f"The {what} of Minikube's node is not to be had.",
                f"See minikube status -p {PROFILE}, then run ./taskflow cluster start.",
                details,
            )
        return answer

    def _run(self, *command: str, check: bool = True) -> Completed:
        # Minikube writes its context where KUBECONFIG points, and ~/.kube/config stays untouched.
        return run(command, env={"KUBECONFIG": str(self.kubeconfig)}, check=check)


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise ToolMissingError(
            f"{name} is not installed.",
            f"Install {name} for Minikube, or use --cluster embedded, which builds its own.",
        )
    return Path(found)
