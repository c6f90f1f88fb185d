"""The processes of a stack, so that tests can kill one of them."""

import contextlib
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, kw_only=True)
class Process:
    """A running process, not a zombie."""

    pid: int
    parent: int
    command: str


def descendants(pid: int) -> list[Process]:
    """Return all descendants of a process, parents before their children."""
    return [each for each in with_descendants(pid) if each.pid != pid]


def with_descendants(pid: int) -> list[Process]:
    """Return a process and its descendants, parents before their children; none if it has ended."""
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    found = []
    for each in processes:
        # It may have ended since.
        with contextlib.suppress(psutil.NoSuchProcess):
            command = command_line(each)
            found.append(Process(pid=each.pid, parent=each.ppid(), command=command))
    return found


def command_line(process: psutil.Process) -> str:
    """Return the words of a command line, each with a space after it.

    Raises: psutil.NoSuchProcess if the process has ended, even if nobody has waited for it yet.
    """
    return "".join(f"{word} " for word in process.cmdline())


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
