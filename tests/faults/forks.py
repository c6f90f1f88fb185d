"""Processes of the site that kill themselves at a chosen step.

They are forked from one process that has loaded the site, since loading it takes longer than a
sale. Each records the steps that it takes: what it commits, and what it asks Stripe. Run as
`python -m tests.faults.forks PORT`.
"""

import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import HOST, running

SERVE, RECONCILE = "serve", "reconcile"


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

        The number counts the steps of that name. `breaks` is what it does wrong: see `_break`.
        """
        with self._fork({"work": SERVE, "dies_at": dies_at, "breaks": breaks}) as fork:
            try:
                yield fork
            finally:
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
    from deploy.ports import free_port

    port = free_port()
    command = [sys.executable, "-m", "tests.faults.forks", str(port)]
    with running("The forks", command, port, **settings):
        yield Forks(port, folder)


def main(port: int) -> None:
    """Serve orders, one at a time. Nothing is connected and no thread runs before a fork."""
    import uvicorn  # noqa: F401 - loaded once for all

    from config.api import application

    with socket.create_server((HOST, port)) as listening:
        while True:
            talk, _ = listening.accept()
            with talk, talk.makefile("rw") as lines:
                if not (line := lines.readline()):
                    continue
                order = json.loads(line)
                serving = socket.create_server((HOST, 0))
                if not (pid := os.fork()):
                    listening.close()
                    _work(order, application, serving)
                lines.write(f"{json.dumps({'pid': pid, 'port': serving.getsockname()[1]})}\n")
                lines.flush()
                serving.close()
                _, status = os.waitpid(pid, 0)
                lines.write(f"{os.waitstatus_to_exitcode(status)}\n")


def _work(order: dict[str, str], application: Any, serving: socket.socket) -> None:
    """Do what an order says, and end the process."""
    status = 1
    try:
        _record_steps(order["steps"], order["dies_at"])
        if order["breaks"]:
            _break(order["breaks"])
        if order["work"] == SERVE:
            _serve(application, serving)
        else:
            from django.core.management import call_command

            call_command("reconcile_payments", "--older-than=0")
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the process ends here
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _serve(application: Any, serving: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(application, lifespan="off", log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[serving])


def _record_steps(file: str, dies_at: str) -> None:
    """Record commits and calls to Stripe, before and after each, and die at one of them."""
    import stripe
    from django.db.backends.base.base import BaseDatabaseWrapper

    descriptor, counts = os.open(file, os.O_WRONLY | os.O_APPEND), Counter[str]()

    def reach(name: str) -> None:
        counts[name] += 1
        step = f"{name} {counts[name]}"
        os.write(descriptor, f"{step}\n".encode())
        if step == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(do: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            name = name_of(*arguments)
            reach(f"before {name}")
            result = do(*arguments, **named)
            reach(f"after {name}")
            return result

        return wrapper

    wrapped: Any = BaseDatabaseWrapper
    wrapped._commit = around(wrapped._commit, lambda _: "commit")
    client: Any = stripe.RequestsClient
    client.request = around(client.request, lambda _, method, url, *__: _call(method, url))


def _call(method: str, url: str) -> str:
    """Return the name of a call to Stripe: its method and the end of its path, without ids."""
    end = urlsplit(url).path.rsplit("/", 1)[-1]
    return f"{method.upper()} {'payment_intent' if end.startswith('pi_') else end}"


def _break(what: str) -> None:
    """Do something wrong on purpose, as a negative control.

    ask_first: Stripe is asked before the payment is stored. uncommitted_booking: the payment is
    captured before the booking is committed.
    """
    from reservations.payments import storage, stripe_provider
    from reservations.write import unit_of_work

    stored: Any = unit_of_work
    match what:
        case "ask_first":
            write = storage.write_pending

            def ask_first(event: Any, payments: Any, **named: Any) -> None:
                for new in payments:
                    stripe_provider._create(new.reference, new.amount, event.currency)
                write(event, payments, **named)

            stored.write_pending = ask_first
        case _:
            raise ValueError(what)


if __name__ == "__main__":
    main(int(sys.argv[1]))
