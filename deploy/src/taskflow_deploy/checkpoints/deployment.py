"""What the checkpoints know of one deployment, and hand on to each other."""

from dataclasses import dataclass, field
from typing import Any

from taskflow_deploy.clusters.base import BuiltImage, Cluster
from taskflow_deploy.journal import Journal
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.settings import Settings


@dataclass(frozen=True)
class Wishes:
    """What the caller of ``up`` asked for beside the deployment itself.

    Attributes
    ----------
    frozen
        The tag that the app's sources must be those of; empty for any sources.
    rebuild
        Build the images even where the node has them.
    ready_seconds
        How long pods may take to be ready.
    """

    frozen: str = ""
    rebuild: bool = False
    ready_seconds: float = 120.0


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
    values
        The chart's values; no secret is among them.
    content
        A hash of what is to be deployed.
    revisions
        The release's revisions before this run, oldest first.
    runs
        Whether the cluster runs, once that was asked; see :attr:`is_running`.
    seen
        What the checks of the node look at, read once for all of them.
    rendered
        Renderings of the chart, by what they were made of.
    manifest
        The one that is deployed.
    diff, changes
        How it differs from what is deployed: as text, and an entry for each object.
    unchanged
        Whether this very content is deployed and was verified.
    changed
        Whether the release was changed, so that a failure has to undo it.
    verified
        What was verified, for people; empty until then.
    journal
        What was done so far, for evidence.
    """

    paths: Paths
    output: Output
    settings: Settings
    cluster: Cluster
    wishes: Wishes = field(default_factory=Wishes)
    database_url: str = ""
    database: str = ""
    images: dict[str, BuiltImage] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    content: str = ""
    revisions: list[dict[str, Any]] = field(default_factory=list)
    runs: bool | None = None
    seen: list[dict[str, Any]] | None = None
    rendered: dict[str, str] = field(default_factory=dict)
    manifest: str = ""
    diff: str = ""
    changes: list[str] = field(default_factory=list)
    unchanged: bool = False
    changed: bool = False
    verified: str = ""
    journal: Journal = field(default_factory=lambda: Journal(None, "up"))

    @property
    def is_running(self) -> bool:
        """Whether the cluster runs: asked once, since each look at it is a call of its API."""
        if self.runs is None:
            self.runs = self.cluster.status().running
        return self.runs

    @property
    def url(self) -> str:
        """Where the frontend answers."""
        return f"http://{self.cluster.address()}:{self.settings.node_port}"
