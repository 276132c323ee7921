"""What was proven: the revision that last passed all checkpoints."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from taskflow_deploy.paths import Paths


@dataclass(frozen=True)
class Verified:
    """A verified deployment.

    Attributes
    ----------
    revision
        Helm's number for it.
    content
        A hash of the chart, its values and its secrets.
    url
        Where it answers.
    """

    revision: int
    content: str
    url: str


def last_verified(paths: Paths) -> Verified | None:
    """Return the last verified deployment, or None."""
    try:
        return Verified(**json.loads(_file(paths).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def remember(paths: Paths, verified: Verified) -> None:
    """Record a verified deployment; a crash leaves the old record or the new one, never half."""
    partial = _file(paths).with_suffix(".part")
    partial.write_text(json.dumps(asdict(verified)), encoding="utf-8")
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
