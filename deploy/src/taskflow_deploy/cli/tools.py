"""kubectl, helm and logs: the usual tools, pointed at our cluster."""

import os
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from taskflow_deploy.cli import completions
from taskflow_deploy.cli.common import ClusterOption, Context, open_context
from taskflow_deploy.errors import ClusterNotRunningError, UsageError

if TYPE_CHECKING:
    from taskflow_deploy.logs.pods import Wanted

# Everything after the command's name is the other program's, a "--" in the middle as well.
_PASS_ON = {
    "allow_extra_args": True,
    "allow_interspersed_args": False,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
_LINES = 200
_SINCE = re.compile(r"(?:\d+(?:\.\d+)?[smh])+")


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
        str,
        typer.Argument(
            help="backend, frontend, migrations, postgresql, or a part of the cluster such as "
            "kubelet; every pod if left out.",
            show_default=False,
            autocompletion=completions.log_parts,
        ),
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="Only what is newer, such as 30s, 10m or 2h.")
    ] = "",
    tail: Annotated[
        int | None,
        typer.Option(
            metavar="LINES",
            min=0,
            show_default=False,
            help="The last lines of each container; 200 if neither this nor --since is given.",
        ),
    ] = None,
    previous: Annotated[
        bool, typer.Option("--previous", "-p", help="Of the runs before the present ones.")
    ] = False,
    pretty: Annotated[
        bool, typer.Option("--pretty", help="Show structured lines as time, level and message.")
    ] = False,
    cluster: ClusterOption = "auto",
) -> None:
    """Show the logs of the pods, of PostgreSQL, or of a part of the cluster.

    Example: ./taskflow logs backend -f --since 10m --pretty
    """  # fmt: skip
    from taskflow_deploy.logs.containers import PARTS
    from taskflow_deploy.logs.pods import Wanted

    if since and not _SINCE.fullmatch(since):
        raise UsageError(f"--since {since!r} is no time.", "Write it as 30s, 10m, 2h or 1h30m.")
    if follow and previous:
        raise UsageError("A run that has ended is not followed.", "Use --follow or --previous.")
    context = open_context(cluster)
    if part and part not in PARTS:
        if since or previous or pretty:
            raise UsageError(
                "--since, --previous and --pretty are for pods.", "Leave them out for this log."
            )
        _file_log(context, part, _LINES if tail is None else tail, follow=follow)
    default = -1 if since else _LINES
    wanted = Wanted(part, default if tail is None else tail, since, previous)
    _pod_logs(context, wanted, follow=follow, pretty=pretty)


def _file_log(context: Context, part: str, tail: int, *, follow: bool) -> None:
    from taskflow_deploy.logs.containers import PARTS
    from taskflow_deploy.logs.files import log_files

    files = log_files(context.paths)
    if part not in files:
        raise UsageError(
            f"There is no log of {part!r}.", f"Choose from: {', '.join([*PARTS, *sorted(files)])}"
        )
    _become(["tail", "-n", str(tail), *(["-f"] if follow else []), str(files[part])])


def _pod_logs(context: Context, wanted: "Wanted", *, follow: bool, pretty: bool) -> None:
    from taskflow_deploy.logs import pods
    from taskflow_deploy.logs.printer import Printer

    if not context.cluster.status().running:
        raise ClusterNotRunningError("The cluster does not run.", "Run ./taskflow up first.")
    printer = Printer(context.output, as_pretty=pretty)
    try:
        if follow:
            pods.follow(context.cluster, context.output, wanted, printer.show)
        for line in pods.so_far(context.cluster, context.output, wanted):
            printer.show(line)
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        if not follow:
            raise


def _become(command: list[str]) -> None:
    """Turn into another program: its terminal, signals and exit code are the caller's."""
    try:
        os.execvp(command[0], command)  # noqa: S606 - an argument list, no shell
    except FileNotFoundError:
        raise ClusterNotRunningError(
            f"{command[0]} is not there yet.", "Run ./taskflow up first."
        ) from None
