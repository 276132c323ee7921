"""What the last command did and when: told after a kill, and kept with evidence."""

import contextlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import redact


def moment() -> str:
    """Return the time: UTC, in milliseconds."""
    now = time.time()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03}Z"


@dataclass
class Journal:
    """The steps of one command, on disk as soon as each is known.

    Attributes
    ----------
    file
        Where it is kept; None for a command that changes nothing and need not be told of.
    command
        Such as ``up``.
    entries
        One dictionary for each step: ``at``, ``what``, ``verdict`` (``began``, ``passed``,
        ``warned``, ``skipped``, ``failed`` or ``ended``), ``seconds`` and ``reason``.
    """

    file: Path | None
    command: str
    entries: list[dict[str, Any]] = field(default_factory=list)
    pid: int = field(default_factory=os.getpid)

    @property
    def since(self) -> str:
        """When the command began; empty where nothing was noted."""
        return str(self.entries[0]["at"]) if self.entries else ""

    def note(self, what: str, verdict: str, seconds: float = 0.0, reason: str = "") -> None:
        """Add a step."""
        entry = {"at": moment(), "what": what, "verdict": verdict}
        self.entries.append({**entry, "seconds": round(seconds, 3), "reason": reason})
        self._write()

    def end(self, how: str) -> None:
        """Note that the command ended: ``verified``, ``stopped`` or ``failed``."""
        self.note(self.command, "ended", reason=how)

    def _write(self) -> None:
        if self.file is None:
            return
        partial = self.file.with_suffix(".part")
        kept = {"command": self.command, "pid": self.pid, "entries": self.entries}
        # On a full disk the command goes on, or undoes what it did: both matter more than this.
        with contextlib.suppress(OSError):
            partial.write_text(redact(json.dumps(kept)), encoding="utf-8")
            partial.replace(self.file)


def begin(paths: Paths, command: str) -> Journal:
    """Start the journal of a command that changes things, in the place of the one before."""
    journal = Journal(paths.state / "journal.json", command)
    journal.note(command, "began")
    return journal


def last(paths: Paths) -> Journal | None:
    """Return what the last such command wrote, or None."""
    file = paths.state / "journal.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Journal(file, kept["command"], kept["entries"], kept["pid"])


def forget(paths: Paths) -> None:
    """Forget what the last command did."""
    (paths.state / "journal.json").unlink(missing_ok=True)


def cut_short(journal: Journal) -> str | None:
    """Return where a command was when it was killed, or None where it came to its end."""
    if not journal.entries or journal.entries[-1]["verdict"] == "ended":
        return None
    return str(journal.entries[-1]["what"])
