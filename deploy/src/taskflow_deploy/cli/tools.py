"""kubectl, helm and logs: the usual tools, pointed at our cluster."""

import os
from typing import Annotated

import typer

from taskflow_deploy.cli.common import ClusterOption, open_context
from taskflow_deploy.errors import ClusterNotRunningError, UsageError

# Everything after the command's name is the other program's, a "--" in the middle as well.
_PASS_ON = {
    "allow_extra_args": True,
    "allow_interspersed_args": False,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
_PODS = ("backend", "frontend")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(context_settings=_PASS_ON)(kubectl)
    app.command(context_settings=_PASS_ON)(helm)
    app.command()(logs)


def kubectl(arguments: typer.Context) -> None:
    """Run kubectl on our cluster: ./taskflow kubectl get pods,svc,deploy."""
    from taskflow_deploy.kube import kubectl_command

    context = open_context("auto")
    _become(kubectl_command(context.cluster, *arguments.args))


def helm(arguments: typer.Context) -> None:
    """Run Helm on our cluster: ./taskflow helm history taskflow."""
    from taskflow_deploy.kube import helm_command

    context = open_context("auto")
    _become(helm_command(context.cluster, *arguments.args))


def logs(
    part: Annotated[
        str, typer.Argument(help="backend, frontend, postgresql, or a part of the cluster.")
    ] = "backend",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    cluster: ClusterOption = "auto",
) -> None:
    """Show the logs of a pod, of PostgreSQL, or of a part of the cluster such as kubelet."""
    from taskflow_deploy.kube import kubectl_command

    context = open_context(cluster)
    if part in _PODS:
        command = ["logs", "-l", f"component={part}", "--all-containers", "--prefix", "--tail=200"]
        _become(kubectl_command(context.cluster, *command, *(["-f"] if follow else [])))
    files = {path.stem: path for path in context.paths.logs.rglob("*.log")}
    if part not in files:
        raise UsageError(
            f"There is no log of {part!r}.", f"Choose from: {', '.join([*_PODS, *sorted(files)])}"
        )
    _become(["tail", "-n", "200", *(["-f"] if follow else []), str(files[part])])


def _become(command: list[str]) -> None:
    """Turn into another program: its terminal, signals and exit code are the caller's."""
    try:
        os.execvp(command[0], command)  # noqa: S606 - an argument list, no shell
    except FileNotFoundError:
        raise ClusterNotRunningError(
            f"{command[0]} is not there yet.", "Run ./taskflow up first."
        ) from None
