"""Waits until the database has the schema that this image needs, for a bounded time.

Runs in the backend's own image before the backend starts; the migration Job brings the schema.
"""

import io
import os
import signal
import sys
import time
from argparse import Namespace

from alembic import command
from alembic.config import Config
from alembic.util import DatabaseNotAtHead

TIMEOUT_SECONDS = int(os.environ["WAIT_TIMEOUT_SECONDS"])
reason = "no look has ended yet"


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def give_up(*_: object) -> None:
    """End, however long the look that is under way would still take."""
    cure = "Look at the logs of the Job that migrates."
    sys.stderr.write(f"Gave up after {TIMEOUT_SECONDS} s: {reason}. {cure}\n")
    sys.stderr.flush()
    os._exit(1)


def obstacle() -> str | None:
    """Return why the schema is not there yet, or nothing when it is.

    A schema that is newer than this image's is there: older code can live with it.
    """
    options = Namespace(x=["wait_seconds=5"])
    config = Config("alembic.ini", stdout=io.StringIO(), cmd_opts=options)
    try:
        command.current(config, check_heads=True)
    except DatabaseNotAtHead:
        return "the database has an older schema"
    except SystemExit as end:
        return str(end).rstrip(".")
    return None


# As process 1, Python ignores SIGTERM unless it is told to obey it.
signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
signal.signal(signal.SIGALRM, give_up)
signal.alarm(TIMEOUT_SECONDS)
started = time.monotonic()
while found := obstacle():
    if found != reason:
        say(f"Waiting for the schema, up to {TIMEOUT_SECONDS} s: {found}.")
    reason = found
    time.sleep(1)
say(f"The schema is there after {time.monotonic() - started:.1f} s.")
