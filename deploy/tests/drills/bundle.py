"""Whether the evidence of a failure is complete, and says what the command said."""

import hashlib
import html
import json
from pathlib import Path
from typing import Any

from tests.drills.drill import Drill

FILES = (
    "failure.txt", "pods.txt", "objects.txt", "rollout.txt", "history.txt", "events.txt",
    "pods.json", "events.json", "values.yaml", "manifest.yaml", "node.txt", "logs.txt",
    "logs-init.txt", "logs-previous.txt", "rendered.yaml", "chart.diff", "contract.txt",
    "images.txt", "versions.txt", "timeline.json",
)  # fmt: skip
"""What is written, beside the record, the page and the checksums."""
MOST_SECONDS = 10.0
_PRINTED = ("BETTER_AUTH_SECRET", "ANTHROPIC_API_KEY", "DATABASE_URL", "DRILL_TOKEN")
_RECORD, _PAGE, _CHECKSUMS = "evidence.json", "report.html", "checksums.txt"


def folders(state: Path) -> set[Path]:
    """Return the evidence that is kept of an instance."""
    root = state / "evidence"
    return set(root.iterdir()) if root.exists() else set()


def record(folder: Path) -> dict[str, Any]:
    """Return what programs read of it."""
    found: dict[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    return found


def complaints(folder: Path, drill: Drill, headline: str) -> list[str]:
    """Return what is wrong with the evidence of a drill."""
    told = record(folder)
    page = html.unescape((folder / _PAGE).read_text(encoding="utf-8"))
    checks = [
        (told["error"]["exit_code"] == drill.code, f"the code is {told['error']['exit_code']}"),
        (told["error"]["message"] == headline, f"the error is {told['error']['message']!r}"),
        (told["first_cause"]["kind"] == drill.kind, f"the cause is {told['first_cause']}"),
        (told["faults"] == [], f"it was put together with faults: {told['faults']}"),
        (told["outcome"] is not None and not told["outcome"]["failed"], "no good end is told"),
        (told["seconds"] <= MOST_SECONDS, f"it took {told['seconds']} s"),
        (headline in page, "the page does not tell the headline"),
    ]
    if drill.prints_environment:
        logs = (folder / "logs.txt").read_text("utf-8") + (
            folder / "logs-previous.txt").read_text("utf-8")  # fmt: skip
        checks += [
            (f"{name}=[redacted]" in logs, f"{name} was not printed and taken out")
            for name in _PRINTED
        ]
    missing = _missing(folder, told, is_of_contract=drill.code == 60)
    return [*missing, *_wrong_sums(folder), *(text for holds, text in checks if not holds)]


def _missing(folder: Path, told: dict[str, Any], *, is_of_contract: bool) -> list[str]:
    written = {file["name"]: file for file in told["files"]}
    found = [f"{name} is not recorded" for name in FILES if name not in written]
    for name in (*FILES, _RECORD, _PAGE, _CHECKSUMS):
        file = folder / name
        if not file.exists() or not file.stat().st_size:
            found.append(f"{name} is not there, or is empty")
    for name, file in written.items():
        if not file["had"] and (name != "contract.txt" or is_of_contract):
            found.append(f"{name} holds only why it is not to be had")
    return found


def _wrong_sums(folder: Path) -> list[str]:
    lines = (folder / _CHECKSUMS).read_text(encoding="utf-8").splitlines()
    sums = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    found = [
        f"{name} has another checksum"
        for name, checksum in sums.items()
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != checksum
    ]
    others = {file.name for file in folder.iterdir()} - sums.keys() - {_CHECKSUMS}
    return found + [f"{name} has no checksum" for name in sorted(others)]
