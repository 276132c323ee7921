"""Where things are kept: caches by content, state by instance.

An instance is one TaskFlow on this machine. Tests use one of their own beside
the user's, so that neither sees the other.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[3]
DEFAULT_INSTANCE = "taskflow"
SYSTEM_STATE = Path("/var/lib/taskflow")
_INSTANCE_NAME = re.compile(r"[a-z][a-z0-9]{0,8}")


@dataclass(frozen=True)
class Paths:
    """Folders of one instance.

    Attributes
    ----------
    repository
        The checkout.
    cache
        Compiled components and images' bases; safe to delete at any time.
    state
        What must survive a reboot: the database, the cluster, records.
    run
        Sockets and locks; short, since a socket's path has at most 107 bytes.
    instance
        The instance's name.
    """

    repository: Path
    cache: Path
    state: Path
    run: Path
    instance: str

    @property
    def kubeconfig(self) -> Path:
        """The project's own kubeconfig; the user's is never touched."""
        return self.state / "kubeconfig"

    @property
    def logs(self) -> Path:
        """Logs of what runs on this host."""
        return self.state / "logs"

    @property
    def lock(self) -> Path:
        """Held by the one command that changes this instance."""
        return self.state / "lock"


def current_paths() -> Paths:
    """Return the folders that the environment asks for.

    Root's state is kept under /var/lib, since PostgreSQL runs as a user who
    may not enter root's home; everybody else's under the XDG state folder.

    Raises
    ------
    UsageError
        TASKFLOW_INSTANCE is not a short plain name.
    """
    instance = os.environ.get("TASKFLOW_INSTANCE") or DEFAULT_INSTANCE
    if not _INSTANCE_NAME.fullmatch(instance):
        raise UsageError(
            f"TASKFLOW_INSTANCE={instance!r} is not a valid name.",
            "Use 1 to 9 lower-case letters and digits, starting with a letter.",
        )
    home = Path.home()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "taskflow"
    if os.geteuid() == 0:
        state_root, run_root = SYSTEM_STATE, Path("/run/taskflow")
    else:
        state_root = Path(os.environ.get("XDG_STATE_HOME") or home / ".local/state") / "taskflow"
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        run_root = Path(runtime) / "taskflow" if runtime else state_root / "run"
    return Paths(REPOSITORY, cache, state_root / instance, run_root / instance, instance)
