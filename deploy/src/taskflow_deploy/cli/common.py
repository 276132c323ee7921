"""What the commands share: options, and how a command ends."""

from dataclasses import dataclass
from typing import Annotated

import typer

from taskflow_deploy.cli import completions
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths, current_paths

ClusterOption = Annotated[
    str,
    typer.Option(
        "--cluster",
        help="embedded, minikube or auto.",
        envvar="TASKFLOW_CLUSTER",
        autocompletion=completions.clusters,
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Answer yes to every question.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@dataclass(frozen=True)
class Context:
    """What a command works with."""

    paths: Paths
    output: Output
    cluster: Cluster


def open_context(kind: str, *, assume_yes: bool = False, as_json: bool = False) -> Context:
    """Return what a command works with; the cluster is chosen, not started."""
    from taskflow_deploy.clusters.select import select

    output, paths = Output(as_json=as_json), current_paths()
    return Context(paths, output, select(paths, output, kind=kind, assume_yes=assume_yes))
