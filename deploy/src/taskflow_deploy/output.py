"""The one place that prints: people read standard error, programs standard output."""

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from taskflow_deploy.checks import Result, Verdict
from taskflow_deploy.errors import DeployError
from taskflow_deploy.redaction import redact

SCHEMA_VERSION = 1
"""Of what commands print with ``--json``."""

_HEARTBEAT_SECONDS = 15.0
_MARKS = {
    Verdict.PASSED: "[green]✓[/]",
    Verdict.WARNED: "[yellow]![/]",
    Verdict.SKIPPED: "[dim]-[/]",
    Verdict.FAILED: "[red]✗[/]",
}
# A program that reads a table gets each row on one line, however long.
_WIDTH_FOR_PROGRAMS = 10_000


class Output:
    """What a command says.

    Parameters
    ----------
    as_json
        Print the result as JSON on standard output. Progress stays on
        standard error either way.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.people = Console(stderr=True, highlight=False)
        width = None if sys.stdout.isatty() else _WIDTH_FOR_PROGRAMS
        self._bars = _Bars(self.people)
        self._data = Console(highlight=False, width=width)

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and self.people.is_terminal

    @property
    def paints(self) -> bool:
        """Whether standard output shows colours."""
        out = self._data
        return out.is_terminal and not out.no_color and not out.is_dumb_terminal

    def note(self, text: str) -> None:
        """Print a line of progress."""
        self._say(escape(redact(text)))

    def good(self, text: str) -> None:
        """Print a line about something that went well."""
        self._say(f"[green]✓[/] {escape(redact(text))}")

    def bad(self, text: str) -> None:
        """Print a line about something that failed."""
        self._say(f"[red]✗[/] {escape(redact(text))}")

    def warn(self, text: str) -> None:
        """Print a line that the reader should not overlook."""
        self._say(f"[yellow]![/] {escape(redact(text))}")

    def error(self, error: DeployError) -> None:
        """Print why a command failed and what to do."""
        self._say(f"[bold red]error:[/] {escape(redact(error.message))}")
        for line in error.details:
            self._say(f"  [dim]{escape(redact(line))}[/]")
        if error.resolution:
            self._say(f"[bold]what to do:[/] {escape(redact(error.resolution))}")
        if error.mend and error.mend not in error.resolution:
            self._say(f"[bold]command:[/] {escape(redact(error.mend))}")
        if self.as_json:
            body = {
                "error": error.message,
                "resolution": error.resolution,
                "mend": error.mend,
                "details": error.details,
                "exit_code": error.exit_code,
            }
            self.data({"schema_version": SCHEMA_VERSION, "status": "failed", **body})

    def data(self, value: Mapping[str, Any] | list[Any]) -> None:
        """Print a value as JSON on standard output."""
        sys.stdout.write(redact(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")
        sys.stdout.flush()

    def text(self, text: str) -> None:
        """Print text on standard output: what the user asked for."""
        sys.stdout.write(redact(text).rstrip("\n") + "\n")
        sys.stdout.flush()

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """Print a title and, where there are rows, a table on standard output."""
        # Not the table's own title: that is broken to the table's width.
        self._data.print(f"[bold]{escape(redact(title))}[/]", soft_wrap=True)
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*(escape(redact(cell)) for cell in row))
        if rows:
            self._data.print(table)

    def fact(self, name: str, fact: str) -> None:
        """Print a fact on standard output after its name: one line, cut to the terminal's width."""
        line = Text.assemble((redact(name), "dim"), redact(fact))
        cut = self._data.is_terminal
        self._data.print(line, no_wrap=cut, soft_wrap=not cut, overflow="ellipsis", crop=cut)

    def findings(self, title: str, results: Sequence[Result]) -> None:
        """Print checks on standard output: a mark, what it is, what was found, what mends it."""
        self._data.print(f"[bold]{escape(title)}[/]")
        width = max((len(result.title) for result in results), default=0)
        for result in results:
            reason = escape(redact(result.reason))
            line = f"{_MARKS[result.verdict]} {escape(result.title):<{width}}  {reason}"
            self._data.print(line, soft_wrap=True)
            if result.mend and result.verdict is not Verdict.PASSED:
                mend = escape(redact(result.mend))
                self._data.print(f"  {'':<{width}}  [dim]{mend}[/]", soft_wrap=True)

    def confirm(self, question: str, *, assume_yes: bool) -> bool:
        """Ask a yes-or-no question; without a terminal, or with ``assume_yes``, it is yes."""
        if assume_yes or not self.interactive:
            return True
        answer = self.people.input(f"{escape(question)} [Y/n] ")
        return answer.strip().lower() in {"", "y", "yes"}

    def _say(self, marked_up: str) -> None:
        # A line stays a line: a terminal breaks it by itself, a log should not.
        self.people.print(marked_up, soft_wrap=True)

    @contextmanager
    def timed(self, done: str) -> Iterator[None]:
        """Say ``done`` and how long it took, once a piece of work has gone well."""
        started = time.monotonic()
        yield
        self.good(f"{done} ({time.monotonic() - started:.1f} s).")

    @contextmanager
    def progress(self, title: str) -> Iterator["Bar"]:
        """Show how far a long piece of work is; a line now and then where there is no terminal.

        Several may be shown at once, from several threads.
        """
        if self.people.is_terminal:
            with self._bars.one_more() as shown:
                yield Bar(self, title, shown)
        else:
            yield Bar(self, title, None)


class _Bars:
    """The terminal's one live display, there as long as anything is shown in it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._users = 0
        self._shown: Progress | None = None

    @contextmanager
    def one_more(self) -> Iterator[Progress]:
        """Have the display."""
        with self._lock:
            self._users += 1
            if self._shown is None:
                self._shown = Progress(
                    TextColumn("{task.description}"),
                    BarColumn(bar_width=24),
                    TaskProgressColumn(),
                    TimeElapsedColumn(),
                    console=self._console,
                    transient=True,
                )
                self._shown.start()
            shown = self._shown
        try:
            yield shown
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    shown.stop()
                    self._shown = None


class Bar:
    """The share of a long piece of work that is done."""

    def __init__(self, output: Output, title: str, shown: Progress | None) -> None:
        self._output = output
        self._title = title
        self._shown = shown
        self._task = shown.add_task(title, total=1.0) if shown else None
        self._last_line = 0.0

    def update(self, share: float, what: str) -> None:
        """Say that ``share`` (0 to 1) is done and that ``what`` is being worked on."""
        if self._shown is not None and self._task is not None:
            self._shown.update(
                self._task, completed=share, description=escape(f"{self._title}: {what}")
            )
            return
        now = time.monotonic()
        if now - self._last_line >= _HEARTBEAT_SECONDS:
            self._last_line = now
            self._output.note(f"{self._title}: {what}, {share:.0%} done")
