"""The commands."""

import signal
import sys
from typing import Annotated

import typer

from taskflow_deploy import crash
from taskflow_deploy.cli import cluster as cluster_commands
from taskflow_deploy.cli import (
    completion,
    deployment,
    evidence,
    explain,
    revisions,
    status,
    tools,
    up,
    verify,
)
from taskflow_deploy.errors import DeployError, InterruptedByUserError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import current_paths

app = typer.Typer(
    name="taskflow",
    help="Puts TaskFlow on a local Kubernetes, proves that it keeps its contract, and undoes "
    "the deployment by itself when it does not.\n\nStart with: ./taskflow up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
up.register(app)
status.register(app)
deployment.register(app)
verify.register(app)
revisions.register(app)
evidence.register(app)
explain.register(app)
tools.register(app)
completion.register(app)
app.add_typer(cluster_commands.app, name="cluster")


def _version(*, show: bool) -> None:
    if show:
        from taskflow_deploy.sources import VERSION

        Output().text(f"taskflow {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=lambda show: _version(show=show), is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; the only place that turns errors into exit codes."""
    if completion.is_wanted():
        completion.answer(app)
        return
    output = Output(as_json="--json" in sys.argv)
    # A terminal that is closed and a polite kill are undone like Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        app(prog_name="./taskflow")
    except SystemExit as end:
        # The command line library turns Ctrl-C into this code and says nothing.
        if end.code != InterruptedByUserError.exit_code:
            raise
        error: DeployError = InterruptedByUserError("Interrupted.", "Run the command again.")
    except DeployError as failure:
        error = failure
    except Exception as fault:  # noqa: BLE001 - reported, never hidden
        error = crash.report(current_paths(), fault)
    else:
        return
    output.error(error)
    sys.exit(error.exit_code)
