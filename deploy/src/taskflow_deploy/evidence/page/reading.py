"""Reads the files of evidence for the page."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from taskflow_deploy.evidence import logs
from taskflow_deploy.evidence.folder import RECORD
from taskflow_deploy.evidence.logs import Log
from taskflow_deploy.evidence.timeline import moment_of

_LETTERS_OF_A_LINE = 2000


@dataclass(frozen=True)
class Reading:
    """Evidence as it was written.

    Attributes
    ----------
    room
        The share of what a page shows at most that is shown; less, where it would be too long.
    """

    folder: Path
    room: float = 1.0

    def most(self, number: int) -> int:
        """Return how many of something are shown at most."""
        return max(int(number * self.room), 1)

    def short(self, text: str) -> str:
        """Return a line, or its beginning where it is very long."""
        most = self.most(_LETTERS_OF_A_LINE)
        return text if len(text) <= most else f"{text[:most]}\u2026"

    @cached_property
    def record(self) -> dict[str, Any]:
        """What ``evidence.json`` holds."""
        found: dict[str, Any] = json.loads(self.text(RECORD))
        return found

    @property
    def error(self) -> dict[str, Any]:
        """The failure."""
        found: dict[str, Any] = self.record["error"]
        return found

    @property
    def cause(self) -> dict[str, Any]:
        """The first cause."""
        found: dict[str, Any] = self.record["first_cause"]
        return found

    @property
    def taken(self) -> datetime:
        """When it was taken."""
        return moment_of(self.record["at"])

    def text(self, name: str) -> str:
        """Return a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def items(self, name: str) -> list[dict[str, Any]]:
        """Return the items of a file."""
        found: list[dict[str, Any]] = json.loads(self.text(name))["items"]
        return found

    def logs(self, name: str) -> list[Log]:
        """Return the logs of containers in a file."""
        text = self.text(name)
        return [log for log in logs.by_container(text) if log.pod]

    def had(self, name: str) -> bool:
        """Tell whether a file holds what it is for."""
        return any(file["name"] == name and file["had"] for file in self.record["files"])
