"""``python -m taskflow_deploy.images sbom|sizes|build``: what make sbom and image-sizes run.

``build`` only compiles the tool that makes the SBOM.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from taskflow_deploy.clusters.select import select
from taskflow_deploy.errors import DeployError, UsageError
from taskflow_deploy.images import sbom, sizes
from taskflow_deploy.images.archive import ImageArchive
from taskflow_deploy.images.deployed import fetch
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, current_paths
from taskflow_deploy.programs.compiler import ensure_programs

_SBOMS = REPOSITORY / "build" / "sbom"
_DOCUMENT = REPOSITORY / "docs" / "performance.md"


def main(wanted: str) -> None:
    """Look into the images of the sources as they are, which the cluster must have."""
    output, paths = Output(), current_paths()
    if wanted == "build":
        ensure_programs(paths.cache, sbom.SYFT, output)
        return
    cluster = select(paths, output, kind="auto", assume_yes=False)
    with tempfile.TemporaryDirectory() as folder:
        archives = fetch(cluster, paths.repository, Path(folder))
        if wanted == "sbom":
            syft = ensure_programs(paths.cache, sbom.SYFT, output) / "syft"
            _write_sboms(archives, syft, output)
        elif wanted == "sizes":
            sizes.write(_DOCUMENT, sizes.table(ImageArchive(path) for path in archives.values()))
            output.note(f"The sizes are in {_DOCUMENT}.")
        else:
            raise UsageError(f"There is no {wanted!r}.", "Use sbom, sizes or build.")


def _write_sboms(archives: Mapping[str, Path], syft: Path, output: Output) -> None:
    for archive in archives.values():
        output.text(sbom.table(sbom.write(syft, archive, _SBOMS)))
    output.note(f"The SBOMs are in {_SBOMS}.")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except DeployError as error:
        Output().error(error)
        sys.exit(error.exit_code)
