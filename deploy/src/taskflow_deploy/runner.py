"""The one place that runs programs."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.conversation import Conversation
from taskflow_deploy.errors import CommandError, ToolMissingError
from taskflow_deploy.redaction import redact

_TAIL_LINES = 20
_KILL_AFTER_SECONDS = 5
_ENDS_WITHIN_SECONDS = 2
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Completed:
    """What a program left behind.

    Attributes
    ----------
    argv
        The command.
    code
        Its exit code.
    stdout, stderr
        What it printed.
    seconds
        Wall time.
    """

    argv: Sequence[str]
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def command(self) -> str:
        """The command as a person would type it, without secrets."""
        return redact(shlex.join(self.argv))

    @property
    def tail(self) -> list[str]:
        """The last lines printed, without secrets: what an error shows."""
        lines = (self.stderr + "\n" + self.stdout).strip().splitlines()
        return [redact(line) for line in lines[-_TAIL_LINES:]]


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | bytes | None = None,
    timeout: float | None = None,
    check: bool = True,
) -> Completed:
    """Run a program to its end and return what it printed.

    Parameters
    ----------
    argv
        Program and arguments; no shell is involved. Secrets do not belong
        here, since every user can read a process list: use ``stdin`` or ``env``.
    env
        Variables added to ours.
    stdin
        Text or bytes for its standard input; nothing when left out.
    timeout
        Seconds after which it is stopped.
    check
        Whether a non-zero exit code is an error.

    Raises
    ------
    ToolMissingError
        The program is not installed, or cannot be run.
    CommandError
        It failed (with ``check``) or took longer than ``timeout``.
    """
    words = [str(word) for word in argv]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    started = time.monotonic()
    try:
        with _process(words, env, cwd, feed=data is not None) as process:
            out, err = process.communicate(data, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        raise CommandError(
            f"{redact(shlex.join(words))} did not end within {late.timeout:g} s."
        ) from None
    done = Completed(
        words,
        process.returncode,
        out.decode(errors="replace"),
        err.decode(errors="replace"),
        time.monotonic() - started,
    )
    if check and done.code != 0:
        raise CommandError(
            f"{words[0].rsplit('/', 1)[-1]} failed with exit code {done.code}: {done.command}",
            details=done.tail,
        )
    return done


def stream(
    argv: Sequence[str | Path],
    on_line: Callable[[str], None],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Run a program, give each line it prints to ``on_line`` at once, return its exit code.

    Standard output and standard error arrive in one stream, in order.

    Raises
    ------
    ToolMissingError
        The program is not installed.
    """
    words = [str(word) for word in argv]
    with _process(words, env, cwd, feed=False, merge=True) as process:
        for line in process.stdout or ():
            on_line(line.decode(errors="replace").rstrip("\n"))
        return process.wait()


@contextlib.contextmanager
def following(
    argv: Sequence[str | Path], on_line: Callable[[str], None]
) -> Iterator[Callable[[], bool]]:
    """Run a program beside a block, and give each line that it prints to ``on_line`` at once.

    ``on_line`` is called in another thread. What the program says of its own troubles is
    dropped. It ends with the block, or with us where we are killed; the block gets a function that
    tells whether it still runs.

    Raises
    ------
    ToolMissingError
        The program is not installed.
    """
    words = [str(word) for word in argv]
    words = [*_ending_with_us(words[0]), *words]
    with _process(words, None, None, feed=False, quiet=True) as process:
        lines = process.stdout or ()

        def read() -> None:
            for line in lines:
                on_line(line.decode(errors="replace").rstrip("\n"))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            yield reader.is_alive
        finally:
            if process.poll() is None:
                _stop(process)
            reader.join()


@contextlib.contextmanager
def conversing(argv: Sequence[str | Path]) -> Iterator[Conversation]:
    """Run a program beside a block that talks with it.

    At the end of the block its input is closed, and what does not end then is stopped; it ends
    with us where we are killed.

    Raises
    ------
    ToolMissingError
        The program is not installed.
    """
    words = [str(word) for word in argv]
    name = words[0].rsplit("/", 1)[-1]
    words = [*_ending_with_us(words[0]), *words]
    with _process(words, None, None, feed=True) as process:
        pipes = (process.stdin, process.stdout, process.stderr)
        stdin, stdout, stderr = (pipe for pipe in pipes if pipe is not None)
        try:
            yield Conversation(name, stdin, stdout, stderr, lambda: _code(process))
        finally:
            stdin.close()
            if _code(process) is None:
                _stop(process)


def _code(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of a program that is about to end, or None where it does not."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_ENDS_WITHIN_SECONDS)
    return None


def _ending_with_us(program: str) -> list[str]:
    """Return what makes a program that never ends by itself end when we are killed.

    Only Linux has that. Programs that are run to their end come to it soon, whoever waits.
    """
    wrapped = shutil.which("setpriv") and shutil.which(program)
    return ["setpriv", "--pdeathsig", "KILL", "--"] if wrapped else []


def stop_running(patience: float | None = None) -> None:
    """Stop what other threads are running: its exit code tells them.

    Parameters
    ----------
    patience
        Seconds that each program gets to end by itself; five, when left out.
    """
    for process in list(_running):
        _stop(process, patience)


@contextlib.contextmanager
def _process(
    words: list[str],
    env: Mapping[str, str] | None,
    cwd: Path | None,
    *,
    feed: bool,
    merge: bool = False,
    quiet: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for as long as the block runs; an error in the block stops it."""
    errors = subprocess.STDOUT if merge else subprocess.DEVNULL if quiet else subprocess.PIPE
    with _start(words, env, cwd, feed=feed, errors=errors) as process:
        _running.add(process)
        try:
            yield process
        except BaseException:
            _stop(process)
            raise
        finally:
            _running.discard(process)


def _start(
    words: list[str],
    env: Mapping[str, str] | None,
    cwd: Path | None,
    *,
    feed: bool,
    errors: int,
) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we decide what stops.
    try:
        return subprocess.Popen(
            words,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise ToolMissingError(
            f"{words[0]} is not installed.", f"Install {words[0]} and try again."
        ) from None
    except OSError as error:
        raise ToolMissingError(
            f"{words[0]} cannot be run: {error.strerror}.", "Install it anew and try again."
        ) from None


def _stop(process: subprocess.Popen[bytes], patience: float | None = None) -> None:
    """Ask a program and its children to end; whoever of them is left after that is killed."""
    seconds = _KILL_AFTER_SECONDS if patience is None else patience
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
