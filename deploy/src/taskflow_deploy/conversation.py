"""Talks with a program: says a line, and waits for the line that answers it."""

import os
import selectors
import time
from collections.abc import Callable
from typing import IO

from taskflow_deploy.errors import CommandError
from taskflow_deploy.redaction import redact

_TAIL_LINES = 20
_CHUNK = 65_536
_MOST_COMPLAINTS = 8_192
_LAST_WORDS_SECONDS = 1.0


class Conversation:
    """A program that runs, and is spoken to line by line; nothing here waits without an end.

    After an error it is over: an answer that is late would be taken for the next one.

    Parameters
    ----------
    name
        What the program is called, in messages.
    stdin, stdout, stderr
        Its pipes; what it says on the last is kept for messages.
    code
        Waits for its end and returns its exit code; None where it did not come.
    """

    def __init__(
        self,
        name: str,
        stdin: IO[bytes],
        stdout: IO[bytes],
        stderr: IO[bytes],
        code: Callable[[], int | None],
    ) -> None:
        self._name, self._code = name, code
        self._stdin, self._stdout, self._stderr = (
            pipe.fileno() for pipe in (stdin, stdout, stderr)
        )
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe, False)
        self._unsaid, self._heard = b"", b""
        self._complaints = b""
        self._silent: set[int] = set()

    def ask(self, line: str, seconds: float) -> str:
        """Say a line, and return the one that answers it.

        Raises
        ------
        CommandError
            As with :meth:`hear`.
        """
        self._unsaid += line.encode() + b"\n"
        return self.hear(seconds)

    def hear(self, seconds: float) -> str:
        """Return the next line that the program says.

        Parameters
        ----------
        seconds
            How long it may take.

        Raises
        ------
        CommandError
            It ended, or took longer; the details hold what it complained about.
        """
        last = time.monotonic() + seconds
        while b"\n" not in self._heard:
            left = last - time.monotonic()
            if left <= 0:
                raise self._error(f"{self._name} did not answer within {seconds:g} s.")
            if self._stdout in self._silent:
                raise self._error(self._end())
            self._wait(left)
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode(errors="replace")

    def _end(self) -> str:
        """Return how a program ended that says no more, once it has complained to the end."""
        last = time.monotonic() + _LAST_WORDS_SECONDS
        while self._stderr not in self._silent and (left := last - time.monotonic()) > 0:
            self._wait(left)
        code = self._code()
        how = "stopped talking" if code is None else f"ended with exit code {code}"
        return f"{self._name} {how}."

    def _wait(self, seconds: float) -> None:
        """Wait until the program takes or says something, and do that."""
        with selectors.DefaultSelector() as pipes:
            for pipe in {self._stdout, self._stderr} - self._silent:
                pipes.register(pipe, selectors.EVENT_READ)
            if self._unsaid and self._stdin not in self._silent:
                pipes.register(self._stdin, selectors.EVENT_WRITE)
            for key, _ in pipes.select(seconds):
                self._serve(key.fd)

    def _serve(self, pipe: int) -> None:
        if pipe == self._stdin:
            try:
                self._unsaid = self._unsaid[os.write(pipe, self._unsaid[:_CHUNK]) :]
            except BrokenPipeError:  # it listens no more; its end says why
                self._silent.add(pipe)
            return
        said = os.read(pipe, _CHUNK)
        if not said:
            self._silent.add(pipe)
        elif pipe == self._stdout:
            self._heard += said
        else:
            self._complaints = (self._complaints + said)[-_MOST_COMPLAINTS:]

    def _error(self, message: str) -> CommandError:
        lines = self._complaints.decode(errors="replace").strip().splitlines()
        return CommandError(message, details=[redact(line) for line in lines[-_TAIL_LINES:]])
