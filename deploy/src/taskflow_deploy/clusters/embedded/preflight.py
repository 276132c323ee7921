"""What the machine must have before anything is changed on it."""

import os
import platform
import shutil

from taskflow_deploy.clusters.embedded.components import PROGRAMS
from taskflow_deploy.errors import DiskSpaceError, NotRootError, UnsupportedSystemError
from taskflow_deploy.paths import Paths
from taskflow_deploy.programs.compiler import missing

_GIGABYTE = 10**9
_DISK_TO_RUN = 4 * _GIGABYTE
# Go's caches while the components compile; they are removed at the end.
_DISK_TO_COMPILE = 9 * _GIGABYTE
_ELSE = "Or use Minikube with Docker (--cluster minikube), or ./taskflow dev without Kubernetes."


def check(paths: Paths) -> None:
    """Refuse a machine on which the embedded cluster cannot run.

    Raises
    ------
    UnsupportedSystemError, NotRootError, DiskSpaceError
        Each says what to do instead.
    """
    _check_system()
    if os.geteuid() != 0:
        raise NotRootError(
            "The embedded Kubernetes needs root: it makes namespaces and network interfaces.",
            f"Run it with sudo. {_ELSE}",
        )
    _check_disk(paths)


def _check_system() -> None:
    if platform.system() != "Linux":
        raise UnsupportedSystemError(
            f"The embedded Kubernetes runs on Debian and Ubuntu, not on {platform.system()}.", _ELSE
        )
    name, *family = _names()
    if not {name, *family} & {"debian", "ubuntu"}:
        raise UnsupportedSystemError(
            f"The embedded Kubernetes runs on Debian and Ubuntu, not on {name}.", _ELSE
        )


def _names() -> list[str]:
    """Return the distribution's name and those of the distributions it is made from."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ["an unknown system"]
    return [release["ID"], *release.get("ID_LIKE", "").split()]


def _check_disk(paths: Paths) -> None:
    compiling = any(missing(paths.cache, programs) for programs in PROGRAMS)
    for folder, needed in (
        (paths.cache, _DISK_TO_COMPILE if compiling else 0),
        (paths.state, _DISK_TO_RUN),
    ):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        if free < needed:
            raise DiskSpaceError(
                f"{existing} has {free / _GIGABYTE:.1f} GB free and "
                f"{needed / _GIGABYTE:.0f} GB are needed"
                + (" while the components compile." if folder == paths.cache else "."),
                "Free some space, or let XDG_CACHE_HOME name a folder on a larger disk.",
            )
