"""CPU time, memory and connections of running processes, read from /proc. Linux only."""

import os
import re
import time
from pathlib import Path

import psycopg

_ESTABLISHED = "01"
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process in seconds, with all its threads.

    Uses the kernel's CPU clock of that process, whose id is computed as in clock_getcpuclockid(3).
    """
    return time.clock_gettime((~pid << 3) | 2)


def memory_bytes(pid: int) -> int:
    """Return the proportional set size of a process in bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+) kB$", rollup, re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def open_files(pid: int) -> int:
    """Return the number of open files and sockets of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def connections(port: int) -> int:
    """Return the number of established connections to a local port."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    here = f":{port:04X}"
    return sum(row.split()[1].endswith(here) and row.split()[3] == _ESTABLISHED for row in rows)


def only_child(pid: int) -> int:
    """Return the only child of a process. Raises: ValueError if it has none or several."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def tree_cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its descendants in seconds, with ended ones."""
    process = Path(f"/proc/{pid}")
    try:
        fields = _stat(process)
        below = {int(child) for task in (process / "task").iterdir() for child in _children(task)}
    except OSError:
        # It has ended; its time counts for the parent that waited for it.
        return 0.0
    # utime, stime, cutime and cstime.
    own = sum(map(int, fields[11:15])) / _TICKS
    return own + sum(tree_cpu_seconds(child) for child in below)


def postgres_pid(database_url: str) -> int:
    """Return the process id of the postmaster of a local PostgreSQL."""
    with psycopg.connect(database_url) as connection:
        return int(_stat(Path(f"/proc/{connection.info.backend_pid}"))[1])


def cpu_model() -> str:
    """Return the name of this machine's processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _stat(process: Path) -> list[str]:
    """Return the fields of `stat` after the name, which is in parentheses."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []
