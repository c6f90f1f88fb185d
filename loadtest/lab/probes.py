"""How long the engines themselves are away: clients that know nothing of the site.

Each probe writes again and again, on a new connection after each failure, and notes when it could.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
import redis
from redis.sentinel import Sentinel

from loadtest.lab.engines import direct_url
from loadtest.lab.hosts import SENTINEL_PORT, VALKEY_NAME, Hosts

_EVERY_SECONDS = 0.1
_TIMEOUT_SECONDS = 1


@dataclass(slots=True)
class Probe:
    """`attempt` writes once, or raises. `succeeded` has the times at which it did."""

    attempt: Callable[[], None]
    succeeded: list[float] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Probe"]:
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._is_over.set()
            thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(_EVERY_SECONDS):
            with suppress(psycopg.Error, redis.RedisError, OSError):
                self.attempt()
                self.succeeded.append(time.time())


class DatabaseProbe:
    """Writes a row to the primary, and notes how far the change log of an event is."""

    def __init__(self, hosts: Hosts) -> None:
        self._url = direct_url(hosts, user="postgres")
        self._connection: psycopg.Connection[tuple[int]] | None = None
        self.event_id = 0
        self.heads: list[tuple[float, int]] = []

    def attempt(self) -> None:
        """Write once. Raises: psycopg.Error."""
        try:
            connection = self._connection or self._connect()
            connection.execute("UPDATE lab_probe SET count = count + 1")
            self._read_head(connection)
        except psycopg.Error:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            raise

    def _connect(self) -> "psycopg.Connection[tuple[int]]":
        self._connection = psycopg.connect(
            self._url,
            autocommit=True,
            tcp_user_timeout=_TIMEOUT_SECONDS * 1000,
            keepalives_idle=1,
            keepalives_interval=1,
            options="-c statement_timeout=5s",
        )
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS lab_probe AS SELECT 0::bigint AS count"
        )
        return self._connection

    def _read_head(self, connection: "psycopg.Connection[tuple[int]]") -> None:
        query = "SELECT change_seq FROM reservations_event WHERE id = %s"
        if row := connection.execute(query, [self.event_id]).fetchone():
            self.heads.append((time.time(), row[0]))


class ValkeyProbe:
    """Writes a key to the master that Sentinel names."""

    def __init__(self, hosts: Hosts) -> None:
        options = {"socket_timeout": _TIMEOUT_SECONDS, "socket_connect_timeout": _TIMEOUT_SECONDS}
        sentinels = [(host.address, SENTINEL_PORT) for host in hosts.votes]
        sentinel = Sentinel(sentinels, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
        self._client = sentinel.master_for(VALKEY_NAME, **options)  # type: ignore[no-untyped-call]

    def attempt(self) -> None:
        """Write once. Raises: redis.RedisError."""
        self._client.incr("lab-probe")
