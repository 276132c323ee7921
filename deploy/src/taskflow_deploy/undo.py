"""Goes back to what was last proven."""

from taskflow_deploy import kube, records
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.contract.verify import verify
from taskflow_deploy.errors import CommandError, ContractError
from taskflow_deploy.paths import Paths

_READY_SECONDS = 110


def undo(paths: Paths, cluster: Cluster) -> str:
    """Roll back to the last verified revision, or uninstall where nothing was ever verified.

    What was rolled back to is verified once more.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    CommandError
        Helm failed, or the old pods do not become ready.
    ContractError
        The old revision does not keep the contract any more.
    """
    verified = records.last_verified(paths)
    revisions = [entry["revision"] for entry in kube.history(cluster)]
    if verified is not None and verified.revision in revisions:
        kube.helm(cluster, "rollback", kube.RELEASE, str(verified.revision))
        _require_verified(cluster, verified.url)
        newest = kube.history(cluster)[-1]["revision"]
        records.remember(paths, records.Verified(int(newest), verified.content, verified.url))
        return f"rolled back to revision {verified.revision}, and that was verified again"
    remove(paths, cluster)
    return "uninstalled: there is no verified revision to go back to"


def _require_verified(cluster: Cluster, url: str) -> None:
    for component in ("backend", "frontend"):
        kube.kubectl(cluster, "rollout", "status", f"deployment/taskflow-{component}",
                     "--namespace", kube.NAMESPACE, f"--timeout={_READY_SECONDS}s")  # fmt: skip
    broken = [result for result in verify(url).results if not result.passed]
    if broken:
        raise ContractError(f"{broken[0].endpoint}: {broken[0].detail}")


def remove(paths: Paths, cluster: Cluster) -> None:
    """Remove the release, its secrets and its namespace; quiet where there are none."""
    records.forget(paths)
    done = kube.helm(cluster, "uninstall", kube.RELEASE, "--ignore-not-found", check=False)
    if done.code != 0:
        raise CommandError("The release could not be uninstalled.", details=done.tail)
    kube.kubectl(cluster, "delete", "namespace", kube.NAMESPACE, "--ignore-not-found")
