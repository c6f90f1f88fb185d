"""Real PostgreSQL and Valkey for tests and measurements, with nothing but pip.

A server ends with the process that started it, kill -9 included, and takes its temporary folder
along. It listens on a free port of 127.0.0.1 and asks for no password: whoever has an account on
this machine can connect. `DATABASE_URL` and `REDIS_URL`, when set, win: then nothing is started.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from deploy.ports import free_port
from deploy.postgres_server import postgres_server, postgres_url
from deploy.supervised import ServerEnded, StartedServer
from deploy.valkey_server import valkey_server, valkey_url

_PORT_ATTEMPTS = 5
_PORT_TAKEN = "Address already in use"


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL 18 for the length of the context; yield its DATABASE_URL.

    The database is new and temporary, and trades durability for speed.

    Raises: Problem when it cannot start.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with own_postgres() as url:
        yield url


@contextmanager
def own_postgres() -> Iterator[str]:
    """As `postgres`, whatever the environment names."""
    with _on_a_free_port(lambda port: postgres_server(port=port)) as port:
        yield postgres_url(port=port)


@contextmanager
def valkey() -> Iterator[str]:
    """Run Valkey 9 for the length of the context; yield its REDIS_URL.

    Raises: Problem when it cannot start.
    """
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with own_valkey() as url:
        yield url


@contextmanager
def own_valkey() -> Iterator[str]:
    """As `valkey`, whatever the environment names."""
    with _on_a_free_port(lambda port: valkey_server(port=port)) as port:
        yield valkey_url(port=port)


@contextmanager
def _on_a_free_port(start: Callable[[int], AbstractContextManager[StartedServer]]) -> Iterator[int]:
    """Enter `start(port)`, once more with another port if somebody was quicker to take it."""
    for attempts_left in reversed(range(_PORT_ATTEMPTS)):
        with ExitStack() as stack:
            port = free_port()
            launched = stack.enter_context(start(port))
            try:
                launched.server.wait_until_ready(launched.ready)
            except ServerEnded as error:
                if attempts_left and _PORT_TAKEN in error.output:
                    continue
                raise
            yield port
            return
