"""Programs that the embedded cluster takes from the distribution's packages."""

import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.errors import CommandError, InterruptedByUserError, PackagesError
from taskflow_deploy.output import Output
from taskflow_deploy.runner import run

_one_at_a_time = threading.Lock()
_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_SERVICES = "#!/bin/sh\n# Of TaskFlow, while it installs packages.\nexit 101\n"


@dataclass(frozen=True)
class Package:
    """A package and a program that is there when it is installed."""

    name: str
    program: str


NODE_PACKAGES = (
    Package("containerd", "containerd"),
    Package("runc", "runc"),
    Package("containernetworking-plugins", "/usr/lib/cni/ptp"),
    Package("nftables", "nft"),
    Package("iptables", "iptables"),
    Package("iproute2", "ip"),
    Package("util-linux", "unshare"),
    Package("mount", "mount"),
)
BASE_IMAGE_PACKAGES = (
    Package("mmdebstrap", "mmdebstrap"),
    Package("debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"),
)


def missing(packages: Sequence[Package]) -> list[Package]:
    """Return the packages whose program is not on this machine."""
    return [package for package in packages if not _is_there(package.program)]


def ensure(packages: Sequence[Package], output: Output, *, assume_yes: bool) -> None:
    """Install the packages that are missing, after saying so.

    Their services are not started: we run the programs ourselves.

    Raises
    ------
    PackagesError
        The packages cannot be fetched or installed.
    InterruptedByUserError
        The answer to the question was no.
    """
    with _one_at_a_time:
        _install([package.name for package in missing(packages)], output, assume_yes=assume_yes)


def _install(wanted: Sequence[str], output: Output, *, assume_yes: bool) -> None:
    if not wanted:
        return
    names = " ".join(wanted)
    output.note(f"Needed from the distribution: {names}")
    if not output.confirm("Install them with apt-get?", assume_yes=assume_yes):
        raise InterruptedByUserError(
            "Nothing was installed.", f"Install them yourself: apt-get install {names}"
        )
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *wanted]
    covered = _forbid_services()
    try:
        with output.timed(f"Installed {names}"):
            run(["apt-get", "update"], env=environment)
            run(install, env=environment)
    except CommandError as error:
        raise PackagesError(
            f"These packages could not be installed: {names}",
            f"Run it by hand to see why: apt-get update && apt-get install {names}",
            error.details,
        ) from None
    finally:
        if covered:
            _POLICY.unlink()


def _is_there(program: str) -> bool:
    if program.startswith("/"):
        return Path(program).exists()
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


def _forbid_services() -> bool:
    """Keep the packages from starting their services; tell whether we have to undo it.

    A policy that is not ours stays; one that a killed command left is ours.
    """
    if _POLICY.exists() and _POLICY.read_text(encoding="utf-8") != _NO_SERVICES:
        return False
    _POLICY.write_text(_NO_SERVICES, encoding="utf-8")
    _POLICY.chmod(0o755)
    return True
