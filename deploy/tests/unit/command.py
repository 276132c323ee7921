"""Runs the command line, in this process or as a real one, on an instance of the test's own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.cli import main as command_line

# Root's state has one fixed place, which belongs to whoever uses this machine.
AS_A_PROCESS = """
import sys
from pathlib import Path
from taskflow_deploy import paths
paths.SYSTEM_STATE = Path(sys.argv.pop(1))
from taskflow_deploy.cli.main import main
main()
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as data."""
        return json.loads(self.out)


class CommandLine:
    """The commands of an instance whose state is below a folder of the test."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, listen: Callable[[], tuple[str, str]]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._listen = listen
        self.instance = f"u{os.getpid() % 10**7}"
        self.state = root / "taskflow" / self.instance
        monkeypatch.setenv("XDG_STATE_HOME", str(root))
        monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        monkeypatch.setenv("TASKFLOW_INSTANCE", self.instance)
        monkeypatch.setattr("taskflow_deploy.paths.SYSTEM_STATE", root / "taskflow")

    def run(self, *words: str) -> Ended:
        """Run a command in this process."""
        self._monkeypatch.setattr(sys, "argv", ["taskflow", *words])
        self._listen()
        code: str | int = 0
        try:
            command_line.main()
        except SystemExit as end:
            code = end.code or 0
        return Ended(int(code), *self._listen())

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", AS_A_PROCESS, str(self.state.parent), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
