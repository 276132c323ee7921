"""Kernel settings that a node changes for the whole machine, and their return.

The first node to start writes down what was set; the last one to stop sets it
again. The record is under /run, since a reboot resets the settings as well.
"""

import json
from pathlib import Path

# ip_forward is ours; the kubelet sets the others when it starts.
_CHANGED = (
    "net/ipv4/ip_forward",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
_SYSCTL = Path("/proc/sys")


def remember(run_root: Path) -> None:
    """Write down the settings before the first node changes them, and allow forwarding."""
    record = _record(run_root)
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        values = {name: (_SYSCTL / name).read_text(encoding="ascii").strip() for name in _CHANGED}
        record.write_text(json.dumps(values), encoding="ascii")
    (_SYSCTL / "net/ipv4/ip_forward").write_text("1", encoding="ascii")


def restore(run_root: Path) -> None:
    """Set again what was set before, unless another instance's node still runs."""
    record = _record(run_root)
    if not record.exists() or any(run_root.glob("*/node.json")):
        return
    for name, value in json.loads(record.read_text(encoding="ascii")).items():
        setting = _SYSCTL / name
        if setting.read_text(encoding="ascii").strip() != value:
            setting.write_text(value, encoding="ascii")
    record.unlink()


def _record(run_root: Path) -> Path:
    return run_root / "host-settings.json"
