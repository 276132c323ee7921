"""Checkpoint two: both images are built from the sources as they are."""

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.sources import images


def run(deployment: Deployment) -> str:
    """Build what is not there yet."""
    for image in images(deployment.paths.repository):
        known = deployment.cluster.image_id(image.reference)
        if known is not None:
            built = BuiltImage(image.reference, known, {}, cached=True)
        else:
            built = deployment.cluster.build(image)
            for base in built.bases.values():
                deployment.output.note(f"  {image.name} is built on {base}")
        deployment.images[image.name] = built
    new = [image.reference for image in deployment.images.values() if not image.cached]
    return f"built {', '.join(new)}" if new else "sources unchanged"
