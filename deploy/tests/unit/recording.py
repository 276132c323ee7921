"""A cluster that does what it is told at once, and writes down what that was."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from taskflow_deploy.clusters.base import BuiltImage, ClusterStatus, ImageSpec
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools


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

    def start(self) -> None:
        """Write a kubeconfig."""
        self._note("start")
        view = {
            "clusters": [{"name": "c", "cluster": {"server": "https://192.168.49.2:8443"}}],
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
