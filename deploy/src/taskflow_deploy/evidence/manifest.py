"""Writes what evidence is of, for programs, and the checksums of its files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from taskflow_deploy import first_cause
from taskflow_deploy.errors import DeployError
from taskflow_deploy.evidence.files import Written, clean_data, write
from taskflow_deploy.evidence.folder import CHECKSUMS, RECORD
from taskflow_deploy.first_cause import Cause

SCHEMA_VERSION = 1
# All of them are in failure.txt.
_MOST_DETAILS, _MOST_LETTERS = 60, 2000


def error(failed: DeployError) -> dict[str, Any]:
    """Return an error as data."""
    return {
        "type": type(failed).__name__,
        "message": failed.message[:_MOST_LETTERS],
        "resolution": failed.resolution,
        "mend": failed.mend,
        "details": [line[:_MOST_LETTERS] for line in failed.details[:_MOST_DETAILS]],
        "exit_code": failed.exit_code,
    }


def cause(found: Cause | None, failed: DeployError) -> dict[str, Any]:
    """Return the first cause as data; the error itself where no pod has one."""
    if found is None:
        return {"sentence": failed.message, "kind": "error", "pod": "", "container": "",
                "commands": []}  # fmt: skip
    return {
        "sentence": found.sentence,
        "kind": found.kind,
        "pod": found.pod,
        "container": found.container,
        "commands": first_cause.commands(found),
    }


def save(folder: Path, written: Sequence[Written], known: Mapping[str, Any]) -> None:
    """Write the record of evidence.

    Parameters
    ----------
    written
        The files.
    known
        Everything else.
    """
    files = [asdict(file) for file in written]
    redactions = sum(file.redactions for file in written)
    record = {"schema_version": SCHEMA_VERSION, **known, "redactions": redactions, "files": files}
    _write(folder, clean_data(record))


def conclude(folder: Path, outcome: Mapping[str, Any]) -> None:
    """Add to the record how it ended."""
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    _write(folder, {**record, "outcome": clean_data(outcome)})


def checksums(folder: Path) -> None:
    """Write the checksum of every file, in the form that ``sha256sum --check`` reads."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != CHECKSUMS
    ]
    write(folder / CHECKSUMS, "".join(lines).encode())


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write(folder / RECORD, text.encode(errors="replace"))
