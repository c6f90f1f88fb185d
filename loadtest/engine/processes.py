"""CPU time, memory and connections of running processes, read from /proc. Linux only."""

import os
import re
import time
from pathlib import Path

import psycopg

_ESTABLISHED = "01"
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, all its threads, to the nanosecond.

    The kernel's clock of another process (clock_getcpuclockid(3)): its number is made of the pid.
    """
    return time.clock_gettime((~pid << 3) | 2)


def memory_bytes(pid: int) -> int:
    """Return the memory that a process has for itself, and its share of what it has in common."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+) kB$", rollup, re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def open_files(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def connections(port: int) -> int:
    """Return how many connections the server on a port has open, as the kernel knows them."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    here = f":{port:04X}"
    return sum(row.split()[1].endswith(here) and row.split()[3] == _ESTABLISHED for row in rows)


def only_child(pid: int) -> int:
    """Return the one child of a process. Raises: ValueError when there is not exactly one."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def tree_cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and all below it, those included that have ended."""
    process = Path(f"/proc/{pid}")
    try:
        fields = _stat(process)
        below = {int(child) for task in (process / "task").iterdir() for child in _children(task)}
    except OSError:
        # It ended a moment ago: whoever waited for it has its time.
        return 0.0
    # Its own, and that of its children that it has waited for.
    own = sum(map(int, fields[11:15])) / _TICKS
    return own + sum(tree_cpu_seconds(child) for child in below)


def postgres_pid(database_url: str) -> int:
    """Return the process of a PostgreSQL on this machine that all its others are children of."""
    with psycopg.connect(database_url) as connection:
        return int(_stat(Path(f"/proc/{connection.info.backend_pid}"))[1])


def cpu_model() -> str:
    """Return what this machine says its processor is."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _stat(process: Path) -> list[str]:
    """Return what follows the name, which is in parentheses and may have anything in it."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []
