"""Base images for machines that reach no image registry.

Each stand-in is a plain Debian 12, put together from the distribution's
packages, with Python from there or Node.js from the package registry's wheel.
"""

import hashlib
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.clusters.embedded import oci, packages
from taskflow_deploy.errors import CommandError, PackagesError
from taskflow_deploy.output import Output
from taskflow_deploy.runner import run
from taskflow_deploy.toolchains import pinned_version, toolchain

_REGISTRY = ("registry-1.docker.io", 443)
_REGISTRY_SECONDS = 3.0
_RECIPE = "2"
_SUITE = "bookworm"
# Nothing in an image reads manuals, documentation or translations.
_LEFT_OUT = tuple(f"/usr/share/{name}/*" for name in ("doc", "info", "lintian", "locale", "man"))
_NODE_LEFT_OUT = ("include", "__pycache__", "__init__.py", "corepack", "share")
# A wheel cannot hold symbolic links, and npm finds its modules by way of them.
_NODE_LINKS = {
    f"bin/{name}": f"../lib/node_modules/npm/bin/{name}-cli.js" for name in ("npm", "npx")
}
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class StandIn:
    """A base image made here.

    Attributes
    ----------
    name
        Its name in messages.
    packages
        Debian packages beside the essential ones.
    with_node
        Whether Node.js is added.
    """

    name: str
    packages: Sequence[str]
    with_node: bool = False


STAND_INS = {
    "PYTHON_IMAGE": StandIn(
        "debian-12-python-3.11", ("ca-certificates", "python3.11", "python3.11-venv", "tzdata")
    ),
    "NODE_IMAGE": StandIn("debian-12-node-24", ("ca-certificates", "libstdc++6"), with_node=True),
}


@dataclass(frozen=True)
class Base:
    """Where a base image comes from.

    Attributes
    ----------
    description
        What people are told.
    layout, digest
        The stand-in's folder and manifest; None when a registry serves it.
    """

    description: str
    layout: Path | None = None
    digest: str | None = None


def registry_answers() -> bool:
    """Tell whether the public image registry can be reached."""
    try:
        with socket.create_connection(_REGISTRY, timeout=_REGISTRY_SECONDS):
            return True
    except OSError:
        return False


def ensure_stand_in(argument: str, cache: Path, output: Output, *, assume_yes: bool) -> Base:
    """Return the stand-in for a Dockerfile's base image argument, making it once.

    Raises
    ------
    PackagesError
        The distribution's packages cannot be fetched.
    """
    stand_in = STAND_INS[argument]
    folder = cache / "bases" / f"{stand_in.name}-{_key(stand_in)}"
    digest = oci.layout_digest(folder)
    if digest is None:
        packages.ensure(packages.BASE_IMAGE_PACKAGES, output, assume_yes=assume_yes)
        output.note(f"No image registry answers: putting together {stand_in.name} from packages.")
        with output.timed(f"Put together {stand_in.name}"):
            digest = _make(stand_in, folder, output)
    return Base(f"{stand_in.name} (stand-in)", folder, digest)


def _key(stand_in: StandIn) -> str:
    recipe = [_RECIPE, _SUITE, *_LEFT_OUT, oci.architecture(), repr(stand_in)]
    if stand_in.with_node:
        recipe.append(pinned_version("node"))
    return hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:12]


def _make(stand_in: StandIn, folder: Path, output: Output) -> str:
    work = folder.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    layers = [work / "debian.tar"]
    command = [
        "mmdebstrap", "--variant=minbase", f"--include={','.join(stand_in.packages)}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        '--aptopt=Acquire::Languages "none"',
        '--customize-hook=rm -rf "$1"/var/cache/* "$1"/var/lib/apt/lists/* "$1"/var/log/*',
        _SUITE, str(layers[0]),
    ]  # fmt: skip
    try:
        run(command, env={"SOURCE_DATE_EPOCH": "0"})
    except CommandError as error:
        raise PackagesError(
            f"The base image {stand_in.name} could not be put together.",
            "Check that the distribution's package archive can be reached.",
            error.details,
        ) from None
    if stand_in.with_node:
        layers.append(work / "node.tar")
        node = toolchain("node", output).parent
        oci.folder_layer(node, "usr/local", layers[-1], skip=_NODE_LEFT_OUT, links=_NODE_LINKS)
    whole = work / "layout"
    digest = oci.write_layout(whole, layers, {"Env": [_PATH]}, f"{stand_in.name}:latest")
    shutil.rmtree(folder, ignore_errors=True)
    whole.rename(folder)
    shutil.rmtree(work)
    return digest
