"""What a checkpoint is: the pipeline, the command line and the documents know no more of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check

Stage = tuple[Check[Deployment], ...]
"""Checks that are performed side by side; the next stage begins when all hold."""


@dataclass(frozen=True)
class Checkpoint:
    """A step that must hold before the next begins.

    Attributes
    ----------
    id, title
        As scripts and as people name it.
    stages
        Its checks.
    fact
        Returns what people want to know once it has passed.
    recall
        Learns what it would have learned, without doing anything: for ``--from`` a later one.
        Raises a :class:`DeployError` where that is not there.
    unproven
        What a dry run cannot tell of it; empty where it tells everything.
    more
        Returns further checks for the first stage, which depend on the deployment.
    """

    id: str
    title: str
    stages: tuple[Stage, ...]
    fact: Callable[[Deployment], str]
    recall: Callable[[Deployment], None]
    unproven: str = ""
    more: Callable[[Deployment], Sequence[Check[Deployment]]] = lambda _deployment: ()

    def stages_of(self, deployment: Deployment) -> list[Stage]:
        """Return its stages for a deployment."""
        first, *others = self.stages
        return [(*self.more(deployment), *first), *others]
