"""What Linux says of a process: its CPU time, its memory, and the cores it may use."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name, which may itself hold blanks: see proc(5).
_PARENT, _USER, _SYSTEM, _USER_OF_ENDED, _SYSTEM_OF_ENDED = 1, 11, 12, 13, 14


@dataclass(frozen=True)
class Cores:
    """Which core does what; None where there is but one."""

    server: int | None
    rest: int | None

    @classmethod
    def choose(cls) -> "Cores":
        """Give the server the last core, and another one to the load and the database."""
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[-1], allowed[0]) if len(allowed) > 1 else cls(None, None)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, user and system, of all its threads."""
    fields = _stat(pid)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def cpu_seconds_with_children(pid: int) -> float:
    """Return the CPU time of a process and its children, those that have ended too."""
    own = _stat(pid)
    ended = (int(own[_USER_OF_ENDED]) + int(own[_SYSTEM_OF_ENDED])) / _TICKS
    return ended + sum(cpu_seconds(one) for one in (pid, *children(pid)))


def children(pid: int) -> list[int]:
    """Return the living children of a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(folder.name))[_PARENT]) == pid:
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
    return found


def peak_memory(pid: int) -> int:
    """Return the most memory that a process ever had resident, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"/proc/{pid}/status has no VmHWM: has the process ended?")
    return int(found[1]) * 1024


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return text[text.rindex(")") + 2 :].split()
