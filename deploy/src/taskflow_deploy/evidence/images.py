"""Compares each image in three places: as it was built, in the node, and in the pods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.evidence.asking import Answer
from taskflow_deploy.evidence.sources import node_image

_STATUSES = ("initContainerStatuses", "containerStatuses")


@dataclass(frozen=True)
class Place:
    """An image where it is.

    Attributes
    ----------
    image
        Name and tag, as far as that place knows it.
    where
        ``built``, ``node``, or the pod and its container.
    id
        What it is there; empty where it is not there or not known.
    verdict
        ``same`` as what was built, ``different``, or ``unknown``.
    """

    image: str
    where: str
    id: str
    verdict: str


def compare(
    built: Mapping[str, BuiltImage],
    answers: Mapping[str, Answer],
    pods: Sequence[Mapping[str, Any]],
) -> list[Place]:
    """Return where each image is, the built ones first."""
    ids = {image.reference: image.image_id for image in built.values()}
    found: list[Place] = []
    for reference, image_id in ids.items():
        answer = answers[node_image(reference)]
        in_node = answer.text.strip()
        verdict = _verdict(in_node, image_id) if answer.had else "unknown"
        found += [Place(reference, "built", image_id, "same"),
                  Place(reference, "node", in_node, verdict)]  # fmt: skip
    for reference, where, image_id in _running(pods):
        wanted = ids.get(reference, "")
        verdict = _verdict(image_id, wanted) if wanted and image_id else "unknown"
        found.append(Place(reference, where, image_id, verdict))
    return found


def _verdict(found: str, wanted: str) -> str:
    # A pod's may have the runtime or a repository before the id.
    return "same" if found.endswith(wanted) else "different"


def _running(pods: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for pod in pods:
        spec = pod.get("spec", {})
        asked = {
            container["name"]: container.get("image", "")
            for container in (*spec.get("initContainers", ()), *spec.get("containers", ()))
        }
        for kind in _STATUSES:
            for container in pod.get("status", {}).get(kind, ()):
                where = f"{pod['metadata']['name']}/{container['name']}"
                image = asked.get(container["name"], container.get("image", ""))
                yield image, where, str(container.get("imageID", ""))


def table(places: Sequence[Place]) -> str:
    """Return the comparison as text."""
    if not places:
        return "No image was built, and no pod has one.\n"
    rows = [("image", "where", "as built?", "id")]
    rows += [(one.image, one.where, one.verdict, one.id or "-") for one in places]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        + "\n"
        for row in rows
    )
