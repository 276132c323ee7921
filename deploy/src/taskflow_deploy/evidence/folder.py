"""The folders of evidence: makes one for a failure, finds those that are kept, and packs one."""

import contextlib
import json
import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskflow_deploy.errors import UsageError
from taskflow_deploy.paths import Paths

RECORD, REPORT, CHECKSUMS = "evidence.json", "report.html", "checksums.txt"
LATEST = "latest"
_KEPT = 10


def make(paths: Paths) -> Path:
    """Make the folder of a failure; its name is the time, and no two are the same."""
    root = _root(paths)
    root.mkdir(parents=True, exist_ok=True)
    name = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    for folder in _free(root, name):
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("there is always another name")


def _free(root: Path, name: str) -> Iterator[Path]:
    yield root / name
    number = 1
    while True:
        number += 1
        yield root / f"{name}-{number:02}"


def remove_old(folder: Path) -> None:
    """Keep the newest ten folders, this one among them whatever the clock says."""
    others = sorted(other for other in folder.parent.iterdir() if other.is_dir())
    others.remove(folder)
    for old in others[: 1 - _KEPT]:
        shutil.rmtree(old)


@dataclass(frozen=True)
class Kept:
    """Evidence that is kept.

    Attributes
    ----------
    folder
        Where it is.
    record
        What ``evidence.json`` holds; empty where taking it was cut short.
    """

    folder: Path
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def at(self) -> str:
        """When it was taken: UTC, in whole seconds."""
        date, _, clock = self.name.removesuffix("Z").partition("T")
        return str(self.record.get("at", f"{date}T{clock[:8].replace('-', ':')}"))[:19] + "Z"

    @property
    def error(self) -> str:
        """The failure, one line."""
        if self.record:
            return str(self.record["error"]["message"])
        try:
            text = (self.folder / "failure.txt").read_text(encoding="utf-8")
        except FileNotFoundError:
            text = ""
        return text.partition("\n")[0] or "it was cut short before anything was written"

    @property
    def exit_code(self) -> int | None:
        """The exit code of the command that failed, where it is known."""
        return int(self.record["error"]["exit_code"]) if self.record else None

    @property
    def outcome(self) -> str:
        """How it ended; empty where that is not known."""
        outcome = self.record.get("outcome") or {}
        return str(outcome.get("text", ""))

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.folder / REPORT

    @property
    def files(self) -> list[Path]:
        """The files, by name."""
        return sorted(file for file in self.folder.iterdir() if file.is_file())

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.stat().st_size for file in self.files)


def kept(paths: Paths) -> list[Kept]:
    """Return the evidence that is kept, the newest last."""
    root = _root(paths)
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [Kept(folder, _record(folder)) for folder in folders if folder.is_dir()]


def find(paths: Paths, name: str) -> Kept:
    """Return the evidence of a name; ``latest`` is the newest.

    Raises
    ------
    UsageError
        There is none of that name; the message lists what there is.
    """
    found = kept(paths)
    if not found:
        raise UsageError(
            "There is no evidence.", "It is taken when a deployment fails, before it is undone."
        )
    if name == LATEST:
        return found[-1]
    for one in found:
        if one.name == name:
            return one
    raise UsageError(
        f"There is no evidence named {name!r}.",
        "Choose from: " + ", ".join([LATEST, *(one.name for one in reversed(found))]),
    )


def pack(one: Kept, archive: Path) -> None:
    """Write the files of one folder into a compressed archive.

    Raises
    ------
    UsageError
        The archive is there already, or cannot be written.
    """
    partial = archive.with_name(f".{archive.name}.part")
    try:
        if archive.exists():
            raise UsageError(f"{archive} is there already.", "Name a file that is not there yet.")
        with tarfile.open(partial, "w:gz") as written:
            written.add(one.folder, one.name, filter=_nobodys)
        partial.replace(archive)
    except OSError as failed:
        with contextlib.suppress(OSError):  # nothing of it was written
            partial.unlink()
        raise UsageError(
            f"{archive} cannot be written: {failed.strerror}.", "Name a file in another folder."
        ) from None


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Say nothing of who packed it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _root(paths: Paths) -> Path:
    return paths.state / "evidence"


def _record(folder: Path) -> dict[str, Any]:
    """Return what is written of evidence; nothing where it was cut short, or is of old."""
    try:
        found: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if "error" in found else {}
