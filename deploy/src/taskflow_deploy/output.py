"""The one place that prints: people read standard error, programs standard output."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from taskflow_deploy.errors import DeployError
from taskflow_deploy.redaction import redact

_HEARTBEAT_SECONDS = 15.0


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
        self._data = Console(highlight=False, soft_wrap=True)

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and self.people.is_terminal

    def note(self, text: str) -> None:
        """Print a line of progress."""
        self.people.print(escape(redact(text)))

    def good(self, text: str) -> None:
        """Print a line about something that went well."""
        self.people.print(f"[green]✓[/] {escape(redact(text))}")

    def bad(self, text: str) -> None:
        """Print a line about something that failed."""
        self.people.print(f"[red]✗[/] {escape(redact(text))}")

    def warn(self, text: str) -> None:
        """Print a line that the reader should not overlook."""
        self.people.print(f"[yellow]![/] {escape(redact(text))}")

    def error(self, error: DeployError) -> None:
        """Print why a command failed and what to do."""
        self.people.print(f"[bold red]error:[/] {escape(redact(error.message))}")
        for line in error.details:
            self.people.print(f"  [dim]{escape(redact(line))}[/]")
        if error.resolution:
            self.people.print(f"[bold]what to do:[/] {escape(redact(error.resolution))}")
        if self.as_json:
            body = {
                "error": error.message,
                "resolution": error.resolution,
                "details": error.details,
                "exit_code": error.exit_code,
            }
            self.data({"status": "failed", **body})

    def data(self, value: Mapping[str, Any] | list[Any]) -> None:
        """Print a value as JSON on standard output."""
        sys.stdout.write(redact(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")
        sys.stdout.flush()

    def text(self, text: str) -> None:
        """Print text on standard output: what the user asked for."""
        sys.stdout.write(redact(text).rstrip("\n") + "\n")
        sys.stdout.flush()

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table on standard output."""
        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*(escape(redact(cell)) for cell in row))
        self._data.print(table)

    def confirm(self, question: str, *, assume_yes: bool) -> bool:
        """Ask a yes-or-no question; without a terminal, or with ``assume_yes``, it is yes."""
        if assume_yes or not self.interactive:
            return True
        answer = self.people.input(f"{escape(question)} [Y/n] ")
        return answer.strip().lower() in {"", "y", "yes"}

    @contextmanager
    def progress(self, title: str) -> Iterator["Bar"]:
        """Show how far a long piece of work is; a line now and then where there is no terminal."""
        if self.people.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TaskProgressColumn(),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=self.people, transient=True) as shown:
                yield Bar(self, title, shown)
        else:
            yield Bar(self, title, None)


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
