"""Processes of the site that kill themselves at a chosen step, as tests start them.

Each records the steps that it takes: what it commits, and what it asks Stripe.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.ports import free_port
from tests.faults.forking import RECONCILE, SERVE
from tests.servers import HOST, running


@dataclass(frozen=True)
class Fork:
    """A forked process, and its server's port if it is a server."""

    pid: int
    port: int
    _steps: Path
    _socket: socket.socket

    @property
    def steps(self) -> list[str]:
        """What it has done so far."""
        return self._steps.read_text().splitlines()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended; return its exit status, negative for a signal."""
        return int(self._socket.makefile().readline())


class Forks:
    """Has processes forked, one at a time."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder

    @contextmanager
    def server(self, *, dies_at: str = "", breaks: str = "") -> Iterator[Fork]:
        """Run a server, and kill it at the end or at a step such as "after POST capture 1".

        The number counts the steps of that name. `breaks` is what it does wrong.
        """
        with self._fork({"work": SERVE, "dies_at": dies_at, "breaks": breaks}) as fork:
            try:
                yield fork
            finally:
                with suppress(ProcessLookupError):
                    fork.kill()
                fork.wait()

    def reconcile(self, *, dies_at: str = "") -> list[str]:
        """Run the command that reconciles payments to its end; return its steps."""
        with self._fork({"work": RECONCILE, "dies_at": dies_at, "breaks": ""}) as fork:
            assert fork.wait() == (-signal.SIGKILL if dies_at else 0)
            return fork.steps

    @contextmanager
    def _fork(self, order: dict[str, str]) -> Iterator[Fork]:
        steps = self._folder / "steps"
        steps.write_text("")
        with socket.create_connection((HOST, self._port)) as talk:
            talk.sendall(f"{json.dumps({**order, 'steps': str(steps)})}\n".encode())
            # Unbuffered, so that the exit status is left for `wait`.
            answer = json.loads(_line(talk))
            yield Fork(answer["pid"], answer["port"], steps, talk)


def _line(talk: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"\n"):
        found += talk.recv(1)
    return found


@contextmanager
def forks(folder: Path, **settings: str) -> Iterator[Forks]:
    """Run the process that forks others; `settings` are those of the site."""
    port = free_port()
    command = [sys.executable, "-m", "tests.faults.forking", str(port)]
    with running("The forks", command, port, **settings):
        yield Forks(port, folder)
