"""What runs: the revision, its pods and their images."""

from dataclasses import dataclass
from typing import Any

from tests.cluster.checkout import Checkout


@dataclass(frozen=True)
class Release:
    """A release as it is.

    Attributes
    ----------
    revision
        The newest one's number.
    status
        What Helm says of it.
    verified
        Whether it is recorded as verified.
    pods
        The names of all pods of the namespace.
    images
        The id of the image that each component runs.
    well
        Whether all pods are ready and none is about to end.
    """

    revision: int
    status: str
    verified: bool
    pods: frozenset[str]
    images: dict[str, str]
    well: bool


def look(checkout: Checkout) -> Release:
    """Return how the release is."""
    newest = checkout.taskflow("history", "--json").json["revisions"][-1]
    pods = checkout.kubectl("get", "pods", "-n", "taskflow")["items"]
    return Release(
        revision=newest["revision"],
        status=newest["status"],
        verified=newest["verified"] is not None,
        pods=frozenset(pod["metadata"]["name"] for pod in pods),
        images={
            pod["metadata"]["labels"].get("component", pod["metadata"]["name"]): status["imageID"]
            for pod in pods
            for status in pod["status"].get("containerStatuses", ())
        },
        well=all(map(_is_well, pods)),
    )


def complaints(before: Release, after: Release, *, undone: bool) -> list[str]:
    """Return what of a release is not as it was before a drill.

    Parameters
    ----------
    undone
        Whether it was changed and the change undone; else it was never touched.
    """
    told = [
        (after.verified, f"revision {after.revision} is not verified"),
        (after.status == "deployed", f"revision {after.revision} is {after.status}"),
        (after.images == before.images, f"it runs {after.images}, not {before.images}"),
        (after.well, f"not all pods are well: {sorted(after.pods)}"),
        (len(after.pods) == len(before.pods), f"other pods are left: {sorted(after.pods)}"),
    ]
    if undone:
        told.append((after.revision > before.revision, "no revision was made"))
    else:
        told.append((after.revision == before.revision, f"revision {after.revision} was made"))
        told.append((after.pods == before.pods, "pods were replaced"))
    return [complaint for holds, complaint in told if not holds]


def _is_well(pod: dict[str, Any]) -> bool:
    containers = pod["status"].get("containerStatuses", ())
    ready = bool(containers) and all(container["ready"] for container in containers)
    return ready and "deletionTimestamp" not in pod["metadata"]
