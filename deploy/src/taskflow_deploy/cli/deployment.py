"""down and dev."""

from typing import Annotated

import typer

from taskflow_deploy.cli.common import (
    ClusterOption,
    YesOption,
    open_context,
)
from taskflow_deploy.errors import (
    InterruptedByUserError,
    UsageError,
)
from taskflow_deploy.output import Output


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (down, dev):
        app.command()(command)


def down(
    cluster: ClusterOption = "auto",
    purge: Annotated[bool, typer.Option(help="Also remove the database and the secrets.")] = False,
    yes: YesOption = False,
) -> None:
    """Remove the deployment; the cluster and the database's data stay."""
    from taskflow_deploy import journal, lock, records
    from taskflow_deploy.postgres import server
    from taskflow_deploy.undo import remove

    context = open_context(cluster, assume_yes=yes)
    with lock.exclusive(context.paths):
        if purge:
            _confirm_purge(context.output, yes=yes)
        found = context.cluster.status()
        if found.running:
            remove(context.paths, context.cluster)
            context.output.good("The deployment is removed.")
        elif found.exists:
            context.output.warn(
                "The cluster is stopped, and what is deployed in it stays: start it and run this "
                "again, or run ./taskflow cluster delete."
            )
        if purge:
            server.purge(context.paths)
            records.purge(context.paths)
            journal.forget(context.paths)
            context.output.good("The database, the secret and the evidence are removed.")
        else:
            server.stop(context.paths)
            context.output.good("PostgreSQL is stopped; its data is kept.")


def dev(
    backend_port: Annotated[int, typer.Option(help="Port of the backend.")] = 8000,
    frontend_port: Annotated[int, typer.Option(help="Port of the frontend.")] = 3000,
) -> None:
    """Run backend, frontend and PostgreSQL as processes with reload; no Kubernetes, no root."""
    from taskflow_deploy import dev as processes
    from taskflow_deploy import settings
    from taskflow_deploy.paths import current_paths

    paths = current_paths()
    given = settings.load(paths)
    processes.run(paths, Output(), given, backend_port=backend_port, frontend_port=frontend_port)


def _confirm_purge(output: Output, *, yes: bool) -> None:
    if not output.interactive and not yes:
        raise UsageError(
            "Without a terminal nothing is purged by accident.", "Add --yes to down --purge."
        )
    output.note(
        "This removes all accounts, tasks and conversations kept on this machine, the generated "
        "secret and all evidence."
    )
    if not output.confirm("Remove them?", assume_yes=yes):
        raise InterruptedByUserError(
            "Nothing was removed.", "Run ./taskflow down to keep the data."
        )
