"""Writes the files of evidence: nothing secret, nothing too long, and each with its checksum."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskflow_deploy.evidence import secrets
from taskflow_deploy.evidence.asking import Answer
from taskflow_deploy.redaction import HIDDEN, without_variables

MOST_BYTES = 400_000
_COMMAND_LINES = (b"$ ", b"# $ ")
_SHARE = 8  # of the items that are left, go at once


@dataclass(frozen=True)
class Written:
    """A file that was written.

    Attributes
    ----------
    bytes, sha256
        Of the file as it is.
    seconds
        How long it took to be told.
    cut
        How many bytes were left out.
    had
        Whether it holds what it is for, and not only why that cannot be had.
    command
        What told it; empty where no command did.
    redactions
        How often a secret was taken out.
    """

    name: str
    bytes: int
    sha256: str
    seconds: float
    cut: int
    had: bool
    command: str
    redactions: int


@dataclass
class Files:
    """The files of one folder."""

    folder: Path
    written: list[Written] = field(default_factory=list)

    def text(
        self, name: str, text: str, of: Answer | None = None, *, end: bool = False, cut: int = 0
    ) -> str:
        """Write a text, and return it as it was written.

        Parameters
        ----------
        of
            What it was made of, where it was asked for.
        end
            Whether the end matters most, as that of a log does.
        cut
            How many bytes are left out already.
        """
        kept, more = bounded(clean_text(text), MOST_BYTES, end=end)
        self._write(name, kept, cut + more, of)
        return kept

    def data(self, name: str, value: Any, of: Answer | None = None) -> Any:
        """Write data as JSON, and return it as it was written; of a long list, the end is kept."""
        clean = clean_data(value)
        kept, cut = _bounded_data(clean)
        self._write(name, _as_json(kept), cut, of)
        return kept

    def _write(self, name: str, text: str, cut: int, of: Answer | None) -> None:
        data = text.encode(errors="replace")
        write(self.folder / name, data)
        answer = of or Answer("")
        self.written.append(
            Written(name, len(data), hashlib.sha256(data).hexdigest(), round(answer.seconds, 3),
                    cut, answer.had, answer.command, text.count(HIDDEN))
        )  # fmt: skip


def write(file: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    partial = file.with_name(f".{file.name}.part")
    partial.write_bytes(data)
    partial.replace(file)


def clean_text(text: str) -> str:
    """Return text without secrets."""
    return without_variables(text)


def clean_data(value: Any) -> Any:
    """Return data in which no text is secret."""
    return _redacted(secrets.without_secrets(value))


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {str(key): _redacted(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_redacted(inner) for inner in value]
    return value


def bounded(text: str, most: int, *, end: bool) -> tuple[str, int]:
    """Return the beginning or the end of a text, in whole lines, and how many bytes are cut.

    What is cut is said in its place. A first line with the command stays.
    """
    data = text.encode(errors="replace")
    if len(data) <= most:
        return text, 0
    head, rest = b"", data
    if data.startswith(_COMMAND_LINES):
        line, _, rest = data.partition(b"\n")
        head = line + b"\n"
    room = max(most - len(head) - len(_note(len(data))), 0)
    kept = rest[len(rest) - room :] if end else rest[:room]
    if b"\n" in kept[:-1]:
        kept = kept[kept.index(b"\n") + 1 :] if end else kept[: kept.rindex(b"\n") + 1]
    cut = len(rest) - len(kept)
    parts = (head, _note(cut), kept) if end else (head, kept, _note(cut))
    return b"".join(parts).decode(errors="ignore"), cut


def _note(cut: int) -> bytes:
    return f"# {cut:,} bytes are left out here.\n".encode()


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _bounded_data(value: Any) -> tuple[Any, int]:
    """Leave out the first of the items that Kubernetes lists, where they are too many."""
    size = _size(value)
    if size <= MOST_BYTES or not isinstance(value, dict) or "items" not in value:
        return value, 0
    kept, items = value, list(value["items"])
    while _size(kept) > MOST_BYTES and items:
        items = items[len(items) // _SHARE + 1 :]
        kept = {"left_out": len(value["items"]) - len(items), **value, "items": items}
    return kept, size - _size(kept)


def _size(value: Any) -> int:
    return len(_as_json(value).encode(errors="replace"))
