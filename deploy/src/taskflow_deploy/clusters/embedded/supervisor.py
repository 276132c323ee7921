"""The node's first process: starts its components in order and keeps them running.

It runs as process 1 of the node's own process namespace, so whatever it starts
ends with it. It reads one JSON file (see :mod:`.node`), waits for a line on
standard input that says the network is laid, and writes how the components are
to a status file.
"""

import http
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from taskflow_deploy.clusters.embedded.mounts import hide

_TICK_SECONDS = 0.1
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 60.0
_STOP_SECONDS = 2.0
_LOG_BYTES = 20 * 1024 * 1024
_LOG_CHECK_SECONDS = 30.0
# A part that answered once is asked again this often; after some silence it is called ill, and
# after more of it, it is started again.
_ASK_AGAIN_SECONDS = 5.0
_ILL_AFTER = 3
_HUNG_AFTER = 12


@dataclass
class _Part:
    name: str
    argv: list[str]
    env: dict[str, str]
    after: list[str]
    ready: str
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    pause: float = _FIRST_PAUSE_SECONDS
    not_before: float = 0.0
    was_ready: bool = False
    asked: float = 0.0
    silent: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def note_end(self, code: int) -> None:
        now = time.monotonic()
        if now - self.started > _STEADY_SECONDS:
            self.pause = _FIRST_PAUSE_SECONDS
        self.process = None
        self.was_ready = False
        self.silent = 0
        self.restarts += 1
        self.not_before = now + self.pause
        self.pause = min(self.pause * 2, _LONGEST_PAUSE_SECONDS)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"supervisor: {self.name} ended with {code}; starting it again\n")

    def is_ready(self) -> bool:
        if not self.was_ready and self.process is not None:
            self.was_ready = _answers(self.ready)
        return self.was_ready and self.silent < _ILL_AFTER

    def ask_again(self) -> None:
        """Ask a part that was ready whether it still is, and end one that has hung."""
        now = time.monotonic()
        if self.process is None or not self.was_ready or now - self.asked < _ASK_AGAIN_SECONDS:
            return
        self.asked = now
        self.silent = 0 if _answers(self.ready) else self.silent + 1
        if self.silent >= _HUNG_AFTER:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"supervisor: {self.name} does not answer any more; it is killed\n")
            self.silent = 0
            self.process.kill()


@dataclass
class _Supervisor:
    parts: list[_Part]
    status: Path
    stopping: bool = False
    written: str = ""
    log_checked: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        while not self.stopping:
            self._reap()
            for part in self.parts:
                if part.process is None and self._may_start(part):
                    part.start()
                # A part that waits for another one cannot answer, and is not to blame.
                elif all(other.is_ready() for other in self._needed(part)):
                    part.ask_again()
            self._write_status()
            self._bound_logs()
            time.sleep(_TICK_SECONDS)
        self._stop_all()

    def _may_start(self, part: _Part) -> bool:
        ready = all(other.is_ready() for other in self._needed(part))
        return time.monotonic() >= part.not_before and ready

    def _needed(self, part: _Part) -> list[_Part]:
        return [other for other in self.parts if other.name in part.after]

    def _reap(self) -> None:
        # Process 1 also inherits, and must bury, every orphan of the node.
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for part in self.parts:
                if part.process is not None and part.process.pid == pid:
                    code = os.waitstatus_to_exitcode(status)
                    part.process.returncode = code
                    part.note_end(code)

    def _write_status(self) -> None:
        text = json.dumps(
            {
                part.name: {
                    "running": part.process is not None,
                    "ready": part.process is not None and part.is_ready(),
                    "restarts": part.restarts,
                }
                for part in self.parts
            }
        )
        if text != self.written:
            partial = self.status.with_suffix(".part")
            partial.write_text(text, encoding="utf-8")
            partial.replace(self.status)
            self.written = text

    def _bound_logs(self) -> None:
        if time.monotonic() - self.log_checked < _LOG_CHECK_SECONDS:
            return
        self.log_checked = time.monotonic()
        for part in self.parts:
            if part.log.exists() and part.log.stat().st_size > _LOG_BYTES:
                # The program keeps its open file, so the text is moved, not the file.
                part.log.with_suffix(".log.1").write_bytes(part.log.read_bytes())
                os.truncate(part.log, 0)

    def _stop_all(self) -> None:
        for part in reversed(self.parts):
            if part.process is not None:
                part.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for part in reversed(self.parts):
            if part.process is not None:
                try:
                    part.process.wait(timeout=max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    part.process.kill()


def _answers(place: str) -> bool:
    """Tell whether a part answers at ``https://…``, ``host:port`` or the socket ``/path``."""
    if place.startswith("https://"):
        return _says_ok(place)
    unix = place.startswith("/")
    target: Any = place if unix else (place.rpartition(":")[0], int(place.rpartition(":")[2]))
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as attempt:
        attempt.settimeout(1.0)
        return attempt.connect_ex(target) == 0


def _says_ok(url: str) -> bool:
    # Only whether it answers matters here, so nothing is sent and nobody need be trusted.
    context = ssl._create_unverified_context()  # noqa: S323, SLF001
    try:
        with urllib.request.urlopen(url, timeout=1.0, context=context) as answer:  # noqa: S310
            return bool(answer.status == http.HTTPStatus.OK)
    except OSError:
        return False


def main() -> None:
    """Run the node that the JSON file named by the first argument describes."""
    specification = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    parts = [_Part(**{**entry, "log": Path(entry["log"])}) for entry in specification["parts"]]
    supervisor = _Supervisor(parts, Path(specification["status"]))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        supervisor.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stdin.readline().strip() != "connected":
        sys.exit("supervisor: the network was not laid")
    hide(specification["hidden"], specification["kept"], specification["replaced"])
    supervisor.run()


if __name__ == "__main__":
    main()
