"""Checkpoint two: both images are built from the sources as they are."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from taskflow_deploy import built_images, runner
from taskflow_deploy.checkpoints import frozen
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Check
from taskflow_deploy.clusters.base import BuiltImage, ImageSpec
from taskflow_deploy.errors import ImageBuildError
from taskflow_deploy.sources import images, with_provenance


def _build(deployment: Deployment) -> str:
    """Build what is not there yet, all at once: a build waits for the network half the time."""
    wanted = images(deployment.paths.repository)
    known = {} if deployment.wishes.rebuild else _known(deployment, wanted)
    made = _build_all(deployment, [image for image in wanted if image.name not in known])
    deployment.images = {image.name: {**known, **made}[image.name] for image in wanted}
    if made:
        _remember(deployment, made.values())
    return _fact(deployment)


def _remember(deployment: Deployment, made: Iterable[BuiltImage]) -> None:
    """Record what was built; not where its sources were changed meanwhile: it may hold both."""
    still = {image.reference for image in images(deployment.paths.repository)}
    for image in made:
        if image.reference in still:
            built_images.remember(deployment.paths, image)


def _would_build(deployment: Deployment) -> str:
    wanted = images(deployment.paths.repository)
    known = _known(deployment, wanted) if deployment.is_running else {}
    missing = [image.reference for image in wanted if image.name not in known]
    deployment.images = {
        image.name: known.get(image.name, BuiltImage(image.reference, "", {}, cached=False))
        for image in wanted
    }
    return f"would build {', '.join(missing)}" if missing else "sources unchanged"


def _known(deployment: Deployment, wanted: Sequence[ImageSpec]) -> dict[str, BuiltImage]:
    """Return the images that were built from these sources before and are in the node.

    That the node has an image by this name is not enough: only the id that the build gave is
    remembered, and the next checkpoint compares the node's with it.
    """
    known: dict[str, BuiltImage] = {}
    for image in wanted:
        image_id = built_images.recall(deployment.paths, image.reference)
        if image_id and deployment.cluster.image_id(image.reference):
            known[image.name] = BuiltImage(image.reference, image_id, {}, cached=True)
    return known


def _build_all(deployment: Deployment, missing: Sequence[ImageSpec]) -> dict[str, BuiltImage]:
    with ThreadPoolExecutor(max_workers=len(missing) or 1) as pool:
        builds = {image.name: pool.submit(_build_one, deployment, image) for image in missing}
        try:
            return {name: build.result() for name, build in builds.items()}
        except BaseException:
            runner.stop_running()
            raise


def _build_one(deployment: Deployment, image: ImageSpec) -> BuiltImage:
    started = time.monotonic()
    built = deployment.cluster.build(with_provenance(image, deployment.paths.repository))
    bases = " and ".join(built.bases.values())
    seconds = time.monotonic() - started
    deployment.output.note(f"  {image.name} is built on {bases} ({seconds:.1f} s)")
    return built


def _fact(deployment: Deployment) -> str:
    new = [image.reference for image in deployment.images.values() if not image.cached]
    return f"built {', '.join(new)}" if new else "sources unchanged"


def _recall(deployment: Deployment) -> None:
    wanted = images(deployment.paths.repository)
    deployment.images = _known(deployment, wanted)
    missing = [image.reference for image in wanted if image.name not in deployment.images]
    if missing:
        raise ImageBuildError(
            f"These images are not built yet: {', '.join(missing)}",
            "Start at an earlier checkpoint: ./taskflow up",
            mend="./taskflow up",
        )


CHECKPOINT = Checkpoint(
    id="built",
    title="images built",
    stages=(
        (Check("built.images", "Images of these sources", _build, _would_build),),
        (Check("built.sources", "Sources as they were", frozen.is_still_the_same),),
    ),
    fact=_fact,
    recall=_recall,
    unproven="that changed sources build",
)
