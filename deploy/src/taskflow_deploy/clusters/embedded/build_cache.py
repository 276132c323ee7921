"""What builds installed, kept beside the compiled programs for a cluster that begins anew.

BuildKit's own cache lives and ends with the node. A copy of it is kept as long as
the files stay the same that decide what an image installs; a change of the source
alone writes no copy, since it would cost more than it saves.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.clusters.embedded.bases import Base

_KEY_LETTERS = 16


@contextmanager
def options(cache: Path, image: ImageSpec, bases: Mapping[str, Base]) -> Iterator[list[str]]:
    """Give the options with which ``buildctl build`` uses the copy, or makes it.

    A copy that was made is kept when the block ends well; it replaces the image's
    earlier ones.
    """
    kept = cache / "builds" / f"{image.name}-{_key(image, bases)}"
    if kept.exists():
        yield ["--import-cache", f"type=local,src={kept}"]
        return
    _sweep(kept.parent)
    partial = kept.with_name(f".{kept.name}.{os.getpid()}")
    how = "mode=max,compression=uncompressed,ignore-error=true"
    try:
        yield ["--export-cache", f"type=local,dest={partial},{how}"]
        if partial.exists() and not kept.exists():
            for earlier in kept.parent.glob(f"{image.name}-*"):
                shutil.rmtree(earlier)
            partial.rename(kept)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sweep(builds: Path) -> None:
    """Remove what builds left that were killed: what is partial ends with its process's number."""
    for partial in builds.glob(".*"):
        if not Path(f"/proc/{partial.suffix[1:]}").exists():
            shutil.rmtree(partial)


def _key(image: ImageSpec, bases: Mapping[str, Base]) -> str:
    digest = hashlib.sha256()
    for file in (image.dockerfile, *image.dependencies):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for argument, base in sorted(bases.items()):
        digest.update(f"{argument}={base.digest or base.description}".encode() + b"\0")
    # BuildKit tells files by content: a layer of another commit would keep that commit's times.
    digest.update(image.arguments.get("SOURCE_DATE_EPOCH", "").encode())
    return digest.hexdigest()[:_KEY_LETTERS]
