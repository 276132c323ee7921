"""A folder that is all of the file system for one program, so that it can run no other.

kubectl-ai has tools of its own: kubectl, and bash for whatever else the model wants. Those that
change nothing, by the model's own word, are run without asking, and there is no mode without
them. In here there is no bash, no kubectl and no cluster to be found.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskflow_deploy.explain.advice import AdviceError

PROGRAM, KUBECONFIG = "program", "kubeconfig"
_NOWHERE = "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n"
_NAMES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")
_AUTHORITIES = (
    os.environ.get("SSL_CERT_FILE", ""),
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
)
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


@contextmanager
def room(program: str, settings: Path) -> Iterator[Path]:
    """Make a room that holds a program, and remove it afterwards.

    Parameters
    ----------
    program
        Its path; one that needs no libraries.
    settings
        A file of its user's with settings, put to ``home/.config/<program>/config.yaml`` where it
        exists.

    Raises
    ------
    AdviceError
        This machine cannot lock a program in.
    """
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        raise AdviceError("it can run commands, and only on Linux can it be kept from that")
    with tempfile.TemporaryDirectory(prefix="taskflow-room-") as folder:
        root = Path(folder)
        shutil.copy(program, root / PROGRAM)
        (root / KUBECONFIG).write_text(_NOWHERE, encoding="ascii")
        (root / "tmp").mkdir()
        for name in _NAMES:
            _copy(Path(name), root / name.removeprefix("/"))
        authorities = next((Path(one) for one in _AUTHORITIES if one and Path(one).exists()), None)
        if authorities is not None:
            _copy(authorities, root / _CERTIFICATES)
        _copy(settings, root / "home" / ".config" / Path(program).name / "config.yaml")
        yield root


def locked_in(root: Path, hidden: tuple[str, ...], *words: str) -> list[str]:
    """Return the command that runs the room's program, without some variables of ours."""
    unset = [word for name in hidden for word in ("-u", name)]
    lock = ["--user", "--map-root-user", "--root", str(root), "--wd", "/"]
    # By their paths: PATH is the room's already.
    env, unshare = (shutil.which(name) or name for name in ("env", "unshare"))
    return [env, *unset, unshare, *lock, f"/{PROGRAM}", *words]


def environment() -> dict[str, str]:
    """Return the variables that a program in a room needs."""
    return {
        "HOME": "/home",
        "XDG_CONFIG_HOME": "/home/.config",
        "TMPDIR": "/tmp",  # noqa: S108 - the room's
        "KUBECONFIG": f"/{KUBECONFIG}",
        "SSL_CERT_FILE": f"/{_CERTIFICATES}",
        "PATH": "/nothing",
    }


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)  # without its mode: nothing of it is to be run
