"""Real servers on the test's database."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from deploy.address import Address, answers
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.server import daphne_arguments
from deploy.supervised import Supervised, supervised

HOST = "127.0.0.1"

Start = Callable[..., AbstractContextManager["Running"]]


@dataclass(frozen=True)
class Running:
    """A running server. `pid` is the server's own, not its supervisor's."""

    supervised: Supervised
    port: int

    @property
    def pid(self) -> int:
        watcher = self.supervised.process.pid
        return int(Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()[0])

    def kill(self) -> None:
        """Kill the server and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.supervised.process.wait()


@contextmanager
def daphne(**extra: str) -> Iterator[Running]:
    """Run Daphne for the length of the context; `extra` are settings that differ from the test's.

    It ends with the context, and with this process, however that ends. It sees what is
    committed: tests that use it need the `transactional_db`.
    """
    port = free_port()
    command = [sys.executable, "-m", "daphne", *daphne_arguments(host=HOST, port=port)]
    # A client whose test waits for the processor, or that does not read, answers no pings.
    command[-1:-1] = ["--ping-timeout", "600"]
    with running("Daphne", command, port, **extra) as server:
        yield server


@contextmanager
def uvicorn(**extra: str) -> Iterator[Running]:
    """Run the same application on Uvicorn."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
        *("--host", HOST, "--port", str(port), "--backlog", "2048"),
        *("--ws", "websockets-sansio", "--lifespan", "off", "--log-level", "warning"),
        *("--ws-ping-timeout", "600"),
        # It waits for event streams otherwise.
        *("--timeout-graceful-shutdown", "5"),
    ]
    with running("Uvicorn", command, port, **extra) as server:
        yield server


# Production runs Daphne. Uvicorn is tested in `make thorough` alone.
SERVERS = [daphne, pytest.param(uvicorn, marks=pytest.mark.thorough)]


@contextmanager
def running(name: str, command: list[str], port: int, **extra: str) -> Iterator[Running]:
    """Run a server while the context is open. `extra` are additional settings."""
    with supervised(
        {
            "prepare": [],
            "command": command,
            "folder": str(ROOT),
            "environment": clean_environment(**{**server_settings(), **extra}),
            "user": None,
            "stop_signal": signal.SIGTERM,
            "stop_seconds": 15.0,
        },
        name=name,
    ) as server:
        server.wait_until_ready(lambda: answers(Address(host=HOST, port=port)))
        yield Running(server, port)


def server_settings() -> dict[str, str]:
    """Return the settings of a process on the test's database and Redis."""
    return {
        "SEATCAST_DATA_DIR": str(settings.DATA_DIR),
        "SEATCAST_SECRET_KEY": settings.SECRET_KEY,
        "SEATCAST_TICKET_KEY": settings.SEATCAST_TICKET_KEY,
        "DATABASE_URL": _test_database_url(),
        "REDIS_URL": settings.REDIS_URL,
        # A server of a module is started before what each test sets.
        "SEATCAST_SHOW_NAMES": "True",
    }


def _test_database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
