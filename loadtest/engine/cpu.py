"""The CPU time of programs that are many processes. Linux only."""

import os
from pathlib import Path

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")


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


def model() -> str:
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
