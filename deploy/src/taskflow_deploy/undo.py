"""Goes back to what was last proven."""

from urllib.parse import urlsplit

from taskflow_deploy import deployed, kube, records, settling
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.contract.verify import verify
from taskflow_deploy.errors import CommandError, ContractError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.records import Verified

_HTTP = 80


def undo(paths: Paths, output: Output, cluster: Cluster) -> str:
    """Roll back to the last verified revision, or uninstall where nothing was ever verified.

    What was rolled back to is verified once more.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    CommandError
        Helm failed.
    PodsError
        The old pods do not become ready.
    ContractError
        The old revision does not keep the contract any more.
    """
    verified = records.last_verified(paths)
    revisions = [entry["revision"] for entry in kube.history(cluster)]
    if verified is not None and verified.revision in revisions:
        go_back(paths, output, cluster, verified)
        return f"rolled back to revision {verified.revision}, and that was verified again"
    remove(paths, cluster)
    return "uninstalled: there is no verified revision to go back to"


def go_back(paths: Paths, output: Output, cluster: Cluster, target: Verified) -> Verified:
    """Roll back to a revision, verify it, and record the new revision that this makes.

    Raises
    ------
    CommandError, PodsError, ContractError
        As :func:`undo` does.
    """
    output.note(f"Going back to revision {target.revision}.")
    kube.helm(cluster, "rollback", kube.RELEASE, str(target.revision), kube.OVERRIDE)
    _require_verified(output, cluster, target.url)
    made = Verified(int(kube.history(cluster)[-1]["revision"]), target.content, target.url)
    records.remember(paths, made)
    return made


def _require_verified(output: Output, cluster: Cluster, url: str) -> None:
    settling.wait(output, cluster)
    cluster.make_reachable(urlsplit(url).port or _HTTP)
    report = verify(url, deployed.knowledge(cluster, url))
    if not report.passed:
        raise ContractError(f"{report.first.endpoint}: {report.first.line}")


def remove(paths: Paths, cluster: Cluster) -> None:
    """Remove the release, its secrets and its namespace; quiet where there are none."""
    records.forget(paths)
    cluster.release_way()
    done = kube.helm(cluster, "uninstall", kube.RELEASE, "--ignore-not-found", check=False)
    if done.code != 0:
        raise CommandError("The release could not be uninstalled.", details=done.tail)
    kube.kubectl(cluster, "delete", "namespace", kube.NAMESPACE, "--ignore-not-found")
