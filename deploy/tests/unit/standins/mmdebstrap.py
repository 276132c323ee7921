"""mmdebstrap: writes a tar archive that names what was asked for."""

import io
import os
import tarfile

from tests.unit.standins.world import World, parse, stop

_OPTIONS = {
    "--variant": ("minbase",), "--include": (), "--dpkgopt": (), "--aptopt": (),
    "--customize-hook": (),
}  # fmt: skip


def play(_world: World, words: list[str], _stdin: str) -> None:
    """Play ``mmdebstrap``."""
    given = parse("mmdebstrap", words, options=_OPTIONS, required=["--variant", "--include"],
                  positional=["suite", "target"], code=2)  # fmt: skip
    if os.environ.get("SOURCE_DATE_EPOCH") != "0":
        stop("E: the archive would hold today's date")
    content = f"{given['suite']} {given['--include'][0]}".encode()
    with tarfile.open(given["target"], "w") as archive:
        entry = tarfile.TarInfo("included")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
