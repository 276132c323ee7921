"""Remembers the id that each build gave, so that a name alone is never believed."""

import json

from taskflow_deploy.clusters.base import BuiltImage
from taskflow_deploy.paths import Paths

_KEPT = 40


def remember(paths: Paths, image: BuiltImage) -> None:
    """Record an image that was built; a crash leaves the old record or the new one."""
    known = _load(paths)
    known.pop(image.reference, None)
    kept = dict([*known.items(), (image.reference, image.image_id)][-_KEPT:])
    file = paths.state / "images.json"
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(kept, indent=2), encoding="utf-8")
    partial.replace(file)


def recall(paths: Paths, reference: str) -> str | None:
    """Return the id that an image had when it was built here, or None."""
    return _load(paths).get(reference)


def forget(paths: Paths) -> None:
    """Forget them all: the node that held them is gone."""
    (paths.state / "images.json").unlink(missing_ok=True)


def _load(paths: Paths) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads((paths.state / "images.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return known
