"""Writes each file of evidence from what was said and what was given."""

from collections.abc import Callable

from taskflow_deploy.errors import ContractError, DeployError
from taskflow_deploy.evidence import logs as taken_apart
from taskflow_deploy.evidence import secrets, sources
from taskflow_deploy.evidence.asking import Answer, missing
from taskflow_deploy.evidence.files import MOST_BYTES, Files, clean_text
from taskflow_deploy.evidence.logs import Log
from taskflow_deploy.evidence.told import Told

_AS_TOLD = ("pods.txt", "objects.txt", "rollout.txt", "history.txt", "events.txt")
_COMMAND_BYTES = 2000  # room for the command line before the logs


def answers(files: Files, told: Told) -> None:
    """Write what programs said, each below its command line."""
    for name in _AS_TOLD:
        files.text(name, told.answers[name].whole, told.answers[name], end=name == "events.txt")
    for name, items in (("pods.json", told.pods), ("events.json", told.events)):
        answer = told.answers[name]
        why = {} if answer.had else {"not_to_be_had": f"{answer.text}{answer.remarks}"}
        files.data(name, {"kind": "List", **why, "items": items}, answer)
    for name, cleaned in (("values.yaml", secrets.values), ("manifest.yaml", secrets.manifest)):
        _yaml(files, told, name, cleaned)
    node = told.answers["node.txt"]
    parts = [told.answers[sources.STATUS], told.answers[sources.DISK], node]
    files.text("node.txt", "\n".join(part.whole for part in parts), node)


def _yaml(files: Files, told: Told, name: str, cleaned: Callable[[str], str]) -> None:
    """Write a document that stays one: what is not of it is a comment."""
    answer = told.answers[name]
    head = f"$ {answer.command}\n" if answer.command else ""
    if not answer.had:
        files.text(name, _comment(f"{head}{answer.text}{answer.remarks}"), answer)
        return
    why = missing("what was said is no YAML, so a secret in it could not be found")
    files.text(
        name, _comment(head) + told.made(lambda: cleaned(answer.text), _comment(why)), answer
    )


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def logs(files: Files, told: Told) -> None:
    """Write the logs of containers, those of init containers apart; container by container."""
    now, before = told.answers["logs.txt"], told.answers["logs-previous.txt"]
    found = taken_apart.by_container(clean_text(now.text))
    initial = {
        (pod["metadata"]["name"], container["name"])
        for pod in told.pods
        for container in pod.get("spec", {}).get("initContainers", ())
    }
    of_init = [log for log in found if (log.pod, log.container) in initial]
    _logs(files, "logs.txt", now, [log for log in found if log not in of_init])
    _logs(files, "logs-init.txt", now, of_init)
    _logs(files, "logs-previous.txt", before, taken_apart.by_container(clean_text(before.text)))


def _logs(files: Files, name: str, answer: Answer, found: list[Log]) -> None:
    if not answer.had:
        files.text(name, answer.whole, answer)
        return
    text, cut = taken_apart.joined(found, MOST_BYTES - _COMMAND_BYTES)
    nothing = "" if text or answer.remarks else "No such container has said anything.\n"
    whole = f"$ {answer.command}\n{text}{answer.remarks}{nothing}"
    files.text(name, whole, answer, end=True, cut=cut)


def given(files: Files, error: DeployError, manifest: str, diff: str) -> None:
    """Write what the command knew itself."""
    no_chart = _comment(missing("the chart was not rendered by this command"))
    files.text(
        "rendered.yaml", secrets.manifest(manifest) if manifest else no_chart, _known(manifest)
    )
    same = _comment(missing("nothing differs from what was deployed, or it was not compared"))
    files.text("chart.diff", diff or same, _known(diff))
    told = isinstance(error, ContractError)
    kept = missing("the failure is none of the contract")
    text = "\n".join([error.message, "", *error.details, ""]) if told else kept
    files.text("contract.txt", text, Answer("", had=told))


def _known(text: str) -> Answer:
    return Answer("", had=bool(text))
