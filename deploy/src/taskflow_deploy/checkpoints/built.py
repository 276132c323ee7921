"""Checkpoint two: both images are built from the sources as they are."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from taskflow_deploy import runner
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.clusters.base import BuiltImage, ImageSpec
from taskflow_deploy.sources import images, with_provenance


def run(deployment: Deployment) -> str:
    """Build what is not there yet, all at once: a build waits for the network half the time."""
    wanted = images(deployment.paths.repository)
    known = {image.name: deployment.cluster.image_id(image.reference) for image in wanted}
    made = _build_all(deployment, [image for image in wanted if known[image.name] is None])
    for image in wanted:
        image_id = known[image.name]
        deployment.images[image.name] = (
            made[image.name]
            if image_id is None
            else BuiltImage(image.reference, image_id, {}, cached=True)
        )
    return (
        f"built {', '.join(image.reference for image in made.values())}"
        if made
        else ("sources unchanged")
    )


def _build_all(deployment: Deployment, missing: Sequence[ImageSpec]) -> dict[str, BuiltImage]:
    with ThreadPoolExecutor(max_workers=len(missing) or 1) as pool:
        builds = {image.name: pool.submit(_build, deployment, image) for image in missing}
        try:
            return {name: build.result() for name, build in builds.items()}
        except BaseException:
            runner.stop_running()
            raise


def _build(deployment: Deployment, image: ImageSpec) -> BuiltImage:
    started = time.monotonic()
    built = deployment.cluster.build(with_provenance(image, deployment.paths.repository))
    bases = " and ".join(built.bases.values())
    seconds = time.monotonic() - started
    deployment.output.note(f"  {image.name} is built on {bases} ({seconds:.1f} s)")
    return built
