"""What happens to the stack: processes that are killed, stopped, and hang."""

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
from tools import lineage
from tools.lineage import family, members
from tools.sites import RunningSite

RETURN_SECONDS = 90
_HANG_SECONDS = (1.0, 4.0)


@dataclass(slots=True)
class Mishaps:
    """Makes things happen, chosen by `dice`, until `is_over`, to processes of the stack alone."""

    site: RunningSite
    dice: random.Random
    is_over: threading.Event
    happened: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        deck: list[tuple[str, Callable[[], None]]] = []
        while not self.is_over.wait(self.dice.uniform(3, 7)):
            if not deck:
                deck = self._deck()
            name, act = deck.pop()
            try:
                act()
            except (LookupError, ProcessLookupError):
                # It is on its way back from what happened to it before.
                continue
            self.happened[name] += 1

    def is_whole(self) -> bool:
        """Tell whether every kind of process is there."""
        found = self._members()
        return (
            len(found.get(lineage.SOCKET_SERVER, [])) == 2
            and len(found.get(lineage.API_MASTER, [])) == 2
            and len(found.get(lineage.API_WORKER, [])) == 2
            and all(kind in found for kind in (lineage.POSTGRES, lineage.VALKEY, lineage.PROXY))
        )

    def wait_until_whole(self) -> bool:
        """Return whether all that was killed came back in time."""
        return wait_until(self.is_whole, seconds=RETURN_SECONDS)

    def _deck(self) -> list[tuple[str, Callable[[], None]]]:
        """Return everything that can happen, in any order, some of it more than once."""
        kill = signal.SIGKILL
        acts: list[tuple[str, Callable[[], None]]] = [
            *[("socket server killed", lambda: self._signal(lineage.SOCKET_SERVER, kill))] * 2,
            *[("API worker killed", lambda: self._signal(lineage.API_WORKER, kill))] * 2,
            ("API master killed", lambda: self._signal(lineage.API_MASTER, kill)),
            ("proxy killed", lambda: self._signal(lineage.PROXY, kill)),
            ("PostgreSQL killed", lambda: self._signal(lineage.POSTGRES, kill)),
            ("PostgreSQL stopped", lambda: self._signal(lineage.POSTGRES, signal.SIGINT)),
            ("Valkey killed", lambda: self._signal(lineage.VALKEY, kill)),
            *[("Valkey hung", lambda: self._hang(lineage.VALKEY))] * 2,
            ("API worker hung", lambda: self._hang(lineage.API_WORKER)),
            ("PostgreSQL hung", lambda: self._hang(lineage.POSTGRES)),
            ("socket server asked to end", self._end_socket_server),
        ]
        self.dice.shuffle(acts)
        return acts

    def _signal(self, kind: str, number: int) -> None:
        os.kill(self.dice.choice(self._members()[kind]), number)

    def _end_socket_server(self) -> None:
        self._signal(lineage.SOCKET_SERVER, signal.SIGTERM)

    def _hang(self, kind: str) -> None:
        """Stop one process of a kind, and all that it has started, for a while."""
        first = self.dice.choice(self._members()[kind])
        pids = [first, *(each.pid for each in family(first))]
        try:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            time.sleep(self.dice.uniform(*_HANG_SECONDS))
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _members(self) -> dict[str, list[int]]:
        watcher = self.site.server.process.pid
        first = [each.pid for each in family(watcher) if "deploy.stack" in each.command]
        return members(first[0])

    def environment(self) -> dict[str, str]:
        """Return the settings that the stack's servers run with."""
        pid, *_ = self._members()[lineage.API_MASTER]
        raw = Path(f"/proc/{pid}/environ").read_bytes()
        pairs = [part.decode().partition("=") for part in raw.split(b"\0") if part]
        return {name: value for name, _, value in pairs}
