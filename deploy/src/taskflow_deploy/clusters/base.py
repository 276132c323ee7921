"""What the pipeline needs of a cluster, whichever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from taskflow_deploy.checks import Check

NAMESPACE = "taskflow"


@dataclass(frozen=True)
class ImageSpec:
    """An image to build.

    Attributes
    ----------
    name
        Repository name without tag, such as ``taskflow-backend``.
    tag
        The tag that is deployed, made from the content of the sources.
    also
        Further tags for people: the version and ``latest``.
    dockerfile, context
        What is built.
    bases
        Build argument of each base image to its reference:
        ``{"PYTHON_IMAGE": "python:3.11-slim"}``.
    dependencies
        Files that decide what the image installs.
    arguments
        Other build arguments.
    """

    name: str
    tag: str
    also: Sequence[str]
    dockerfile: Path
    context: Path
    bases: Mapping[str, str]
    dependencies: Sequence[Path] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """Name and tag."""
        return f"{self.name}:{self.tag}"


@dataclass(frozen=True)
class BuiltImage:
    """An image that was built.

    Attributes
    ----------
    reference
        Name and tag.
    image_id
        The id a running pod reports: the digest of the image's configuration.
    bases
        Where each base came from: a registry's reference, or the stand-in's name.
    cached
        Whether nothing had to be built.
    """

    reference: str
    image_id: str
    bases: Mapping[str, str]
    cached: bool


@dataclass(frozen=True)
class PartStatus:
    """One part of a cluster: its name, whether it is well, and one line about it."""

    name: str
    well: bool
    detail: str


@dataclass(frozen=True)
class ClusterStatus:
    """How a cluster is.

    Attributes
    ----------
    exists, running
        Whether there is anything to delete, and whether it answers.
    parts
        Its components.
    """

    exists: bool
    running: bool
    parts: Sequence[PartStatus] = ()


class Cluster(Protocol):
    """A local Kubernetes, started and filled by us."""

    kind: str
    """``embedded`` or ``minikube``."""

    kubeconfig: Path
    context: str
    kubectl: Path
    helm: Path

    def start(self) -> None:
        """Make the cluster answer, creating it when it does not exist; quick when it runs."""

    def stop(self) -> None:
        """Stop it and keep what it holds."""

    def delete(self) -> None:
        """Remove it and everything it left on the machine."""

    def status(self) -> ClusterStatus:
        """Look at it without changing it."""

    def build(self, image: ImageSpec) -> BuiltImage:
        """Build an image, where possible straight into the node's store.

        Raises
        ------
        ImageBuildError
            The build failed; the details hold its last lines.
        """

    def load(self, image: BuiltImage) -> None:
        """Bring a built image into the node; nothing to do where it was built there."""

    def export(self, reference: str, archive: Path) -> None:
        """Write an image into a file, as an archive in the OCI layout."""

    def image_id(self, reference: str) -> str | None:
        """Return the id of an image as the node knows it, or None when it is not there."""

    def requirements(self) -> Sequence[Check[None]]:
        """Return what this kind needs of the machine, as checks that change nothing."""

    def refusal(self, server: str, authority: str) -> str | None:
        """Return why an API server is not this cluster's, or None where it is.

        Parameters
        ----------
        server
            Its URL, as a kubeconfig has it.
        authority
            The certificate that signs its own, in PEM.
        """

    def reaches(self, host: str, port: int) -> bool:
        """Tell whether a TCP connection from inside the node is taken."""

    def resolves(self, name: str) -> bool:
        """Tell whether the cluster's DNS has an address for a name, asked from inside the node."""

    def address(self) -> str:
        """Return the address at which this host reaches a NodePort."""

    def make_reachable(self, node_port: int) -> None:
        """Make a NodePort answer at :meth:`address`; nothing to do where the node's is reached."""

    def release_way(self) -> None:
        """End what :meth:`make_reachable` started: there is nothing to reach any more."""

    def host_addresses(self) -> Sequence[str]:
        """Return the addresses at which pods reach this host, best first."""

    def client_networks(self) -> Sequence[str]:
        """Return the networks, in CIDR form, that pods' connections to this host come from."""
