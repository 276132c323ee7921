"""Finds the processes of a PostgreSQL by its data folder."""

import time
from pathlib import Path

from taskflow_deploy.errors import DatabaseUnreachableError

_END_SECONDS = 20.0


def first_process(folder: Path) -> int | None:
    """Return the number of the server's first process, or None; a stale pid file is none."""
    try:
        pid = int((folder / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    return pid if str(folder).encode() in words else None


def remove_stale_pid_file(folder: Path) -> None:
    """Remove what a killed server left, once the last of its processes has ended.

    The number in the file may be another program's by now, or that of a process
    which nobody has buried yet: PostgreSQL would take either for itself.

    Raises
    ------
    DatabaseUnreachableError
        They do not end.
    """
    deadline = time.monotonic() + _END_SECONDS
    while any(_works_in(folder, process) for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > deadline:
            raise DatabaseUnreachableError(
                "The processes of a PostgreSQL that was killed do not end.",
                f"Find them with: fuser {folder}, and stop them.",
            )
        time.sleep(0.05)
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _works_in(folder: Path, process: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder.resolve()
    except OSError:  # it has ended, or is another user's
        return False
