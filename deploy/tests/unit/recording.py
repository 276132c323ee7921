"""A cluster that does what it is told at once, and writes down what that was."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from taskflow_deploy.checks import Check
from taskflow_deploy.clusters.base import BuiltImage, ClusterStatus, ImageSpec
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools

AUTHORITY = "-----BEGIN CERTIFICATE-----\nof the tests\n-----END CERTIFICATE-----\n"


class RecordingCluster:
    """A stand-in for a cluster; kubectl and Helm are stand-ins of their own.

    Parameters
    ----------
    tools
        Where the stand-ins are; calls of both are kept in one order.
    paths
        The instance.
    """

    kind = "minikube"
    context = "taskflow"

    def __init__(self, tools: Tools, paths: Paths) -> None:
        self._tools = tools
        self.kubeconfig = paths.kubeconfig
        self.kubectl: Path = tools.folder / "kubectl"
        self.helm: Path = tools.folder / "helm"
        self.raises: dict[str, BaseException] = {}
        self.loses_images = False
        self.needs: list[Check[None]] = []
        self.refuses: str | None = None
        self.out_of_reach: set[str] = set()

    def start(self) -> None:
        """Write a kubeconfig."""
        self._note("start")
        view = {
            "clusters": [
                {"name": "c",
                 "cluster": {"server": "https://192.168.49.2:8443",
                             "certificate-authority-data": base64.b64encode(
                                 AUTHORITY.encode()).decode()}}
            ],
            "users": [{"name": "u", "user": {}}],
            "contexts": [
                {"name": "taskflow",
                 "context": {"cluster": "c", "user": "u", "namespace": "taskflow"}}
            ],
        }  # fmt: skip
        self.kubeconfig.write_text(json.dumps(view), encoding="utf-8")

    def stop(self) -> None:
        """Stop."""
        self._note("stop")

    def delete(self) -> None:
        """Delete."""
        self._note("delete")

    def status(self) -> ClusterStatus:
        """Run, once it was started."""
        running = self.kubeconfig.exists()
        return ClusterStatus(exists=running, running=running)

    def build(self, image: ImageSpec) -> BuiltImage:
        """Build at once."""
        self._note("build", image.reference)
        digest = "sha256:" + hashlib.sha256(image.reference.encode()).hexdigest()
        return BuiltImage(image.reference, digest, dict(image.bases), cached=False)

    def load(self, image: BuiltImage) -> None:
        """Keep the image, unless it is lost on the way."""
        self._note("load", image.reference)
        if not self.loses_images:
            images = self._tools.state("node_images", {})
            self._tools.change(node_images={**images, image.reference: image.image_id})

    def export(self, reference: str, archive: Path) -> None:
        """Write the image's name."""
        archive.write_text(reference, encoding="utf-8")

    def image_id(self, reference: str) -> str | None:
        """Return what was kept."""
        found: str | None = self._tools.state("node_images", {}).get(reference)
        return found

    def requirements(self) -> Sequence[Check[None]]:
        """Need nothing, unless a test says otherwise."""
        return self.needs

    def refusal(self, server: str, authority: str) -> str | None:
        """Return what a test says."""
        return self.refuses or (None if authority == AUTHORITY else f"no authority of {server}")

    def reaches(self, host: str, port: int) -> bool:
        """Reach everything that a test does not put out of reach."""
        self._note("reaches", host, str(port))
        return f"{host}:{port}" not in self.out_of_reach

    def resolves(self, name: str) -> bool:
        """Know every name, unless the DNS is down."""
        self._note("resolves", name)
        return "dns" not in self.out_of_reach

    def make_reachable(self, node_port: int) -> None:
        """Be reachable already."""
        self._note("make_reachable", str(node_port))

    def release_way(self) -> None:
        """Forget it."""
        self._note("release_way")

    def address(self) -> str:
        """Return where the tests serve the backend."""
        return "127.0.0.1"

    def host_addresses(self) -> Sequence[str]:
        """Return the same."""
        return ["127.0.0.1"]

    def client_networks(self) -> Sequence[str]:
        """Return none."""
        return []

    def _note(self, *words: str) -> None:
        call = ["cluster", *words]
        self._tools.world.record(call, call, "")
        if words[0] in self.raises:
            raise self.raises[words[0]]
