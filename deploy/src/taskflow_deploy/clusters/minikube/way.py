"""The way to a node that this host cannot reach: one forward for each instance."""

import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.clusters.minikube import forward
from taskflow_deploy.clusters.minikube.commands import LOOPBACK
from taskflow_deploy.errors import ClusterError, CommandError, PortInUseError
from taskflow_deploy.paths import Paths
from taskflow_deploy.runner import run

_OPEN_SECONDS = 30.0
_CLOSE_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LINES = 10
_MODULE = "taskflow_deploy.clusters.minikube.forward"


@dataclass(frozen=True)
class Running:
    """A forward that is at work.

    Attributes
    ----------
    pid
        Its number, and that of the group that it makes with kubectl.
    port, command
        What it forwards, and how.
    """

    pid: int
    port: int
    command: list[str]

    @property
    def whole(self) -> bool:
        """Whether it is more than a kubectl that somebody's kill of the forward left behind."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Way:
    """Opens and closes the forward of an instance."""

    def __init__(self, paths: Paths) -> None:
        self._record = paths.run / "forward.json"
        self._log = paths.logs / "forward.log"

    def open(self, command: list[str], port: int, alive: Path) -> None:
        """Have the forward at work, and wait until something comes through it.

        Parameters
        ----------
        command
            What listens on the port of this host.
        alive
            The file without which there is nothing to forward to.

        Raises
        ------
        PortInUseError
            The port belongs to another program.
        ClusterError
            The forward does not start, or nothing comes through it within half a minute.
        """
        found = self.running()
        if found is None or not found.whole or (found.port, found.command) != (port, command):
            self.close()
            _require_free(port)
            self._start(command, port, alive)
        deadline = time.monotonic() + _OPEN_SECONDS
        while not forward.answers(port):
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"Nothing comes through the forward at {LOOPBACK}:{port}.",
                    "See ./taskflow logs forward, and ./taskflow status.",
                    self._tail(),
                    mend="./taskflow logs forward",
                )
            time.sleep(_POLL_SECONDS)

    def close(self) -> None:
        """End the forward and what it started; quiet where there is none.

        Raises
        ------
        ClusterError
            It does not end.
        """
        for number in (signal.SIGTERM, signal.SIGKILL):
            found = self.running()
            if found is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(found.pid, number)
            deadline = time.monotonic() + _CLOSE_SECONDS
            while self.running() is not None and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        if found := self.running():
            raise ClusterError(
                f"The forward of port {found.port} (process {found.pid}) does not end.",
                f"End it: kill -9 -{found.pid}",
                mend=f"kill -9 -{found.pid}",
            )
        self._record.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove the forward's log."""
        for file in (self._log, self._log.with_suffix(".log.1")):
            file.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """Return the forward that is at work, or None.

        By the lock that it holds: a number alone may be another process's by now.
        """
        try:
            with self._record.open(encoding="utf-8") as record:
                try:
                    # Shared, so that two who look do not take each other for a forward.
                    fcntl.flock(record, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return Running(**json.load(record))
        except FileNotFoundError:
            pass
        return None

    def _start(self, command: list[str], port: int, alive: Path) -> None:
        for folder in (self._record.parent, self._log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", _MODULE, str(self._record), str(self._log), str(port),
                 str(alive), *command]  # fmt: skip
        try:
            run(words)
        except CommandError as error:
            raise ClusterError(
                "The forward to Minikube's node does not start.",
                "See ./taskflow logs forward.",
                error.details,
            ) from None

    def _tail(self) -> list[str]:
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]


def _require_free(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUseError(
                f"Port {port} of this machine belongs to another program.",
                "End that program, or set TASKFLOW_NODE_PORT to another port, 30000 to 32767.",
                mend=f"TASKFLOW_NODE_PORT={port + 1} ./taskflow up",
            ) from None
