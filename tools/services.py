"""PostgreSQL and Valkey for tests and measurements, installed by pip.

A server ends with the process that started it, kill -9 included, and its temporary folder is
removed. It listens on a free port of 127.0.0.1 without a password: any user of this machine can
connect. If `DATABASE_URL` or `REDIS_URL` is set, that one is used and nothing is started.
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

    Raises: Problem if it cannot start.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with own_postgres() as url:
        yield url


@contextmanager
def own_postgres() -> Iterator[str]:
    """Run PostgreSQL as `postgres` does, ignoring DATABASE_URL."""
    with _on_a_free_port(lambda port: postgres_server(port=port)) as port:
        yield postgres_url(port=port)


@contextmanager
def valkey() -> Iterator[str]:
    """Run Valkey 9 for the length of the context; yield its REDIS_URL.

    Raises: Problem if it cannot start.
    """
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with own_valkey() as url:
        yield url


@contextmanager
def own_valkey() -> Iterator[str]:
    """Run Valkey as `valkey` does, ignoring REDIS_URL."""
    with _on_a_free_port(lambda port: valkey_server(port=port)) as port:
        yield valkey_url(port=port)


@contextmanager
def _on_a_free_port(start: Callable[[int], AbstractContextManager[StartedServer]]) -> Iterator[int]:
    """Enter `start(port)`; retry with another port if this one was taken meanwhile."""
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
