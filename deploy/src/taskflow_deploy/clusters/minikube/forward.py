"""Keeps a port of this host leading to the frontend; a process that outlives the command.

``kubectl port-forward`` is bound to one pod: it ends when that pod does, at the latest when the
next connection fails. This starts it again whenever it ends, or nothing comes through it any more.

Usage: ``python -m taskflow_deploy.clusters.minikube.forward RECORD LOG PORT ALIVE COMMAND...``,
which returns as soon as it is at work in the background. RECORD is held locked, by this process
and by kubectl, as long as either lives: so it tells whether they do, and the number of their group
is nobody else's. When the file ALIVE, the cluster's kubeconfig, is gone, this ends by itself.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_LOOPBACK = "127.0.0.1"
_PATH = "/livez"
_ANSWER_SECONDS = 3.0
_TICK_SECONDS = 0.1
_LOOK_SECONDS = 2.0
_PATIENCE = 3
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 4.0
_STOP_SECONDS = 2.0
_LOCK_SECONDS = 1.0
_LOG_BYTES = 256 * 1024


def answers(port: int) -> bool:
    """Tell whether anything of the frontend comes back through a port, whatever it says."""
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", _PATH)
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass
class Forward:
    """One forward, and kubectl at work for it.

    Attributes
    ----------
    command, port
        What is started, and the port that it opens.
    log
        Where it writes; at most twice 256 KiB are kept.
    alive
        The file without which there is nothing to forward to.
    lock
        The descriptor that kubectl holds as well; -1 for none.
    """

    command: list[str]
    port: int
    log: Path
    alive: Path
    lock: int = -1
    process: subprocess.Popen[bytes] | None = None
    pause: float = _FIRST_PAUSE_SECONDS
    not_before: float = 0.0
    next_look: float = 0.0
    in_vain: int = 0

    def run(self) -> None:
        """Keep it going until there is nothing to forward to."""
        try:
            while self.alive.exists():
                self.step()
                time.sleep(_TICK_SECONDS)
        finally:
            self.end()

    def step(self) -> None:
        """Start what is not there, and look at what is."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self._start(now)
        elif (code := self.process.poll()) is not None:
            self._note_end(f"kubectl ended with {code}")
        elif now >= self.next_look:
            self._look()

    def end(self) -> None:
        """End kubectl."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _start(self, now: float) -> None:
        self._bound_log()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self.lock] if self.lock >= 0 else [],
            )
        self.in_vain = 0
        self.next_look = now + _LOOK_SECONDS

    def _look(self) -> None:
        if answers(self.port):
            self.in_vain, self.pause = 0, _FIRST_PAUSE_SECONDS
        else:
            self.in_vain += 1
        if self.in_vain >= _PATIENCE:
            self.end()
            self._note_end(f"nothing came through port {self.port} any more")
        self._bound_log()
        self.next_look = time.monotonic() + _LOOK_SECONDS

    def _note_end(self, why: str) -> None:
        self.process = None
        self.not_before = time.monotonic() + self.pause
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"forward: {why}; it is started again in {self.pause:g} s\n")
        self.pause = min(self.pause * 2, _LONGEST_PAUSE_SECONDS)

    def _bound_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            # kubectl keeps its open file, so the text is moved, not the file.
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)


def main() -> None:
    """Take the lock, go to the background and keep the forward going."""
    record, log, alive = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[4])
    port, command = int(sys.argv[3]), sys.argv[5:]
    lock = _take(record)
    _go_to_the_background(lock, log, {"port": port, "command": command})

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Forward(command, port, log, alive, lock).run()
    finally:
        with contextlib.suppress(FileNotFoundError):
            record.unlink()


def _take(record: Path) -> int:
    lock = os.open(record, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # by another forward, or by who looks for a moment
            if time.monotonic() > deadline:
                sys.exit("another forward of this instance is at work")
            time.sleep(_TICK_SECONDS)
        else:
            return lock


def _go_to_the_background(lock: int, log: Path, about: dict[str, object]) -> None:
    """Leave the caller: a session of its own, and nothing of the caller's left open."""
    with log.open("ab") as written, Path(os.devnull).open("rb") as silent:
        for ours, theirs in ((silent, 0), (written, 1), (written, 2)):
            os.dup2(ours.fileno(), theirs)
    os.chdir("/")
    if pid := os.fork():
        # Written before the caller goes on: who finds the lock held finds its holder's number.
        os.truncate(lock, 0)
        os.pwrite(lock, json.dumps({"pid": pid, **about}).encode(), 0)
        os._exit(0)
    os.setsid()


if __name__ == "__main__":
    main()
