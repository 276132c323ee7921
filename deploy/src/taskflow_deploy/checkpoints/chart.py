"""Checkpoint four: the chart lints, renders, fits the code, and what it would change is known."""

from taskflow_deploy import kube, manifests, records
from taskflow_deploy.checkpoints import rendering
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check
from taskflow_deploy.errors import ChartError, CommandError

_AS_BEFORE = "as it was verified"
_NAMED = 4


def _compare(deployment: Deployment) -> str:
    """Learn what is to be deployed, and whether that is what was verified last."""
    deployment.values = rendering.values(deployment)
    deployment.content = rendering.content(deployment, deployment.values)
    deployment.revisions = kube.history(deployment.cluster)
    verified = records.last_verified(deployment.paths)
    newest = deployment.revisions[-1] if deployment.revisions else None
    deployment.unchanged = bool(
        verified
        and newest
        and verified.content == deployment.content
        and newest["revision"] == verified.revision
        and newest["status"] == "deployed"
    )
    if newest is None:
        return "nothing is installed yet"
    return f"revision {newest['revision']}, {'the same' if deployment.unchanged else 'another one'}"


def _lint(deployment: Deployment) -> str:
    """Lint the chart with this deployment's values; a warning fails as well."""
    if deployment.unchanged:
        return _AS_BEFORE
    with rendering.arguments(deployment, deployment.values) as words:
        rendering.helm(deployment, "lint", "--strict", *words[1:])
    return "no error and no warning"


def _agree(deployment: Deployment) -> str:
    """Compare what code, documents and chart say of the same things."""
    if deployment.unchanged:
        return _AS_BEFORE
    from taskflow_deploy.contract.static import check as static  # most commands need none of it

    checked = static.check(deployment.paths.repository)
    if not checked.disagreements:
        return checked.summary
    first = checked.disagreements[0]
    raise ChartError(
        first.line,
        first.mend,
        [one.line for one in checked.disagreements[1:]],
        mend="./taskflow verify --static",
    )


def _render(deployment: Deployment) -> str:
    """Render the chart as it will be installed."""
    if deployment.unchanged:
        return _AS_BEFORE
    deployment.manifest = rendering.render(deployment)
    return f"{len(manifests.split(deployment.manifest))} objects"


def _diff(deployment: Deployment) -> str:
    """Compare the rendered objects with those that are deployed."""
    if deployment.unchanged:
        return "nothing changes"
    before = _deployed_manifest(deployment)
    deployment.diff = manifests.difference(before, deployment.manifest)
    told = deployment.changes = manifests.changed(before, deployment.manifest)
    if not before:
        return f"{len(told)} new objects"
    if not told:
        return "no object changes"
    more = len(told) - _NAMED
    return ", ".join(told[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _deployed_manifest(deployment: Deployment) -> str:
    whole = [entry for entry in deployment.revisions if entry["status"] == "deployed"]
    if not whole:
        return ""
    number = str(whole[-1]["revision"])
    done = kube.helm(
        deployment.cluster, "get", "manifest", kube.RELEASE, "--revision", number, check=False
    )
    if done.code != 0:
        raise CommandError("What is deployed could not be read.", details=done.tail)
    return done.stdout


def _fact(deployment: Deployment) -> str:
    if deployment.unchanged:
        return f"revision {deployment.revisions[-1]['revision']}, unchanged"
    changes = len(deployment.changes)
    return f"{changes} objects change" if deployment.revisions else f"{changes} new objects"


def _recall(deployment: Deployment) -> None:
    for look in (_compare, _render, _diff):
        look(deployment)


CHECKPOINT = Checkpoint(
    id="chart",
    title="chart checked",
    stages=(
        (Check("chart.content", "What is deployed", _compare),),
        (
            Check(
                "chart.lint", "The chart lints", _lint, mend="./taskflow helm lint helm/taskflow"
            ),
            Check("chart.render", "The chart renders", _render),
            Check("chart.agreement", "Code, documents and chart agree", _agree),
        ),
        (Check("chart.diff", "What changes", _diff),),
    ),
    fact=_fact,
    recall=_recall,
)
