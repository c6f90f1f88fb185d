"""How long the engines and the site are away.

The engines' probes know nothing of the site. Each writes again and again, on a new connection after
each failure, and notes when it could.
"""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
import redis
from redis.sentinel import Sentinel

from deploy.address import Address
from laboratory.cluster.engines import direct_url
from laboratory.cluster.hosts import SENTINEL_PORT, VALKEY_NAME, Hosts

_EVERY_SECONDS = 0.1
_TIMEOUT_SECONDS = 1
COMMAND_EVERY_SECONDS = 0.2
_COMMAND_TIMEOUT_SECONDS = 5
# No event has this seat: to refuse the command the site locks the event and reads its seats.
_NO_SEAT = 2**31 - 1


@dataclass(slots=True)
class Probe:
    """`attempt` writes once, or raises. `succeeded` has the times at which it did."""

    attempt: Callable[[], None]
    every_seconds: float = _EVERY_SECONDS
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
        while not self._is_over.wait(self.every_seconds):
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


class SiteProbe:
    """Sends the site a command several times a second, whether or not the last one was answered.

    It is what newcomers see. The lab's few buyers each wait for an answer before they ask again, so
    while all of them wait for a lost host, they cannot see that the site works. The `addresses` are
    asked in turn. `decided` has the times of the answers.
    """

    def __init__(self, addresses: Sequence[Address], *, event_id: int, token: str) -> None:
        self._addresses = itertools.cycle(addresses)
        self._path = f"/api/events/{event_id}/lock/"
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self.decided: list[float] = []

    def attempt(self) -> None:
        """Send a command, and do not wait for the answer."""
        threading.Thread(target=self._ask, args=[next(self._addresses)], daemon=True).start()

    def _ask(self, address: Address) -> None:
        server = address.client(timeout=_COMMAND_TIMEOUT_SECONDS)
        with suppress(OSError, http.client.HTTPException, ValueError):
            server.request("POST", self._path, json.dumps({"seat_ids": [_NO_SEAT]}), self._headers)
            if is_decided(server.getresponse()):
                self.decided.append(time.time())
        server.close()


def is_decided(response: http.client.HTTPResponse) -> bool:
    """Return whether the command was refused by the rules, which know that there is no such seat.

    Raises: ValueError, http.client.HTTPException, OSError.
    """
    return bool(json.loads(response.read()).get("code") == "seat_not_found")
