"""Runs a command, and notes when it said what, and with which arguments any process ran."""

import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.cluster.checkout import Checkout

_LOOK_SECONDS = 0.1


@dataclass
class Run:
    """A command that ran to its end.

    Attributes
    ----------
    lines
        What it said on standard error, each line with the seconds since its start.
    arguments
        The arguments of every process that was seen meanwhile, looked for every 100 ms.
    """

    code: int
    out: str
    seconds: float
    lines: list[tuple[float, str]]
    arguments: bytes

    @property
    def err(self) -> str:
        """Standard error as a whole."""
        return "".join(line for _, line in self.lines)

    @property
    def headline(self) -> str:
        """Why it failed; empty where it did not."""
        found = [line for _, line in self.lines if line.startswith("error: ")]
        return found[-1].removeprefix("error: ").strip() if found else ""

    def when(self, words: str) -> float | None:
        """Return after how many seconds some words were first said, or None."""
        return next((at for at, line in self.lines if words in line), None)


def run(checkout: Checkout, *words: str, environment: Mapping[str, str]) -> Run:
    """Run ``./taskflow WORDS`` to its end."""
    started = time.monotonic()
    with Sampler() as sampler, checkout.start(*words, **environment) as process:
        try:
            lines, out = _read(process, started)
        except BaseException:
            process.kill()
            raise
        code = process.wait()
    return Run(code, out, time.monotonic() - started, lines, b"\n".join(sampler.seen))


def _read(process: subprocess.Popen[str], started: float) -> tuple[list[tuple[float, str]], str]:
    assert process.stdout is not None
    assert process.stderr is not None
    out: list[str] = []
    reader = threading.Thread(target=_collect, args=(process.stdout, out))
    reader.start()
    lines = [(time.monotonic() - started, line) for line in process.stderr]
    reader.join()
    return lines, "".join(out)


def _collect(stream: IO[str], into: list[str]) -> None:
    into.append(stream.read())


@dataclass
class Sampler:
    """Looks at every process's arguments as long as a block runs, as ``ps`` shows them."""

    seen: set[bytes] = field(default_factory=set)
    looks: int = 0

    def __post_init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_SECONDS):
            self.looks += 1
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    self.seen.add((folder / "cmdline").read_bytes())
                except OSError:
                    continue  # it ended while we looked
