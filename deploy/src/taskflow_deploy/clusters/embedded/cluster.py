"""The embedded cluster: one real Kubernetes node on this machine."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from taskflow_deploy.checks import Check
from taskflow_deploy.clusters.base import BuiltImage, ClusterStatus, ImageSpec, PartStatus
from taskflow_deploy.clusters.embedded import (
    bases,
    builder,
    certificates,
    configuration,
    dns_probe,
    node,
    oci,
    packages,
    preflight,
    tcp_probe,
)
from taskflow_deploy.clusters.embedded.components import CLUSTER, MODULE, POLICIES, PROGRAMS
from taskflow_deploy.clusters.embedded.network import (
    DNS_ADDRESS,
    POD_NETWORK,
    node_network,
)
from taskflow_deploy.errors import ClusterError, ClusterNotRunningError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.programs import compiler
from taskflow_deploy.runner import run

_READY_SECONDS = 120.0
_POLL_SECONDS = 0.1


class EmbeddedCluster:
    """A Kubernetes built from its published modules; see :class:`..base.Cluster`.

    Parameters
    ----------
    paths
        The instance's folders.
    output
        Where progress is said.
    assume_yes
        Install packages without asking.
    """

    kind = "embedded"

    def __init__(self, paths: Paths, output: Output, *, assume_yes: bool) -> None:
        self._paths = paths
        self._output = output
        self._assume_yes = assume_yes
        self._programs = compiler.folder(paths.cache, CLUSTER)
        self._configuration = configuration.Configuration(
            paths,
            node_network(paths.instance),
            self._programs,
            compiler.folder(paths.cache, POLICIES),
        )
        self._from_registry: bool | None = None
        self.kubeconfig = paths.kubeconfig
        self.context = certificates.CONTEXT
        self.kubectl = self._programs / "kubectl"
        self.helm = self._programs / "helm"

    def start(self) -> None:
        """Start the node, compiling and installing first what is missing.

        Raises
        ------
        DeployError
            The machine is refused, something cannot be fetched, or the node
            does not become ready.
        """
        if node.running(self._paths.run) is not None:
            self._wait_until_ready()
            return
        preflight.Needs(self._paths).require()
        packages.ensure(packages.NODE_PACKAGES, self._output, assume_yes=self._assume_yes)
        for programs in PROGRAMS:
            compiler.ensure_programs(self._paths.cache, programs, self._output)
        with self._output.timed("Kubernetes is ready"):
            self._configuration.write()
            certificates.ensure(self._configuration, self.kubeconfig)
            node.start(self._configuration)
            self._wait("the container runtime", self._runtime_answers)
            self._import_programs()
            self._wait("the Kubernetes API", self._api_answers)
            self._apply_manifests()
            self._wait_until_ready()

    def stop(self) -> None:
        """Stop the node; its state is kept for the next start."""
        node.stop(self._configuration)

    def delete(self) -> None:
        """Stop the node and remove its state; compiled programs stay in the cache."""
        if os.geteuid() == 0:
            node.stop(self._configuration)
        for folder in (self._configuration.state, self._configuration.logs):
            if folder.exists():
                shutil.rmtree(folder)
        self.kubeconfig.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        """Look at the node and its components without changing anything."""
        exists = self._configuration.state.exists()
        if node.running(self._paths.run) is None:
            return ClusterStatus(exists=exists, running=False)
        parts = [
            PartStatus(name, bool(part["ready"]), _describe(part["running"], part["restarts"]))
            for name, part in node.parts(self._paths.run).items()
        ]
        return ClusterStatus(exists=True, running=self._api_answers(), parts=parts)

    def build(self, image: ImageSpec) -> BuiltImage:
        """Build an image straight into the node's store."""
        if self._from_registry is None:
            self._from_registry = bases.registry_answers()
        return builder.build(
            self._configuration,
            image,
            self._output,
            from_registry=self._from_registry,
            assume_yes=self._assume_yes,
        )

    def load(self, image: BuiltImage) -> None:
        """Do nothing: the image was built where it runs."""

    def export(self, reference: str, archive: Path) -> None:
        """Write an image of the node's store as an archive."""
        builder.export_archive(self._configuration, reference, archive)

    def image_id(self, reference: str) -> str | None:
        """Return the digest of an image's configuration, as the node has it, or None."""
        return builder.image_id(self._configuration, reference)

    def requirements(self) -> Sequence[Check[None]]:
        """Return what the machine must have before anything is changed on it."""
        return preflight.Needs(self._paths).checks()

    def refusal(self, server: str, authority: str) -> str | None:
        """Return why an API server is not the node's, or None where it is."""
        ours = f"https://{self.address()}:{configuration.API_PORT}"
        if server != ours:
            return f"its address is {server}, and the node's is {ours}"
        if authority.strip() != certificates.authority(self._configuration).strip():
            return "its certificate authority is not the node's"
        return None

    def reaches(self, host: str, port: int) -> bool:
        """Tell whether a TCP connection from the node's network is taken."""
        return self._asked_inside(tcp_probe, host, str(port))

    def resolves(self, name: str) -> bool:
        """Tell whether the cluster's DNS has an address for a name, asked in the node's network."""
        return self._asked_inside(dns_probe, DNS_ADDRESS, name)

    def address(self) -> str:
        """Return the node's address, at which NodePorts answer."""
        return self._configuration.network.node_address

    def make_reachable(self, node_port: int) -> None:
        """Do nothing: this host reaches the node by its own address."""

    def release_way(self) -> None:
        """Do nothing, for the same reason."""

    def host_addresses(self) -> Sequence[str]:
        """Return the host's end of the node's cable."""
        return [self._configuration.network.host_address]

    def client_networks(self) -> Sequence[str]:
        """Return the node's network: pods leave under the node's address."""
        return [str(self._configuration.network.network), POD_NETWORK]

    def _import_programs(self) -> None:
        for name, reference in (
            ("pause", configuration.PAUSE_IMAGE),
            ("coredns", configuration.coredns_image()),
        ):
            archive = self._programs / f"{name}.tar"
            if not archive.exists():
                oci.program_archive(self._programs / name, archive, reference)
            if self.image_id(reference) is None:
                builder.import_archive(self._configuration, archive)

    def _apply_manifests(self) -> None:
        manifests = sorted((MODULE / "manifests").iterdir())
        run(
            [*self._kubectl(), "apply", "--server-side", "--force-conflicts", "-f", "-"],
            stdin="---\n".join(self._configuration.fill(manifest) for manifest in manifests),
        )

    def _wait_until_ready(self) -> None:
        self._wait("the node to be ready", self._node_is_ready)
        self._wait("the network policies", self._policies_hold)
        self._wait("the cluster's DNS", self._dns_answers)

    def _wait(self, what: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not answers():
            if node.running(self._paths.run) is None:
                raise ClusterNotRunningError(
                    "The node ended while it was starting.",
                    f"See {self._configuration.logs} for its components' logs.",
                    _tail(self._configuration.logs / "node.log"),
                )
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"Waited {_READY_SECONDS:.0f} s in vain for {what}.",
                    f"See the logs in {self._configuration.logs}, then run ./taskflow cluster stop "
                    "and try again.",
                    self._ill_parts(),
                )
            time.sleep(_POLL_SECONDS)

    def _ill_parts(self) -> list[str]:
        parts = node.parts(self._paths.run)
        ill = [name for name, part in parts.items() if not part["ready"] or part["restarts"]]
        return [
            line
            for name in ill
            for line in (name, *_tail(self._configuration.logs / f"{name}.log"))
        ]

    def _kubectl(self) -> list[str]:
        return [str(self.kubectl), "--kubeconfig", str(self.kubeconfig)]

    def _runtime_answers(self) -> bool:
        return run([*builder.containerd(self._configuration), "version"], check=False).code == 0

    def _api_answers(self) -> bool:
        command = [*self._kubectl(), "get", "--raw=/readyz", "--request-timeout=2s"]
        return run(command, check=False).code == 0

    def _node_is_ready(self) -> bool:
        path = "jsonpath={.items[0].status.conditions[?(@.type=='Ready')].status}"
        done = run([*self._kubectl(), "get", "nodes", "-o", path], check=False)
        return done.stdout.strip() == "True"

    def _policies_hold(self) -> bool:
        return bool(node.parts(self._paths.run).get(configuration.POLICY_AGENT, {}).get("ready"))

    def _dns_answers(self) -> bool:
        # Asked for real: a status may still be from before the node's last stop.
        return self.resolves(dns_probe.API_NAME)

    def _asked_inside(self, probe: ModuleType, *words: str) -> bool:
        """Run a probe in the node's network and return whether it was content."""
        pid = node.running(self._paths.run)
        if pid is None:
            return False
        enter = ["nsenter", "--target", str(pid), "--net"]
        ask = [sys.executable, "-I", str(probe.__file__), *words]
        return run([*enter, *ask], check=False).code == 0


def _describe(running: bool, restarts: int) -> str:
    state = "running" if running else "stopped"
    return f"{state}, restarted {restarts} times" if restarts else state


def _tail(path: Path) -> list[str]:
    if not path.exists():
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
