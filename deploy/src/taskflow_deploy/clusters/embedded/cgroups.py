"""The control groups of a node, in both versions of the kernel's interface."""

import contextlib
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_V2_MARK = _ROOT / "cgroup.controllers"
_REMOVE_SECONDS = 5.0


def name(instance: str) -> str:
    """Return the control group below which all pods of an instance are."""
    return f"/taskflow-{instance}"


def create(instance: str) -> None:
    """Make the group in every hierarchy; the kubelet wants it to exist."""
    for hierarchy in _hierarchies():
        (hierarchy / name(instance).lstrip("/")).mkdir(exist_ok=True)
    if _V2_MARK.exists():
        for controller in _V2_MARK.read_text(encoding="ascii").split():
            (_ROOT / "cgroup.subtree_control").write_text(f"+{controller}", encoding="ascii")


def remove(instance: str) -> None:
    """Remove the group and all below it; the processes in it have ended.

    The kernel frees a group a moment after its last process, so it is tried
    for some seconds.
    """
    deadline = time.monotonic() + _REMOVE_SECONDS
    while remaining := [path for path in _groups(instance) if path.exists()]:
        for path in remaining:
            with contextlib.suppress(OSError):
                path.rmdir()
        if time.monotonic() > deadline:
            remaining[-1].rmdir()
        time.sleep(0.02)


def _groups(instance: str) -> list[Path]:
    found: list[Path] = []
    for hierarchy in _hierarchies():
        top = hierarchy / name(instance).lstrip("/")
        below = [path for path in top.rglob("*") if path.is_dir()]
        found += sorted(below, key=lambda path: len(path.parts), reverse=True)
        found.append(top)
    return found


def _hierarchies() -> list[Path]:
    if _V2_MARK.exists():
        return [_ROOT]
    return [path for path in _ROOT.iterdir() if path.is_dir() and not path.is_symlink()]
