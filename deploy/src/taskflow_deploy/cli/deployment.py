"""up, down, status, verify and dev."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from taskflow_deploy.cli.common import (
    ClusterOption,
    JsonOption,
    YesOption,
    open_context,
)
from taskflow_deploy.errors import (
    ClusterNotRunningError,
    ContractError,
    InterruptedByUserError,
    UsageError,
)
from taskflow_deploy.output import SCHEMA_VERSION, Output


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (down, verify, dev):
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


def verify(
    url: Annotated[str, typer.Option(help="Where it answers; the deployed one if left out.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Prove that all endpoints keep the contract, through the running frontend."""
    from taskflow_deploy import records
    from taskflow_deploy.contract.verify import verify as verify_contract
    from taskflow_deploy.paths import current_paths

    output, paths = Output(as_json=as_json), current_paths()
    if url:
        _check_address(url)
    verified = records.last_verified(paths)
    target = url or (verified.url if verified else "")
    if not target:
        raise ClusterNotRunningError("Nothing is deployed.", "Run ./taskflow up, or name a --url.")
    own = verified.url if verified and target == verified.url else None
    report = verify_contract(target, origin=own)
    if as_json:
        output.data({"schema_version": SCHEMA_VERSION, "url": target, **report.to_json()})
    else:
        rows = [
            [result.endpoint, "kept" if result.passed else "broken",
             f"{result.seconds * 1000:.0f} ms", result.detail]
            for result in report.results
        ]  # fmt: skip
        output.table(target, ["endpoint", "contract", "time", "detail"], rows)
    if not report.passed and as_json:
        raise typer.Exit(ContractError.exit_code)
    if not report.passed:
        first = report.first_broken
        raise ContractError(f"{first.endpoint}: {first.detail}", f"See for yourself: {first.curl}")


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


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url!r} is not an address.", "Write it as http://HOST:PORT")


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
