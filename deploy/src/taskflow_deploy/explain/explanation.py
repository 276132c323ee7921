"""Puts an explanation together: the sentence, what shows it, where to look, what mends it."""

import shlex
from dataclasses import dataclass

from taskflow_deploy import first_cause
from taskflow_deploy.explain import why
from taskflow_deploy.explain.case import Case
from taskflow_deploy.explain.why import Shown

_UP = "./taskflow up"
# By the kind of the cause: what to do before the command mends it, and the command.
_MENDS = {
    "place": ("Stop what else takes the node's memory and processors, or ask for less.", _UP),
    "rejected": ("Allow what the message names, or do without it in the chart.", _UP),
    "image": ("The node does not have the image, or not under that name: it is built anew.",
              "./taskflow up --rebuild"),
    "configuration": ("What the pod is configured with is missing or wrong: it is written anew.",
                      _UP),
    "memory": ("Find what needs the memory, or raise the limit in the chart's values.", _UP),
    "crash": ("Mend what the log tells.", _UP),
    "evicted": ("Free space or memory on the node: its kubelet evicts pods to save itself.", _UP),
    "init": ("It waits for what its log names: mend that first.", _UP),
    "probe": ("It runs and does not answer as it should: mend what the log tells.", _UP),
}  # fmt: skip
_CONTRACT = ("Mend the backend so that it answers as the contract says.", _UP)
# Which file of evidence tells most of a kind of cause.
_FILES = {"crash": "logs-previous.txt", "memory": "logs-previous.txt", "init": "logs-init.txt",
          "probe": "logs.txt"}  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """An explanation.

    Attributes
    ----------
    sentence
        The first cause.
    kind
        As :class:`..first_cause.Cause` has it; ``error`` where no pod is the cause.
    why
        What shows it.
    commands
        Where to look further, the most telling first.
    advice, mend
        What to do, and the command that then mends it.
    """

    case: Case
    sentence: str
    kind: str
    why: list[Shown]
    commands: list[str]
    advice: str
    mend: str


def explain(case: Case) -> Explanation:
    """Explain a case; the same case is explained the same way every time."""
    cause = case.cause
    sentence = cause.sentence if cause else str(case.error.get("message", ""))
    advice, mend = _mend(case)
    return Explanation(
        case=case,
        sentence=sentence,
        kind=cause.kind if cause else "error",
        why=why.lines(case),
        commands=_commands(case),
        advice=advice,
        mend=mend,
    )


def _mend(case: Case) -> tuple[str, str]:
    if case.cause is not None:
        return _MENDS.get(case.cause.kind, ("", _UP))
    if case.error.get("type") == "ContractError":
        return _CONTRACT
    return str(case.error.get("resolution", "")), str(case.error.get("mend") or _UP)


def _commands(case: Case) -> list[str]:
    if case.folder is None:
        return first_cause.commands(case.cause) if case.cause else []
    found = [f"./taskflow evidence {case.name} --open"]
    if case.cause is None:
        return [*found, *why.requests(case)[:1]]
    if not case.is_gone:
        return [*first_cause.commands(case.cause), *found]
    # Its pods are not there any more, so the files stand for what kubectl would print.
    file = case.folder / _FILES.get(case.cause.kind, "events.txt")
    return [*found, f"less {shlex.quote(str(file))}",
            f"less {shlex.quote(str(case.folder / 'pods.txt'))}"]  # fmt: skip
