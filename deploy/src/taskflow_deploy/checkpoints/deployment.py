"""What the checkpoints know of one deployment, and hand on to each other."""

from dataclasses import dataclass, field

from taskflow_deploy.clusters.base import BuiltImage, Cluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.settings import Settings


@dataclass
class Deployment:
    """One run of ``up``.

    Attributes
    ----------
    database_url
        As pods use it, once the prerequisites are met.
    database
        Which database that is, for people.
    images
        What was built, by component.
    content
        A hash of what is to be deployed.
    changed
        Whether the release was changed, so that a failure has to undo it.
    """

    paths: Paths
    output: Output
    settings: Settings
    cluster: Cluster
    database_url: str = ""
    database: str = ""
    images: dict[str, BuiltImage] = field(default_factory=dict)
    content: str = ""
    changed: bool = False

    @property
    def url(self) -> str:
        """Where the frontend answers."""
        return f"http://{self.cluster.address()}:{self.settings.node_port}"
