"""Builds the images again: elsewhere, from nothing, with secrets lying about."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.clusters.embedded import bases, builder
from taskflow_deploy.clusters.embedded.bases import Base
from taskflow_deploy.clusters.embedded.components import CLUSTER
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.clusters.embedded.network import node_network
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths, current_paths
from taskflow_deploy.programs import compiler
from taskflow_deploy.sources import images, with_provenance
from tests.cluster.checkout import Checkout

CANARY = "canary-5f0c1d8a93"
_HIDDEN = (".env", ".env.local", ".git/config", "node_modules/left/index.js", "__pycache__/a.pyc")
_AT_THE_TOP = ("tests/test_a.py", ".next/cache/a", "id_rsa", "notes.txt")
_A_LONG_TIME_AGO = (1_000_000_000, 1_000_000_000)


def configuration(checkout: Checkout) -> Configuration:
    """Return the configuration of a checkout's node."""
    cache = current_paths().cache
    paths = Paths(checkout.folder, cache, checkout.state, checkout.run_folder, checkout.instance)
    programs = compiler.folder(cache, CLUSTER)
    # Nothing that is built asks for the agent that enforces policies.
    return Configuration(paths, node_network(checkout.instance), programs, programs)


def specs(folder: Path) -> dict[str, ImageSpec]:
    """Return the images of a checkout, with the labels that a deployment gives them."""
    return {image.name: with_provenance(image, folder) for image in images(folder)}


def used_bases(image: ImageSpec) -> dict[str, Base]:
    """Return the bases that a deployment on this machine uses."""
    if bases.registry_answers():
        return {argument: Base(reference) for argument, reference in image.bases.items()}
    cache = current_paths().cache
    return {
        argument: bases.ensure_stand_in(argument, cache, Output(), assume_yes=True)
        for argument in image.bases
    }


def copy_with_secrets(checkout: Checkout, folder: Path) -> Path:
    """Copy a checkout: with other times and modes, and a secret wherever one could lie."""
    for name in ("backend", "frontend", "docker"):
        shutil.copytree(checkout.folder / name, folder / name)
    for context in (folder / "backend", folder / "frontend"):
        places = [context, *(path for path in context.rglob("*") if path.is_dir())]
        secrets = [place / name for place in places for name in _HIDDEN]
        secrets += [context / name for name in _AT_THE_TOP]
        for secret in secrets:
            secret.parent.mkdir(parents=True, exist_ok=True)
            secret.write_text(f"TOKEN={CANARY}\n", encoding="utf-8")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, _A_LONG_TIME_AGO)
    return folder


def build(
    node: Configuration,
    image: ImageSpec,
    given: Mapping[str, Base],
    output: str,
    *more: str,
    bundle: Path | None = None,
) -> None:
    """Build into a file or folder, with a secret in the environment and one in the bundle."""
    metadata = Path(f"{output.rpartition('=')[2]}.json")
    command = builder.build_command(node, image, given, metadata)
    command[command.index("--output") + 1] = output
    if bundle is not None and "--secret" in command:
        command[command.index("--secret") + 1] = f"id=ca,src={bundle}"
    done = subprocess.run(
        [*command, *more],
        env={**os.environ, "ANTHROPIC_API_KEY": CANARY, "DATABASE_URL": CANARY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def build_from_nothing(node: Configuration, image: ImageSpec, archive: Path, bundle: Path) -> None:
    """Build an image without a cache of steps, of packages or of Next.js."""
    build(
        node, image, used_bases(image),
        f"type=oci,oci-mediatypes=true,compression=uncompressed,dest={archive}",
        "--no-cache", "--opt", f"build-arg:BUILDKIT_CACHE_MOUNT_NS={archive.parent.name}",
        bundle=bundle,
    )  # fmt: skip


def what_the_builder_is_sent(node: Configuration, image: ImageSpec, folder: Path) -> set[str]:
    """Return the files that a build can see of its context."""
    probe = folder / "docker"
    probe.mkdir(parents=True)
    name = image.dockerfile.name
    (probe / name).write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    shutil.copy(f"{image.dockerfile}.dockerignore", probe)
    image = replace(image, dockerfile=probe / name, bases={}, arguments={})
    build(node, image, {}, f"type=local,dest={folder / 'sent'}")
    sent = folder / "sent"
    return {path.relative_to(sent).as_posix() for path in sent.rglob("*") if path.is_file()}
