"""history and rollback."""

from typing import Annotated

import typer

from taskflow_deploy.cli import completions
from taskflow_deploy.cli.common import (
    ClusterOption,
    JsonOption,
    YesOption,
    open_context,
)
from taskflow_deploy.output import SCHEMA_VERSION


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (history, rollback):
        app.command()(command)


def history(cluster: ClusterOption = "auto", as_json: JsonOption = False) -> None:
    """Show the revisions that can be gone back to, and which of them were verified."""
    from taskflow_deploy import rollback as revisions_of

    context = open_context(cluster, as_json=as_json)
    found = revisions_of.revisions(context.paths, context.cluster)
    if as_json:
        listed = [
            {"revision": one.number, "updated": one.updated, "status": one.status,
             "chart": one.chart, "verified": one.verified.at if one.verified else None}
            for one in found
        ]  # fmt: skip
        context.output.data({"schema_version": SCHEMA_VERSION, "revisions": listed})
        return
    rows = [
        [str(one.number), one.updated[:19].replace("T", " "), one.status, one.chart,
         (one.verified.at or "yes").replace("T", " ") if one.verified else "never"]
        for one in found
    ]  # fmt: skip
    title = "Revisions, the newest last" if rows else "Nothing is deployed."
    context.output.table(title, ["revision", "deployed", "status", "chart", "verified"], rows)


def rollback(
    to: Annotated[
        int | None,
        typer.Option(
            "--to",
            metavar="REVISION",
            min=1,
            help="Any revision that history shows.",
            autocompletion=completions.revisions,
        ),
    ] = None,
    cluster: ClusterOption = "auto",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go back to what was verified before, and verify it again; undone where it fails.

    Example: ./taskflow rollback --to 3
    """
    from taskflow_deploy import lock
    from taskflow_deploy.rollback import roll_back

    context = open_context(cluster, assume_yes=yes, as_json=as_json)
    with lock.exclusive(context.paths):
        made = roll_back(context.paths, context.output, context.cluster, to)
    if as_json:
        result = {"status": "verified", "revision": made.revision, "url": made.url}
        context.output.data({"schema_version": SCHEMA_VERSION, **result})
        return
    context.output.good(f"Rolled back and verified; it is revision {made.revision} now. Open it:")
    context.output.text(made.url)
