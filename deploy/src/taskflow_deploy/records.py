"""What was proven: the revisions that passed all checkpoints."""

import json
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from taskflow_deploy.paths import Paths

# More than Helm keeps revisions.
_KEPT = 20


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@dataclass(frozen=True)
class Verified:
    """A verified deployment.

    Attributes
    ----------
    revision
        Helm's number for it.
    content
        A hash of the chart, its values and its secrets; empty where that is not known.
    url
        Where it answers.
    at
        When it was verified: UTC, in whole seconds.
    """

    revision: int
    content: str
    url: str
    at: str = field(default_factory=_now)


def all_verified(paths: Paths) -> list[Verified]:
    """Return the verified deployments, the newest last."""
    try:
        found = json.loads(_file(paths).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    # Before there was a history, the file held one record, without a time.
    entries = found if isinstance(found, list) else [{**found, "at": ""}]
    return [Verified(**entry) for entry in entries]


def last_verified(paths: Paths) -> Verified | None:
    """Return the last verified deployment, or None."""
    found = all_verified(paths)
    return found[-1] if found else None


def remember(paths: Paths, verified: Verified) -> None:
    """Record a verified deployment; a crash leaves the old record or the new one, never half.

    One that is verified again is recorded once.
    """
    others = [entry for entry in all_verified(paths) if entry.revision != verified.revision]
    kept = [*others, verified][-_KEPT:]
    partial = _file(paths).with_suffix(".part")
    partial.write_text(json.dumps([asdict(entry) for entry in kept]), encoding="utf-8")
    partial.replace(_file(paths))


def forget(paths: Paths) -> None:
    """Forget it: nothing is deployed any more."""
    _file(paths).unlink(missing_ok=True)


def purge(paths: Paths) -> None:
    """Forget everything: the generated secret, all evidence and the report of a crash."""
    forget(paths)
    shutil.rmtree(paths.state / "evidence", ignore_errors=True)
    for file in (paths.state / "better-auth-secret", paths.logs / "crash.log"):
        file.unlink(missing_ok=True)


def _file(paths: Paths) -> Path:
    return paths.state / "verified.json"
