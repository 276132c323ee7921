"""Checkpoint three: the node holds exactly the images that were built."""

from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check, Found, skipped
from taskflow_deploy.errors import ImageLoadError


def _load(deployment: Deployment) -> str:
    """Bring the images into the node."""
    for image in deployment.images.values():
        deployment.cluster.load(image)
    return f"{len(deployment.images)} images"


def _would_load(deployment: Deployment) -> str:
    missing = [
        image.reference
        for image in deployment.images.values()
        if not deployment.is_running or deployment.cluster.image_id(image.reference) is None
    ]
    return f"would load {', '.join(missing)}" if missing else "all there"


def _read_back(deployment: Deployment) -> str:
    """Compare the ids in the node with those that the builds gave.

    Raises
    ------
    ImageLoadError
        An image is missing, or is another one under the right name.
    """
    for image in deployment.images.values():
        found = deployment.cluster.image_id(image.reference)
        if found != image.image_id:
            raise ImageLoadError(
                f"The node has {found or 'no image'} as {image.reference}, "
                f"but {image.image_id} was built.",
                "Build and load it anew: ./taskflow up --rebuild",
                mend="./taskflow up --rebuild",
            )
    return "each id in the node is the one that was built"


def _read_back_what_is_there(deployment: Deployment) -> str | Found:
    if any(not image.image_id for image in deployment.images.values()):
        return skipped("not all images are built yet")
    return _read_back(deployment)


def _fact(deployment: Deployment) -> str:
    return ", ".join(image.reference for image in deployment.images.values())


def _recall(deployment: Deployment) -> None:
    _read_back(deployment)


CHECKPOINT = Checkpoint(
    id="loaded",
    title="images in the cluster",
    stages=(
        (Check("loaded.images", "Images in the node", _load, _would_load),),
        (Check("loaded.identity", "Image ids", _read_back, _read_back_what_is_there),),
    ),
    fact=_fact,
    recall=_recall,
    unproven="that new images reach the node",
)
