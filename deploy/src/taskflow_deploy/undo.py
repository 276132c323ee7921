"""Goes back to what was last proven."""

from taskflow_deploy import kube, records
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import CommandError
from taskflow_deploy.paths import Paths


def undo(paths: Paths, cluster: Cluster) -> str:
    """Roll back to the last verified revision, or uninstall where nothing was ever verified.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    CommandError
        Helm failed.
    """
    verified = records.last_verified(paths)
    revisions = [entry["revision"] for entry in kube.history(cluster)]
    if verified is not None and verified.revision in revisions:
        kube.helm(cluster, "rollback", kube.RELEASE, str(verified.revision))
        newest = kube.history(cluster)[-1]["revision"]
        records.remember(paths, records.Verified(int(newest), verified.content, verified.url))
        return f"rolled back to revision {verified.revision}, the last one verified"
    remove(paths, cluster)
    return "uninstalled: there is no verified revision to go back to"


def remove(paths: Paths, cluster: Cluster) -> None:
    """Remove the release, its secrets and its namespace; quiet where there are none."""
    records.forget(paths)
    done = kube.helm(cluster, "uninstall", kube.RELEASE, "--ignore-not-found", check=False)
    if done.code != 0:
        raise CommandError("The release could not be uninstalled.", details=done.tail)
    kube.kubectl(cluster, "delete", "namespace", kube.NAMESPACE, "--ignore-not-found")
