"""Fetches uv for the launcher: by pip where there is one, else from its wheel.

Debian's Python comes without pip, so the second way is the usual one on a bare
machine. It needs nothing but the standard library and checks the wheel's hash.
"""

import hashlib
import http.client
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

_INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
_JSON = "application/vnd.pypi.simple.v1+json"
_SECONDS = 120


def main() -> None:
    """Put ``uv`` of the version in the first argument below the folder in the second."""
    version, target = sys.argv[1], Path(sys.argv[2])
    partial = target.with_name(f"{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "bin").mkdir(parents=True)
    if not _by_pip(version, partial):
        _from_wheel(version, partial)
    program = partial / "bin" / "uv"
    program.chmod(0o755)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _by_pip(version: str, target: Path) -> bool:
    # Into a folder of ours, so the distribution's own packages stay as they are.
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir",
        "--disable-pip-version-check", "--break-system-packages",
        "--target", str(target), f"uv=={version}",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True)
    return done.returncode == 0 and (target / "bin" / "uv").exists()


def _from_wheel(version: str, target: Path) -> None:
    try:
        index = f"{_INDEX}/uv/"
        # The simple repository API in its JSON form (PEP 691).
        asked = urllib.request.Request(index, headers={"Accept": _JSON})
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:
            files = json.load(answer)["files"]
        wheel = next(file for file in files if _fits(file["filename"], version))
        archive = target / wheel["filename"]
        place = urllib.parse.urljoin(index, wheel["url"])
        promised = wheel["hashes"]["sha256"]
        with urllib.request.urlopen(place, timeout=_SECONDS) as answer:
            archive.write_bytes(answer.read())
    except (OSError, http.client.HTTPException) as error:
        sys.exit(
            f"error: uv could not be fetched from the Python package registry: {error}\n"
            "what to do: check the network and the proxy settings, or install uv yourself."
        )
    except (ValueError, LookupError, StopIteration):
        sys.exit(
            f"error: the Python package registry offers no uv {version} for this machine.\n"
            "what to do: install uv yourself, or let PIP_INDEX_URL name another registry."
        )
    if hashlib.sha256(archive.read_bytes()).hexdigest() != promised:
        sys.exit("error: uv's wheel arrived damaged.\nwhat to do: run the command again.")
    with zipfile.ZipFile(archive) as opened:
        member = next(name for name in opened.namelist() if name.endswith("/scripts/uv"))
        (target / "bin" / "uv").write_bytes(opened.read(member))
    archive.unlink()


def _fits(filename: str, version: str) -> bool:
    system = "manylinux" if platform.system() == "Linux" else "macosx"
    machine = f"{platform.machine()}.whl"
    return filename.startswith(f"uv-{version}-") and system in filename and machine in filename


if __name__ == "__main__":
    main()
