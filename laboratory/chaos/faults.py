"""Faults of the stack: processes that are killed, stopped, or hang."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.waiting import wait_until
from tools import process_tree
from tools.process_tree import descendants, stack_processes
from tools.sites import RunningSite

RETURN_SECONDS = 90
_HANG_SECONDS = (1.0, 4.0)


@dataclass(slots=True)
class FaultInjector:
    """Injects random faults into processes of the stack until `is_over`."""

    site: RunningSite
    rng: random.Random
    is_over: threading.Event
    injected: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        queue: list[tuple[str, Callable[[], None]]] = []
        while not self.is_over.wait(self.rng.uniform(3, 7)):
            if not queue:
                queue = self._queue()
            name, act = queue.pop()
            try:
                act()
            except (LookupError, ProcessLookupError):
                # The process is still restarting after an earlier fault.
                continue
            self.injected[name] += 1

    def is_whole(self) -> bool:
        """Return whether every kind of process is running."""
        found = self._stack_processes()
        return (
            len(found.get(process_tree.SOCKET_SERVER, [])) == 2
            and len(found.get(process_tree.API_MASTER, [])) == 2
            and len(found.get(process_tree.API_WORKER, [])) == 2
            and all(
                kind in found
                for kind in (process_tree.POSTGRES, process_tree.VALKEY, process_tree.PROXY)
            )
        )

    def wait_until_whole(self) -> bool:
        """Return whether all processes came back in time."""
        return wait_until(self.is_whole, seconds=RETURN_SECONDS)

    def _queue(self) -> list[tuple[str, Callable[[], None]]]:
        """Return all faults in random order, some more than once."""
        kill = signal.SIGKILL
        acts: list[tuple[str, Callable[[], None]]] = [
            *[("socket server killed", lambda: self._signal(process_tree.SOCKET_SERVER, kill))] * 2,
            *[("API worker killed", lambda: self._signal(process_tree.API_WORKER, kill))] * 2,
            ("API master killed", lambda: self._signal(process_tree.API_MASTER, kill)),
            ("proxy killed", lambda: self._signal(process_tree.PROXY, kill)),
            ("PostgreSQL killed", lambda: self._signal(process_tree.POSTGRES, kill)),
            ("PostgreSQL stopped", lambda: self._signal(process_tree.POSTGRES, signal.SIGINT)),
            ("Valkey killed", lambda: self._signal(process_tree.VALKEY, kill)),
            *[("Valkey hung", lambda: self._hang(process_tree.VALKEY))] * 2,
            ("API worker hung", lambda: self._hang(process_tree.API_WORKER)),
            ("PostgreSQL hung", lambda: self._hang(process_tree.POSTGRES)),
            ("socket server asked to end", self._end_socket_server),
        ]
        self.rng.shuffle(acts)
        return acts

    def _signal(self, kind: str, number: int) -> None:
        os.kill(self.rng.choice(self._stack_processes()[kind]), number)

    def _end_socket_server(self) -> None:
        self._signal(process_tree.SOCKET_SERVER, signal.SIGTERM)

    def _hang(self, kind: str) -> None:
        """Suspend one process of a kind, with its descendants, for a few seconds."""
        first = self.rng.choice(self._stack_processes()[kind])
        pids = [first, *(each.pid for each in descendants(first))]
        try:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            time.sleep(self.rng.uniform(*_HANG_SECONDS))
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _stack_processes(self) -> dict[str, list[int]]:
        watcher = self.site.server.process.pid
        first = [each.pid for each in descendants(watcher) if "deploy.stack" in each.command]
        return stack_processes(first[0])

    def environment(self) -> dict[str, str]:
        """Return the environment of the stack's servers."""
        pid, *_ = self._stack_processes()[process_tree.API_MASTER]
        raw = Path(f"/proc/{pid}/environ").read_bytes()
        pairs = [part.decode().partition("=") for part in raw.split(b"\0") if part]
        return {name: value for name, _, value in pairs}
