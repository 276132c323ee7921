"""explain: the first cause of a failure, and what to do about it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from taskflow_deploy.cli import completions
from taskflow_deploy.cli.common import ClusterOption, Context, JsonOption, open_context
from taskflow_deploy.output import SCHEMA_VERSION, Output

if TYPE_CHECKING:
    from taskflow_deploy.explain.advice import Suggestion
    from taskflow_deploy.explain.explanation import Explanation
    from taskflow_deploy.explain.helpers import Answer

_THINK = "may change something: think first"
_NOTHING = "There is nothing to explain: nothing has failed, and nothing is ill now."


class _Command(TyperCommand):
    """Lets ``--ai`` stand alone, which the library knows for no option that takes a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        return super().parse_args(ctx, list(_with_value(args)))


def _with_value(args: list[str]) -> Iterator[str]:
    coming = [*args, ""]
    for word, following in pairwise(coming):
        if word == "--ai" and following not in completions.HELPERS:
            yield "--ai=auto"
        else:
            yield word


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=_Command)(explain)


def explain(
    evidence: Annotated[
        str,
        typer.Argument(
            metavar="EVIDENCE",
            help="The name of kept evidence, latest, or now; what is ill now, else the newest "
            "evidence, if left out.",
            show_default=False,
            autocompletion=completions.explained,
        ),
    ] = "",
    ai: Annotated[
        str,
        typer.Option(
            "--ai",
            metavar="[=HELPER]",
            help="Ask an AI helper too: claude, kubectl-ai or gordon. It gets text without "
            "secrets, and nothing that it suggests is run.",
            autocompletion=completions.helpers,
        ),
    ] = "",
    cluster: ClusterOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Tell the first cause of a failure, what shows it, and what mends it.

    Example: ./taskflow explain --ai
    """
    from taskflow_deploy.explain import case as cases
    from taskflow_deploy.explain import helpers
    from taskflow_deploy.explain.explanation import explain as explained

    if ai:
        helpers.require_known(ai)
    context = open_context(cluster, as_json=as_json)
    case = cases.find(context.paths, context.cluster, context.output, evidence)
    found = explained(case) if case else None
    if not as_json:
        _show(context.output, found)
    answer = _ask(context, found, ai) if ai and found else None
    if as_json:
        context.output.data({"schema_version": SCHEMA_VERSION, **_data(found, answer)})
    elif answer is not None:
        _show_answer(context.output, answer)


def _ask(context: Context, found: "Explanation", name: str) -> "Answer":
    from taskflow_deploy import settings
    from taskflow_deploy.errors import DeployError
    from taskflow_deploy.explain import helpers
    from taskflow_deploy.explain.bundle import bundle
    from taskflow_deploy.postgres import server

    key = ""
    try:
        # What is not to be sent is known from here on.
        key = settings.load(context.paths, keep=False).anthropic_api_key
        server.status(context.paths)
    except DeployError as error:
        context.output.warn(f"The settings cannot be read: {error.message}")
        return helpers.Answer("", None, "without the settings it is not known what is secret")
    helper = helpers.choose(name, key)
    text = bundle(found)
    if helper:
        size = len(text.encode()) / 1000
        context.output.note(
            f"Asking {helpers.title(helper)}: {size:.0f} kB without secrets, at most "
            f"{helpers.SECONDS:.0f} s."
        )
    return helpers.ask(helper, key, text)


def _show(output: Output, found: "Explanation | None") -> None:
    if found is None:
        output.text(_NOTHING)
        return
    output.table(found.sentence, [], [])
    case = found.case
    if case.folder is not None:
        output.fact("Evidence of ", case.at)
    if case.outcome:
        output.text(case.outcome)
    if found.why:
        output.table("\nWhy we think so", [], [])
        for one in found.why:
            output.text(f"  {one.source:<6} {one.text}")
    if found.commands:
        output.table("\nLook further", [], [])
        for command in found.commands:
            output.text(f"  {command}")
    output.table("\nMend it", [], [])
    for line in (found.advice, found.mend):
        if line:
            output.text(f"  {line}")


def _show_answer(output: Output, answer: "Answer") -> None:
    advice = answer.advice
    if advice is None:
        who = f"{answer.helper} gave no advice" if answer.helper else "No AI helper was asked"
        output.warn(f"{who}: {answer.trouble}. What stands above holds without it.")
        return
    output.table(f"\n{advice.helper} suggests; it may be wrong, and nothing of it was run", [], [])
    output.text(f"  {advice.summary}")
    for one in advice.suggestions:
        output.text(f"\n  {one.why}")
        output.text(f"    {one.command}{_mark(one)}")
        if ours := _through_us(one.command):
            output.text(f"    {ours}")


def _mark(one: "Suggestion") -> str:
    from taskflow_deploy.explain.reading import only_reads

    return "" if only_reads(one.command) else f"   [{_THINK}]"


def _through_us(command: str) -> str:
    """Return a kubectl or Helm command as it works on our cluster; nothing for any other."""
    return f"./taskflow {command}" if command.startswith(("kubectl ", "helm ")) else ""


def _data(found: "Explanation | None", answer: "Answer | None") -> dict[str, Any]:
    if found is None:
        return {"evidence": None, "sentence": None}
    case = found.case
    return {
        "evidence": case.name,
        "at": case.at,
        "sentence": found.sentence,
        "kind": found.kind,
        "pod": case.cause.pod if case.cause else "",
        "container": case.cause.container if case.cause else "",
        "outcome": case.outcome,
        "why": [vars(one) for one in found.why],
        "commands": found.commands,
        "advice": found.advice,
        "mend": found.mend,
        **({"ai": _answer_data(answer)} if answer else {}),
    }


def _answer_data(answer: "Answer") -> dict[str, Any]:
    from taskflow_deploy.explain.reading import only_reads

    advice = answer.advice
    told = {"helper": answer.helper or None, "trouble": answer.trouble}
    if advice is None:
        return {**told, "summary": None, "suggestions": []}
    suggestions = [
        {"why": one.why, "command": one.command, "only_reads": only_reads(one.command)}
        for one in advice.suggestions
    ]
    return {**told, "summary": advice.summary, "suggestions": suggestions}
