"""The commands."""

import sys
from typing import Annotated

import typer

from taskflow_deploy.cli import cluster as cluster_commands
from taskflow_deploy.cli import deployment, tools
from taskflow_deploy.cli.common import write_crash
from taskflow_deploy.errors import DeployError, InterruptedByUserError
from taskflow_deploy.output import Output

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
deployment.register(app)
tools.register(app)
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
    output = Output(as_json="--json" in sys.argv)
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        error: DeployError = InterruptedByUserError("Interrupted.", "Run the command again.")
    except DeployError as failure:
        error = failure
    except Exception as failure:  # noqa: BLE001 - reported, never hidden
        place = write_crash(failure)
        error = DeployError(
            f"This is a fault of TaskFlow: {type(failure).__name__}: {failure}",
            f"The details are in {place}; please report them.",
        )
    else:
        return
    output.error(error)
    sys.exit(error.exit_code)
