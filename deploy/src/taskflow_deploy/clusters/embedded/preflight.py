"""What the machine must have before anything is changed on it."""

import os
import platform
import shutil

from taskflow_deploy.checks import Check, Found, warned
from taskflow_deploy.clusters.embedded import packages
from taskflow_deploy.clusters.embedded.components import PROGRAMS
from taskflow_deploy.errors import DiskSpaceError, NotRootError, UnsupportedSystemError
from taskflow_deploy.paths import Paths
from taskflow_deploy.programs.compiler import missing

_GIGABYTE = 10**9
_DISK_TO_RUN = 4 * _GIGABYTE
# Go's caches while the components compile; they are removed at the end.
_DISK_TO_COMPILE = 9 * _GIGABYTE
_ELSE = "Or use Minikube with Docker (--cluster minikube), or ./taskflow dev without Kubernetes."


class Needs:
    """What the embedded cluster needs of this machine; nothing is changed.

    Parameters
    ----------
    paths
        The instance's folders.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def checks(self) -> list[Check[None]]:
        """Return what is looked at."""
        return [
            Check("prerequisites.system", "System", self.system, mend="./taskflow dev"),
            Check("prerequisites.root", "Root", self.root, mend="sudo ./taskflow up"),
            Check("prerequisites.disk", "Disk", self.disk),
            Check("prerequisites.packages", "Packages", self.packages),
            Check("prerequisites.programs", "Kubernetes", self.programs),
        ]

    def require(self) -> None:
        """Refuse a machine on which the embedded cluster cannot run.

        Raises
        ------
        UnsupportedSystemError, NotRootError, DiskSpaceError
            Each says what to do instead.
        """
        for look in (self.system, self.root, self.disk):
            look(None)

    def system(self, _machine: None) -> str:
        """Look which system this is: Debian, Ubuntu, or one made from them."""
        if platform.system() != "Linux":
            raise UnsupportedSystemError(
                "The embedded Kubernetes runs on Debian and Ubuntu, not on "
                f"{platform.system()}.", _ELSE
            )  # fmt: skip
        name, *family = _names()
        if not {name, *family} & {"debian", "ubuntu"}:
            raise UnsupportedSystemError(
                f"The embedded Kubernetes runs on Debian and Ubuntu, not on {name}.", _ELSE
            )
        return name

    def root(self, _machine: None) -> str:
        """Look whether we are root."""
        if os.geteuid() != 0:
            raise NotRootError(
                "The embedded Kubernetes needs root: it makes namespaces and network interfaces.",
                f"Run it with sudo. {_ELSE}",
            )
        return "we are root"

    def disk(self, _machine: None) -> str:
        """Measure the free disk where programs and state are kept."""
        told: list[str] = []
        compiling = any(missing(self._paths.cache, programs) for programs in PROGRAMS)
        for folder, needed in (
            (self._paths.cache, _DISK_TO_COMPILE if compiling else 0),
            (self._paths.state, _DISK_TO_RUN),
        ):
            existing = next(path for path in (folder, *folder.parents) if path.exists())
            free = shutil.disk_usage(existing).free
            if free < needed:
                raise DiskSpaceError(
                    f"{existing} has {free / _GIGABYTE:.1f} GB free and "
                    f"{needed / _GIGABYTE:.0f} GB are needed"
                    + (" while the components compile." if folder == self._paths.cache else "."),
                    "Free some space, or let XDG_CACHE_HOME name a folder on a larger disk.",
                    mend=f"du -xh --max-depth=2 {existing} | sort -h | tail",
                )
            told.append(f"{existing} has {free / _GIGABYTE:.1f} GB free")
        return ", ".join(dict.fromkeys(told))

    def packages(self, _machine: None) -> str | Found:
        """Look for the distribution's packages that the node is made of."""
        names = " ".join(package.name for package in packages.missing(packages.NODE_PACKAGES))
        if names:
            return warned(f"up installs {names}", f"apt-get install {names}")
        return f"all {len(packages.NODE_PACKAGES)} are installed"

    def programs(self, _machine: None) -> str | Found:
        """Look for the compiled components of Kubernetes."""
        for programs in PROGRAMS:
            if missing(self._paths.cache, programs):
                said = f"{programs.title} are compiled first, {programs.duration}"
                return warned(said, "./taskflow cluster build")
        return "all components are compiled"


def _names() -> list[str]:
    """Return the distribution's name and those of the distributions it is made from."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ["an unknown system"]
    return [release["ID"], *release.get("ID_LIKE", "").split()]
