"""Builds images with BuildKit, straight into the node's image store."""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from taskflow_deploy.clusters.base import BuiltImage, ImageSpec
from taskflow_deploy.clusters.build_failure import reason
from taskflow_deploy.clusters.embedded import build_cache
from taskflow_deploy.clusters.embedded.bases import STAND_INS, Base, ensure_stand_in
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.errors import ImageBuildError
from taskflow_deploy.output import Output
from taskflow_deploy.redaction import redact
from taskflow_deploy.runner import run, stream

_CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_LAST_LINES = 40
_STEP = re.compile(r"^#\d+ \[(?P<stage>[^\]]*?)(?P<step>\d+)/(?P<steps>\d+)\] (?P<what>.*)$")
_REGISTRY_PREFIX = "docker.io/library/"


def build_command(
    configuration: Configuration, image: ImageSpec, bases: Mapping[str, Base], metadata: Path
) -> list[str]:
    """Return the command that builds an image; ``bases`` by build argument."""
    names = ",".join(f"{_REGISTRY_PREFIX}{image.name}:{tag}" for tag in (image.tag, *image.also))
    command = [
        str(configuration.programs / "buildctl"),
        "--addr", f"unix://{configuration.buildkit_socket}",
        "build", "--frontend", "dockerfile.v0", "--progress", "plain",
        "--local", f"context={image.context}",
        "--local", f"dockerfile={image.dockerfile.parent}",
        "--opt", f"filename={image.dockerfile.name}",
        "--opt", "force-network-mode=host", "--allow", "network.host",
        # Uncompressed: the layers never leave this machine.
        "--output",
        f'type=image,"name={names}",unpack=true,oci-mediatypes=true,compression=uncompressed',
        "--metadata-file", str(metadata),
    ]  # fmt: skip
    if _CA_BUNDLE.exists():
        command += ["--secret", f"id=ca,src={_CA_BUNDLE}"]
    for argument, value in {**image.bases, **image.arguments}.items():
        command += ["--opt", f"build-arg:{argument}={value}"]
    for argument, base in bases.items():
        for label, value in _base_labels(image.bases[argument], base).items():
            command += ["--opt", f"label:{label}={value}"]
        if base.layout is not None:
            layout = argument.lower()
            command += ["--oci-layout", f"{layout}={base.layout}"]
            command += [
                "--opt",
                f"context:{image.bases[argument]}=oci-layout://{layout}@{base.digest}",
            ]
    return command


def _base_labels(reference: str, base: Base) -> dict[str, str]:
    """Return what an image says of its base: the digest, too, where we made it."""
    label = "org.opencontainers.image.base"
    if base.digest is None:
        return {f"{label}.name": f"{_REGISTRY_PREFIX}{reference}"}
    return {f"{label}.name": base.description, f"{label}.digest": base.digest}


def build(
    configuration: Configuration,
    image: ImageSpec,
    output: Output,
    *,
    from_registry: bool,
    assume_yes: bool,
) -> BuiltImage:
    """Build an image and return it as the node now knows it.

    Raises
    ------
    ImageBuildError
        A step failed; the details hold its last lines.
    """
    bases = {
        argument: Base(reference)
        if from_registry or argument not in STAND_INS
        else ensure_stand_in(argument, configuration.paths.cache, output, assume_yes=assume_yes)
        for argument, reference in image.bases.items()
    }
    last: list[str] = []
    configuration.logs.mkdir(parents=True, exist_ok=True)
    log_file = configuration.logs / f"build-{image.name}.log"
    with (
        tempfile.TemporaryDirectory() as folder,
        log_file.open("w", encoding="utf-8") as log,
        output.progress(image.name) as bar,
        build_cache.options(configuration.paths.cache, image, bases) as cache_options,
    ):
        metadata = Path(folder) / "metadata.json"

        def on_line(line: str) -> None:
            log.write(f"{redact(line)}\n")
            last.append(line)
            del last[:-_LAST_LINES]
            if step := _STEP.match(line):
                share = int(step["step"]) / int(step["steps"])
                bar.update(share, f"{step['stage'].strip()} {step['what'][:60]}".strip())

        command = [*build_command(configuration, image, bases, metadata), *cache_options]
        if stream(command, on_line) != 0:
            raise ImageBuildError(
                f"The image {image.name} could not be built: {reason(last)}",
                f"The lines above say why, and {log_file} holds all of them; the build is "
                f"described in {image.dockerfile}.",
                last,
            )
        result = json.loads(metadata.read_text(encoding="utf-8"))
    return BuiltImage(
        reference=image.reference,
        image_id=str(result["containerimage.config.digest"]),
        bases={argument: base.description for argument, base in bases.items()},
        cached=False,
    )


def image_id(configuration: Configuration, reference: str) -> str | None:
    """Return the digest of the configuration of the image that a name stands for, or None.

    It is what a running pod reports of an image that no registry served.
    """
    ctr = containerd(configuration)
    name = reference if "/" in reference else f"{_REGISTRY_PREFIX}{reference}"
    listed = run([*ctr, "images", "list", f"name=={name}"]).stdout
    manifests = [line.split()[2] for line in listed.splitlines()[1:] if line.split()[0] == name]
    if not manifests:
        return None
    manifest = json.loads(run([*ctr, "content", "get", manifests[0]]).stdout)
    return str(manifest["config"]["digest"])


def containerd(configuration: Configuration) -> list[str]:
    """Return the beginning of a command that talks to the node's container runtime."""
    return ["ctr", "--address", str(configuration.containerd_socket), "--namespace", "k8s.io"]


def export_archive(configuration: Configuration, reference: str, archive: Path) -> None:
    """Write an image of the node as an archive."""
    name = f"{_REGISTRY_PREFIX}{reference}"
    run([*containerd(configuration), "images", "export", str(archive), name])


def import_archive(configuration: Configuration, archive: Path) -> None:
    """Bring an image archive into the node."""
    run([*containerd(configuration), "images", "import", str(archive)])
