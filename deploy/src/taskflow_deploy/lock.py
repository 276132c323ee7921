"""One command at a time changes an instance."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from taskflow_deploy.errors import BusyError
from taskflow_deploy.paths import Paths


@contextmanager
def exclusive(paths: Paths) -> Iterator[None]:
    """Hold the instance's lock; the kernel frees it however the command ends.

    Raises
    ------
    BusyError
        Another command holds it.
    """
    with _locked(paths) as lock:
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            _remove_what_is_empty(paths)


def is_held(paths: Paths) -> bool:
    """Tell whether a command is at work on the instance."""
    try:
        with paths.lock.open("r", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(paths: Paths) -> TextIO:
    while True:
        paths.lock.parent.mkdir(parents=True, exist_ok=True)
        lock = paths.lock.open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            lock.close()
            raise BusyError(
                f"Another TaskFlow command (process {holder}) is at work.",
                "Wait for it to end, then run the command again.",
            ) from None
        # Its last holder may have removed it after we opened it: then it locks nothing.
        if _is_at(lock, paths.lock):
            return lock
        lock.close()


def _is_at(file: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _remove_what_is_empty(paths: Paths) -> None:
    """Leave no folder behind in which there is nothing any more but the lock."""
    if {path.name for path in paths.state.iterdir()} <= {paths.lock.name, paths.logs.name}:
        with contextlib.suppress(OSError):
            paths.logs.rmdir()
    if [path.name for path in paths.state.iterdir()] == [paths.lock.name]:
        paths.lock.unlink()
        paths.state.rmdir()
    for folder in (paths.state.parent, paths.run, paths.run.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()
