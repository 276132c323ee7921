"""preflight and up."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from taskflow_deploy.cli import completions
from taskflow_deploy.cli.common import (
    ClusterOption,
    Context,
    JsonOption,
    YesOption,
    open_context,
)
from taskflow_deploy.output import SCHEMA_VERSION

FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="CHECKPOINT",
        help="Begin there, and take what came before as it is.",
        autocompletion=completions.checkpoints,
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="CHECKPOINT",
        help="Stop once it has passed.",
        autocompletion=completions.checkpoints,
    ),
]
FrozenOption = Annotated[
    str,
    typer.Option(metavar="TAG", help="Deploy only if the app's sources are those of a git tag."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (preflight, up):
        app.command()(command)


def preflight(
    cluster: ClusterOption = "auto", frozen: FrozenOption = "", as_json: JsonOption = False
) -> None:
    """Look at everything that a deployment needs, and change nothing.

    Example: ./taskflow preflight
    """
    context = open_context(cluster, as_json=as_json)
    _rehearse(context, _deployment(context, keep=False, frozen=frozen), None, "prerequisites")


def up(
    cluster: ClusterOption = "auto",
    yes: YesOption = False,
    first: FromOption = None,
    last: UntilOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; say what that proves.")
    ] = False,
    frozen: FrozenOption = "",
    rebuild: Annotated[bool, typer.Option(help="Build the images even if they are there.")] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds in which the pods must be ready.")
    ] = 120,
    as_json: JsonOption = False,
) -> None:
    """Deploy and verify; run it again after any change.

    Example: ./taskflow up --yes
    """
    from taskflow_deploy import journal, lock
    from taskflow_deploy.pipeline import IDS, deploy, part

    started = time.monotonic()
    context = open_context(cluster, assume_yes=yes, as_json=as_json)
    part(first, last)
    if dry_run:
        _rehearse(context, _deployment(context, keep=False, frozen=frozen), first, last)
        return
    with lock.exclusive(context.paths):
        before = journal.last(context.paths)
        cut = journal.cut_short(before) if before else None
        if before and cut:
            context.output.warn(f"The last {before.command} was killed at {cut}; going on from it.")
        deployment = _deployment(context, frozen=frozen, rebuild=rebuild, ready_seconds=timeout)
        checkpoints = deploy(deployment, first, last)
    whole = last in {None, IDS[-1]}
    assistant = "Claude" if deployment.settings.anthropic_api_key else "offline"
    result = {
        "schema_version": SCHEMA_VERSION,
        "status": "verified" if whole else "stopped",
        "url": deployment.url,
        "assistant": assistant if assistant == "Claude" else "offline (no ANTHROPIC_API_KEY)",
        "database": deployment.database,
        "cluster": context.cluster.kind,
        "checkpoints": [checkpoint.to_json() for checkpoint in checkpoints],
        "seconds": round(time.monotonic() - started, 2),
    }
    if as_json:
        context.output.data(result)
    elif whole:
        context.output.note(f"Assistant: {result['assistant']}. Took {result['seconds']:.0f} s.")
        context.output.good("TaskFlow is deployed and verified. Open it:")
        context.output.text(deployment.url)
    else:
        context.output.note(f"Stopped after {last}, as asked. Nothing was verified.")


def _deployment(context: Context, *, keep: bool = True, **wishes: Any) -> Any:
    from taskflow_deploy import settings
    from taskflow_deploy.checkpoints.deployment import Deployment, Wishes

    given = settings.load(context.paths, keep=keep)
    return Deployment(context.paths, context.output, given, context.cluster, Wishes(**wishes))


def _rehearse(context: Context, deployment: Any, first: str | None, last: str | None) -> None:
    """Print what can be known without changing anything, and end with what fails."""
    from taskflow_deploy.pipeline import rehearse

    started = time.monotonic()
    rehearsed = rehearse(deployment, first, last)
    results = [result for checkpoint in rehearsed for result in checkpoint.results]
    failed = [result.error for result in results if result.error is not None]
    unproven = [checkpoint.fact for checkpoint in rehearsed if checkpoint.fact]
    seconds = time.monotonic() - started
    if context.output.as_json:
        context.output.data({
            "schema_version": SCHEMA_VERSION,
            "status": "failed" if failed else "ready",
            "checkpoints": [checkpoint.to_json() for checkpoint in rehearsed],
            "unproven": unproven,
            "seconds": round(seconds, 2),
        })  # fmt: skip
        if failed:
            raise typer.Exit(failed[0].exit_code)
        return
    for checkpoint in rehearsed:
        context.output.findings(checkpoint.title, checkpoint.results)
    context.output.text(f"\n{_counts(results)} in {seconds:.1f} s. Nothing was changed.")
    if unproven:
        context.output.text(f"Not proven: {'; '.join(unproven)}.")
    if failed:
        raise failed[0]


def _counts(results: Sequence[Any]) -> str:
    verdicts = [result.verdict.value for result in results]
    told = [
        f"{verdicts.count(name)} {name}"
        for name in ("passed", "warned", "skipped", "failed")
        if name in verdicts
    ]
    return ", ".join(told)
