"""One command at a time changes an instance."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

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
    paths.lock.parent.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise BusyError(
                f"Another TaskFlow command (process {lock.read().strip() or '?'}) is at work.",
                "Wait for it to end, then run the command again.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
