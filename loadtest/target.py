"""The site under load: a stack of our own, one on this machine, or any URL."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from deploy.address import serves
from deploy.environment import clean_environment, is_production
from deploy.paths import ROOT
from deploy.production import production_trial_settings
from loadtest.engine.processes import cpu_seconds, memory_bytes
from loadtest.engine.tls import trust
from tools.process_tree import Process, command_line, descendants, with_descendants
from tools.sites import running_site

# Settings of a site that is loaded from one machine.
CROWD_SETTINGS = {
    # All people come from one address.
    "SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE": "1000000",
    # Viewers match a change to a click by its holder's name.
    "SEATCAST_SHOW_NAMES": "True",
}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LOAD = "load"
# The kind of a process by a word of its command line. Children without one have their parent's.
_KINDS = {
    " -m daphne ": "Daphne",
    " -m tools.serve ": "Daphne",
    " -m granian ": "API",
    " housekeeping": "housekeeping",
    "/postgres -D ": "PostgreSQL",
    "valkey-server": "Valkey",
    "redis-server": "Valkey",
    "/caddy run ": "proxy",
}
_SERVERS = {"Daphne", "API"}
_SETTING = re.compile(r"((?:DATABASE|REDIS)_(?:URL|PASSWORD)|SEATCAST_\w+)=(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class TargetSite:
    """A site under load.

    `settings` give access to its database, None if unknown. `pid` is its main process, None if it
    is on another machine. A site that `is_own` ends with the run.
    """

    url: str
    name: str
    settings: Mapping[str, str] | None = None
    pid: int | None = None
    is_own: bool = False

    @property
    def socket_url(self) -> str:
        return "ws" + self.url.removeprefix("http")

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program of this repository with the site's settings."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=clean_environment(DJANGO_SETTINGS_MODULE="config.settings", **self.settings or {}),
            stdout=subprocess.PIPE,  # errors go to the terminal
            text=True,
            check=False,
        )


@contextmanager
def own_stack() -> Iterator[TargetSite]:
    """Run the real stack with temporary data for the length of the context.

    It runs in production settings if SEATCAST_PRODUCTION is set. Raises: Problem.
    """
    settings = {"SEATCAST_DEMO": "0", **CROWD_SETTINGS}
    if is_production(os.environ):
        settings |= production_trial_settings()
    with running_site("deploy.stack", up=serves, settings=settings) as running:
        trust(running.address.authority)
        pid = running.server.process.pid
        yield TargetSite(
            url=running.address.url,
            name="the real stack: 2 socket servers, 2 API workers",
            settings=_settings(descendants(pid)),
            pid=pid,
            is_own=True,
        )


def target_at(url: str) -> TargetSite:
    """Return the site at a URL; on this machine also its processes and settings."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    listener = _listener(port) if parts.hostname in LOOPBACK else None
    if listener is None:
        return TargetSite(url=url, name=parts.netloc)
    found = with_descendants(_main_process(listener).pid)
    settings = _settings(found)
    name = "the real stack" if any(_kind(each) == "proxy" for each in found) else "one process"
    return TargetSite(url=url, name=name, settings=settings, pid=found[0].pid)


class ResourceUsage:
    """CPU time and memory of this process and the site's, by kind."""

    def __init__(self, site: TargetSite) -> None:
        self._site = site
        self._kinds: dict[int, str] = {}
        self._spent: dict[int, float] = {}
        self._memory: dict[str, float] = {}

    def refresh(self) -> None:
        """Find the current processes and their memory. Takes some 20 ms."""
        self._kinds = {os.getpid(): LOAD}
        if self._site.pid is not None:
            self._kinds |= _kinds(with_descendants(self._site.pid))
        memory: dict[str, float] = {}
        for pid, kind in self._kinds.items():
            with contextlib.suppress(OSError, AssertionError):
                memory[kind] = memory.get(kind, 0.0) + memory_bytes(pid) / 1e6
        self._memory = {kind: round(megabytes, 1) for kind, megabytes in memory.items()}

    def usage(self, seconds: float) -> dict[str, dict[str, float]] | None:
        """Return `cpu` since the last call, in % of one core, and `memory_mb`, each by kind."""
        cpu: dict[str, float] = {}
        spent: dict[int, float] = {}
        for pid, kind in self._kinds.items():
            with contextlib.suppress(OSError):
                spent[pid] = cpu_seconds(pid)
                used = spent[pid] - self._spent.get(pid, spent[pid])
                cpu[kind] = cpu.get(kind, 0.0) + 100 * used / seconds
        self._spent = spent
        if self._site.pid is None:
            return None
        return {
            "cpu": {kind: round(percent, 1) for kind, percent in cpu.items()},
            "memory_mb": self._memory,
        }


def _kinds(processes: list[Process]) -> dict[int, str]:
    found: dict[int, str] = {}
    # Parents come before their children.
    for process in processes:
        if process.pid == os.getpid() or "supervisor.py" in process.command:
            continue
        kind = _kind(process) or found.get(process.parent)
        if kind:
            found[process.pid] = kind
    return found


def _kind(process: Process) -> str | None:
    return next((kind for word, kind in _KINDS.items() if word in process.command), None)


def _main_process(process: psutil.Process) -> psutil.Process:
    """Return the main process of a site, given any of its processes."""
    for parent in process.parents():
        if not _is_seatcast(command_line(parent)):
            break
        process = parent
    return process


def _is_seatcast(command: str) -> bool:
    return (
        "supervisor.py" in command
        or " -m deploy." in command
        or " -m tools." in command
        or " -m granian " in command
    )


def _settings(processes: list[Process]) -> dict[str, str] | None:
    """Return the settings in the environment of a server of this checkout, or None."""
    for process in processes:
        if _kind(process) not in _SERVERS:
            continue
        with contextlib.suppress(OSError):
            folder = Path(f"/proc/{process.pid}")
            if (folder / "cwd").resolve() == ROOT:
                entries = (folder / "environ").read_bytes().decode().split("\0")
                found = (_SETTING.match(entry) for entry in entries)
                return {each[1]: each[2] for each in found if each}
    return None


def _listener(port: int) -> psutil.Process | None:
    """Return the process of this user that listens on a port, or None."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            # None for another user's process.
            return psutil.Process(connection.pid) if connection.pid else None
    return None
