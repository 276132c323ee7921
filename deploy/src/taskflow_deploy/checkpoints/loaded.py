"""Checkpoint three: the node holds exactly the images that were built."""

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import ImageLoadError


def run(deployment: Deployment) -> str:
    """Bring the images into the node and read their ids back."""
    for image in deployment.images.values():
        deployment.cluster.load(image)
        found = deployment.cluster.image_id(image.reference)
        if found != image.image_id:
            raise ImageLoadError(
                f"The node has {found or 'no image'} as {image.reference}, "
                f"but {image.image_id} was built.",
                "Run ./taskflow up again; if it stays, ./taskflow cluster delete first.",
            )
    return ", ".join(image.reference for image in deployment.images.values())
