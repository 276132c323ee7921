"""Fetches the images of the sources as they are out of the cluster they were built for."""

from pathlib import Path

from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.errors import UsageError
from taskflow_deploy.images.archive import ImageArchive
from taskflow_deploy.sources import images


def fetch(cluster: Cluster, repository: Path, folder: Path) -> dict[str, Path]:
    """Write each image into a folder and return the archives by the images' names.

    Raises
    ------
    UsageError
        The sources are not deployed as they are.
    """
    archives: dict[str, Path] = {}
    for image in images(repository):
        if cluster.image_id(image.reference) is None:
            raise UsageError(
                f"The cluster has no image {image.reference}, which these sources make.",
                "Run ./taskflow up first.",
            )
        archives[image.name] = folder / f"{image.name}.tar"
        cluster.export(image.reference, archives[image.name])
    return archives


def base_of(image: ImageArchive) -> str:
    """Return the name of an image's base."""
    return image.labels["org.opencontainers.image.base.name"]
