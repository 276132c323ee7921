"""Images: built in Docker, copied into the node, and believed only when they are read back."""

import json
import tempfile
from pathlib import Path

from taskflow_deploy.clusters.base import BuiltImage, ImageSpec
from taskflow_deploy.clusters.build_failure import reason
from taskflow_deploy.clusters.minikube import commands
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.errors import CommandError, ImageBuildError, ImageLoadError
from taskflow_deploy.output import Output
from taskflow_deploy.runner import run

_AGAIN = "Run ./taskflow up again; if it stays, ./taskflow cluster delete first."


def build(image: ImageSpec) -> BuiltImage:
    """Build an image in Docker.

    Raises
    ------
    ImageBuildError
        The build failed; the details hold its last lines.
    """
    with tempfile.TemporaryDirectory() as folder:
        id_file = Path(folder) / "id"
        try:
            run(commands.docker_build(image, id_file))
        except CommandError as error:
            raise ImageBuildError(
                f"The image {image.name} could not be built: {reason(error.details)}",
                f"The lines above say why; the build is described in {image.dockerfile}.",
                error.details,
            ) from None
        built = id_file.read_text(encoding="ascii").strip()
    return BuiltImage(image.reference, built, dict(image.bases), cached=False)


def load(programs: Programs, output: Output, image: BuiltImage) -> None:
    """Copy an image into the node.

    Minikube up to 1.38 ends well without doing anything where a container uses
    another image of the same tag (https://github.com/kubernetes/minikube/issues/23023).
    Then the tag is taken from that image, and the new one is copied once more.

    Raises
    ------
    ImageLoadError
        It could not be copied, or the node has another one under its tag after all.
    """
    if node_id(programs, image.reference) == image.image_id:
        return
    _copy(programs, image)
    found = node_id(programs, image.reference)
    if found not in {None, image.image_id}:
        output.note(f"The node kept an older {image.reference}; it is copied once more.")
        _untag(programs, image)
        _copy(programs, image)
        found = node_id(programs, image.reference)
    if found != image.image_id:
        raise ImageLoadError(
            f"The node has {found or 'no image'} as {image.reference}, "
            f"but {image.image_id} was built.",
            _AGAIN,
            mend="./taskflow cluster delete && ./taskflow up",
        )


def node_id(programs: Programs, reference: str) -> str | None:
    """Return the id of an image in the node, or None when it is not there."""
    listed = programs.run(commands.image_list())
    for image in json.loads(listed.stdout or "[]"):
        if f"docker.io/library/{reference}" in image.get("repoTags", ()):
            return "sha256:" + str(image["id"]).removeprefix("sha256:")
    return None


def _copy(programs: Programs, image: BuiltImage) -> None:
    try:
        programs.run(commands.image_load(image.reference))
    except CommandError as error:
        raise ImageLoadError(
            f"The image {image.reference} could not be copied into Minikube.",
            _AGAIN,
            error.details,
        ) from None


def _untag(programs: Programs, image: BuiltImage) -> None:
    try:
        programs.run(commands.untag(image.reference))
    except CommandError as error:
        raise ImageLoadError(
            f"The older image {image.reference} cannot be removed from the node.",
            _AGAIN,
            error.details,
        ) from None
