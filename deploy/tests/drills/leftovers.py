"""What a command that was killed could leave behind, beside a release that is half-changed."""

import fcntl
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.checkout import Checkout
from tests.drills import release
from tests.drills.release import Release

_SUPERVISOR = b"taskflow_deploy.clusters.embedded.supervisor"
_STAYS = "postgres"


@dataclass(frozen=True)
class Traces:
    """What is there between two commands.

    Attributes
    ----------
    node
        The number of the node's first process, as it is recorded.
    supervisors
        The numbers of all processes that are, or hold, the first process of a node of ours.
    processes
        Those of commands: none may be there.
    interfaces
        Those of the instance.
    locked
        Whether the instance's lock is held.
    half_written
        Files that were to replace others.
    """

    release: Release
    node: int
    supervisors: frozenset[int]
    processes: tuple[str, ...]
    interfaces: tuple[str, ...]
    locked: bool
    half_written: tuple[str, ...]


def look(checkout: Checkout) -> Traces:
    """Look at everything, when no command is at work."""
    node = json.loads((checkout.run_folder / "node.json").read_text(encoding="utf-8"))["pid"]
    listed = ["ip", "-brief", "link"]
    links = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    names = [line.split()[0].partition("@")[0] for line in links.splitlines()]
    return Traces(
        release=release.look(checkout),
        node=node,
        supervisors=frozenset(_supervisors(checkout)),
        processes=tuple(_processes(checkout.instance)),
        interfaces=tuple(name for name in names if name == f"tf-{checkout.instance}"),
        locked=_is_locked(checkout.state / "lock"),
        half_written=tuple(str(file) for file in checkout.state.glob("*.part")),
    )


def complaints(before: Traces, after: Traces) -> list[str]:
    """Return what is left of a killed command."""
    found = after.release
    checks = [
        (found.status == "deployed", f"revision {found.revision} is {found.status}"),
        (found.verified, f"revision {found.revision} is not verified"),
        (found.well, f"not all pods are well: {sorted(found.pods)}"),
        (len(found.pods) == len(before.release.pods), f"other pods: {sorted(found.pods)}"),
        (after.node == before.node, "the node is another one"),
        (after.supervisors == before.supervisors, f"node processes: {after.supervisors}"),
        (not after.processes, f"processes are left: {after.processes}"),
        (after.interfaces == before.interfaces, f"interfaces: {after.interfaces}"),
        (not after.locked, "the lock is held"),
        (not after.half_written, f"half-written: {after.half_written}"),
    ]
    return [complaint for holds, complaint in checks if not holds]


def _processes(instance: str) -> list[str]:
    """Return what runs for commands of an instance: all of it on this machine's own network."""
    mark, ours = f"TASKFLOW_INSTANCE={instance}".encode(), Path("/proc/self/ns/net").readlink()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text(encoding="utf-8").strip()
            marked = mark in (folder / "environ").read_bytes().split(b"\0")
            if marked and name != _STAYS and (folder / "ns" / "net").readlink() == ours:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{folder.name} {words}")
        except OSError:
            continue  # it ended while we looked
    return found


def _supervisors(checkout: Checkout) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if _SUPERVISOR in words and f"{checkout.state}/".encode() in words:
            found.append(int(folder.name))
    return found


def _is_locked(file: Path) -> bool:
    with file.open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
