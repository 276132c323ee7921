"""What a deployment could leave behind on a machine."""

import json
import pwd
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

_COUNTERS = re.compile(r"(counter )?packets \d+ bytes \d+|\[\d+:\d+\]|^#.*$", re.MULTILINE)
_FOLDERS = (
    "/var/lib/taskflow", "/run/taskflow", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/cni",
    "/var/lib/etcd", "/run/containerd", "/run/netns", "/run/cni", "/etc/cni/net.d",
    "/etc/kubernetes", "/var/log/pods", "/var/log/containers",
)  # fmt: skip
_SETTINGS = (
    "net/ipv4/ip_forward", "vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic",
    "kernel/panic_on_oops", "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes",
)  # fmt: skip


def look(instance: str) -> dict[str, list[str]]:
    """Return, by kind, what is there now; the same before and after means nothing was left."""
    looks: dict[str, Callable[[], list[str]]] = {
        "processes": lambda: _processes(instance),
        "mounts": _mounts,
        "interfaces": lambda: _lines("ip", "-brief", "link"),
        "addresses": lambda: _lines("ip", "-brief", "address"),
        "routes": lambda: _lines("ip", "route", "show", "table", "all"),
        "network namespaces": lambda: _lines("ip", "netns", "list"),
        "nftables": lambda: _lines("nft", "list", "ruleset"),
        "iptables": lambda: _lines("iptables-save"),
        "control groups": lambda: _control_groups(instance),
        "kernel settings": _settings,
        "folders": lambda: _folders(instance),
        "users": lambda: sorted(entry.pw_name for entry in pwd.getpwall()),
        "listening": lambda: _lines("ss", "--no-header", "-tln"),
    }
    return {kind: sorted(find()) for kind, find in looks.items()}


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return what came and what went, a line each."""
    found: list[str] = []
    for kind, were in before.items():
        found += [f"{kind}: new: {entry}" for entry in after[kind] if entry not in were]
        # Who else listens on this machine may stop doing so at any time.
        if kind != "listening":
            found += [f"{kind}: gone: {entry}" for entry in were if entry not in after[kind]]
    return found


def table(before: dict[str, list[str]], after: dict[str, list[str]]) -> str:
    """Return how many of each kind there were before and after, for people."""
    rows = [f"{kind:<20} {len(before[kind]):>6} {len(after[kind]):>6}" for kind in before]
    return "\n".join([f"{'on this machine':<20} {'before':>6} {'after':>6}", *rows])


def _processes(instance: str) -> list[str]:
    """Return the processes that the instance's commands started, and all of other networks."""
    mark = f"TASKFLOW_INSTANCE={instance}".encode()
    ours = Path("/proc/self/ns/net").readlink()
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text(encoding="utf-8").strip()
            elsewhere = (folder / "ns" / "net").readlink() != ours
            marked = mark in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended while we looked
        if elsewhere or marked:
            found.append(f"{folder.name} {name}")
    return found


def _mounts() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [" ".join(line.split()[4:6]) for line in lines]


def _control_groups(instance: str) -> list[str]:
    root = Path("/sys/fs/cgroup")
    return [str(path) for path in root.rglob(f"*taskflow-{instance}*")]


def _settings() -> list[str]:
    return [f"{name} = {(Path('/proc/sys') / name).read_text().strip()}" for name in _SETTINGS]


def _folders(instance: str) -> list[str]:
    found = [name for name in _FOLDERS if Path(name).exists()]
    for root in ("/var/lib/taskflow", "/run/taskflow"):
        found += [str(path) for path in Path(root).glob(f"{instance}*")]
    return found


def _lines(*command: str) -> list[str]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = _COUNTERS.sub("", done.stdout).splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def write(folder: Path, before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """Keep both for who wants to read them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, seen in (("before", before), ("after", after)):
        (folder / f"{name}.json").write_text(json.dumps(seen, indent=2), encoding="utf-8")
