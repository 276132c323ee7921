"""Clocks that can be set: the one that the verifier reads, and that of the system under test."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from taskflow_deploy.verifier import binding, naming, tokens
from tests.unit import services

_WIDTH = 32
_FILE = "CLOCK_OFFSET_FILE"
# Runs in the backend's process before anything else of it. The steady clock is left alone, as
# setting a machine's clock leaves it.
_SETTABLE = f"""
import datetime as real, os, time
_time, _offset = time.time, os.open(os.environ["{_FILE}"], os.O_RDONLY)
time.time = lambda: _time() + float(os.pread(_offset, {_WIDTH}, 0))
class _Kind(type):
    def __instancecheck__(self, one):
        return isinstance(one, real.datetime)
class Settable(real.datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz=None):
        return real.datetime.fromtimestamp(time.time(), tz)
import jwt.api_jwt, src.models.base
jwt.api_jwt.datetime = src.models.base.datetime = Settable
"""


class SystemClock:
    """The clock of a backend; it is set by a file that the backend reads.

    Parameters
    ----------
    file
        Where seconds stand by which it is ahead.
    """

    def __init__(self, file: Path) -> None:
        file.write_text("0".ljust(_WIDTH), encoding="ascii")
        self._file = os.open(file, os.O_WRONLY)
        self._path = file

    def set(self, seconds: float) -> None:
        """Let it be so many seconds ahead of the true time from now on."""
        os.pwrite(self._file, f"{seconds:.3f}".ljust(_WIDTH).encode("ascii"), 0)

    @contextmanager
    def backend(self, database_url: str) -> Iterator[int]:
        """Serve the backend by this clock and give its port."""
        settings = {**services.UNLIMITED, _FILE: str(self._path)}
        with services.backend(database_url, quick=True, first=_SETTABLE, **settings) as port:
            yield port

    def close(self) -> None:
        """Set it no more."""
        os.close(self._file)


class OwnClock:
    """The clock of this machine as the verifier reads it; each thread has its own."""

    def __init__(self) -> None:
        self._set = threading.local()

    def set(self, seconds: float, after: float) -> None:
        """Let it be so many seconds ahead from a moment on that is ``after`` seconds away.

        Until then it is as it was.
        """
        self._set.before, self._set.offset = self._ahead(), seconds
        self._set.at = time.monotonic() + after

    def time(self) -> float:
        """Return the time that it tells."""
        return time.time() + self._ahead()

    def monotonic(self) -> float:
        """Return the steady time, which nobody can set."""
        return time.monotonic()

    def _ahead(self) -> float:
        told = self._set.__dict__
        if time.monotonic() < told.get("at", 0.0):
            return float(told["before"])
        return float(told.get("offset", 0.0))

    @contextmanager
    def used(self) -> Iterator["OwnClock"]:
        """Let the verifier read this clock."""
        with (
            mock.patch.object(binding, "time", self),
            mock.patch.object(naming, "time", self),
            mock.patch.object(tokens, "time", self),
        ):
            yield self
