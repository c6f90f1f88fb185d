"""The processes of a stack, so that tests can kill one of them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Process:
    """A running process, not a zombie."""

    pid: int
    parent: int
    command: str


def descendants(pid: int) -> list[Process]:
    """Return all descendants of a process, parents before their children."""
    processes = _processes()
    found: list[Process] = []
    parents = [pid]
    while parents:
        children = [process for process in processes if process.parent in parents]
        found += children
        parents = [child.pid for child in children]
    return found


def stack_processes(stack: int) -> dict[str, list[int]]:
    """Return the process ids of a stack by kind; `stack` is the id of its main process.

    Servers of the same kind are in the order of their ports.
    """
    servers = [each for each in descendants(stack) if "supervisor.py" not in each.command]
    masters = {each.pid for each in servers if " -m granian " in each.command}

    def kind(process: Process) -> str | None:
        if process.parent in masters:
            return API_WORKER
        return next((name for name, word in _WORDS.items() if word in process.command), None)

    found: dict[str, list[int]] = {}
    for process in sorted(servers, key=lambda each: each.command):
        if name := kind(process):
            found.setdefault(name, []).append(process.pid)
    return found


POSTGRES = "PostgreSQL"
VALKEY = "Valkey"
PROXY = "the proxy"
SOCKET_SERVER = "a socket server"
API_MASTER = "an API server's master"
API_WORKER = "an API worker"
_WORDS = {
    POSTGRES: "/postgres -D ",
    VALKEY: "valkey-server",
    PROXY: "/caddy run ",
    SOCKET_SERVER: " -m daphne ",
    API_MASTER: " -m granian ",
}


def _processes() -> list[Process]:
    return _from_proc() if Path("/proc/self/stat").exists() else _from_ps()


def _from_proc() -> list[Process]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            continue
        if state != "Z":
            found.append(Process(pid=int(folder.name), parent=int(parent), command=command))
    return found


def _from_ps() -> list[Process]:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    return [
        Process(pid=int(row[0]), parent=int(row[1]), command=row[3])
        for row in rows
        if len(row) == 4 and not row[2].startswith("Z")
    ]
