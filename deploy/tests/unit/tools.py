"""Stand-ins for programs that this machine may lack.

Each is a real program on PATH that refuses arguments which the program it stands
for would refuse, keeps what it did in one file, and plays failures on request.
"""

import contextlib
import io
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy import runner
from tests.unit.standins import run
from tests.unit.standins.world import World

_one_at_a_time = threading.RLock()
_RUN = Path(__file__).parent / "standins" / "run.py"


class Tools:
    """A folder of stand-ins.

    Parameters
    ----------
    folder
        Where the programs are put; a test names it in PATH.
    world
        The file in which they keep their state.
    """

    def __init__(self, folder: Path, world: Path) -> None:
        self.folder = folder
        self.world = World(str(world))
        folder.mkdir(parents=True, exist_ok=True)
        self.world.save()

    def install(self, *names: str) -> None:
        """Put stand-ins into the folder; each is played by the module of its name."""
        for name in names:
            text = (
                f'#!/bin/sh\nexec "{sys.executable}" -I -S "{_RUN}" '
                f'"{self.world.file}" {name} "$@"\n'
            )
            self.put(name, text)

    def put(self, name: str, text: str) -> Path:
        """Put a program of the test's own into the folder."""
        program = self.folder / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        return program

    def fail(self, command: str, message: str, *, code: int = 1, after: int = 0) -> None:
        """Let calls that begin with ``command`` fail, once ``after`` of them went well."""
        failure = {"message": message, "code": code, "after": after}
        self.change(failures={**self.state("failures", {}), command: failure})

    def heal(self) -> None:
        """Let everything go well again."""
        self.change(failures={})

    def change(self, **values: Any) -> None:
        """Change what the stand-ins believe."""
        with _one_at_a_time:
            self.world.load()
            self.world.values.update(values)
            self.world.save()

    def state(self, name: str, default: Any = None) -> Any:
        """Return what the stand-ins believe."""
        with _one_at_a_time:
            self.world.load()
            return self.world.values.get(name, default)

    def calls(self, *beginning: str) -> list[list[str]]:
        """Return all calls in order, or those that begin with some words.

        Without the options that say which cluster, wherever they stood.
        """
        made = [call for call, _, _ in self.world.calls()]
        return [call for call in made if call[: len(beginning)] == list(beginning)]

    def words(self) -> list[str]:
        """Return every word that any program was given in its arguments."""
        return [word for _, argv, _ in self.world.calls() for word in argv]

    def said_to(self, *beginning: str) -> str:
        """Return what the last such call was given on standard input."""
        made = self.world.calls()
        return [said for call, _, said in made if call[: len(beginning)] == list(beginning)][-1]

    def play_without_processes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Play calls in this process: hundreds of processes would take most of the tests' time."""
        start = runner._process

        @contextlib.contextmanager
        def play(argv: list[str], env: Any, *where: Any, **how: Any) -> Iterator[Any]:
            if shutil.which(argv[0]) is None:
                with start(argv, env, *where, **how) as process:
                    yield process
            else:
                with monkeypatch.context() as changed:
                    for name, value in (env or {}).items():
                        changed.setenv(name, value)
                    yield _Played(self.world, argv)

        monkeypatch.setattr(runner, "_process", play)


class _Played:
    """A stand-in's call, played in this process."""

    def __init__(self, world: World, argv: list[str]) -> None:
        self._world = world
        self._argv = argv
        self.returncode = 0

    def communicate(self, stdin: bytes | None, **_limit: object) -> tuple[bytes, bytes]:
        """Play it to its end and return what it said."""
        with _one_at_a_time:  # they share standard output, which is the process's
            return self._play(stdin)

    def _play(self, stdin: bytes | None) -> tuple[bytes, bytes]:
        out, err = io.StringIO(), io.StringIO()
        said = stdin.decode() if stdin else ""
        name = Path(self._argv[0]).name
        self._world.load()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                run.play(self._world, name, self._argv[1:], said, before_hanging=_must_not_hang)
            except SystemExit as end:
                self.returncode = int(end.code or 0)
        return out.getvalue().encode(), err.getvalue().encode()

    @property
    def stdout(self) -> list[bytes]:
        """What it printed, line by line: a stand-in that is followed ends at once."""
        return self.communicate(None)[0].splitlines(keepends=True)

    def poll(self) -> int:
        """Tell that it ended."""
        return self.returncode


def _must_not_hang() -> None:
    raise AssertionError("what hangs needs a process of its own")
