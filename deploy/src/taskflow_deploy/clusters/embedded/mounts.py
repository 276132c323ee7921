"""The node's own view of the file system, inside its mount namespace."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from taskflow_deploy.runner import run


def hide(hidden: Sequence[str], kept: Sequence[str], replaced: Mapping[str, str]) -> None:
    """Put empty folders over ``hidden``, but leave what is in ``kept`` visible.

    Kubernetes and containerd write to fixed places such as /var/lib/kubelet and
    /run/netns. In the node's mount namespace those are memory of its own, so
    nothing of it is ever seen or left on the host.

    Parameters
    ----------
    hidden
        Folders to cover.
    kept
        Folders that stay as they are, wherever they lie.
    replaced
        Files to show in place of others: path to the file shown there.
    """
    # Mounts made here are seen by containers; the namespace itself keeps them from the host.
    run(["mount", "--make-rshared", "/"])
    with tempfile.TemporaryDirectory(dir="/tmp") as stash:
        for folder in hidden:
            _cover(Path(folder), [Path(path) for path in kept], Path(stash))
    for path, shown in replaced.items():
        run(["mount", "--bind", shown, os.path.realpath(path)])


def _cover(folder: Path, kept: Sequence[Path], stash: Path) -> None:
    inside = [path for path in kept if path.is_relative_to(folder) and path.is_dir()]
    places = [stash / str(number) for number, _ in enumerate(inside)]
    for place, path in zip(places, inside, strict=True):
        place.mkdir()
        run(["mount", "--rbind", str(path), str(place)])
    run(["mount", "-t", "tmpfs", "-o", "mode=755", "taskflow", str(folder)])
    for place, path in zip(places, inside, strict=True):
        path.mkdir(parents=True, exist_ok=True)
        run(["mount", "--rbind", str(place), str(path)])
        run(["umount", "--lazy", str(place)])
        place.rmdir()
