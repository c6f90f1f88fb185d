"""What a running process takes, seen from outside. Linux only."""

import re
import time
from pathlib import Path

_ESTABLISHED = "01"


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
