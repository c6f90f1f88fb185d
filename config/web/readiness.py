"""Whether this process can serve requests, checked at most once a second."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from infrastructure.shared_cache.redis_servers import ServerPool

CACHE_SECONDS = 1.0
TIMEOUT_SECONDS = 2.0
"""How long to wait for the database. If it needs longer, the process is not ready. Also how long to
wait for the first check of Redis, which never makes a process unready."""
REDIS_TIMEOUT_SECONDS = 1.0
REDIS_WAIT_SECONDS = 0.25
"""How long to wait for later checks of Redis, which go on."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a process depends on.

    `redis` is None if it is not used; it never makes a process unready.
    """

    database: bool
    migrations: bool
    redis: bool | None

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations

    def as_data(self) -> dict[str, bool | None]:
        return {"ready": self.is_ready, **asdict(self)}


class ReadinessCheck:
    """What this process depends on. A Redis that does not answer delays probes only briefly."""

    def __init__(self) -> None:
        self._is_migrated = False
        self._database = _Check(self._has_database, name="readiness")
        self._redis: _Check | None = None
        if settings.REDIS_URL:
            seconds = REDIS_TIMEOUT_SECONDS
            pool = ServerPool.from_url(
                settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds
            )
            client = redis.Redis(connection_pool=pool)
            self._redis = _Check(lambda: _answers(client), name="readiness-redis")

    def readiness(self) -> Readiness:
        """Return results at most CACHE_SECONDS old; wait for them up to TIMEOUT_SECONDS."""
        if self._redis:
            # Before the wait for the database, so that both run at the same time.
            self._redis.start_if_due()
        has_database = self._database.result(TIMEOUT_SECONDS)
        return Readiness(
            database=has_database,
            migrations=self._is_migrated,
            redis=self._redis.last_result(REDIS_WAIT_SECONDS) if self._redis else None,
        )

    def _has_database(self) -> bool:
        try:
            if not self._is_migrated:
                # A database with newer migrations than this version is usable too.
                executor = MigrationExecutor(connection)
                leaves = executor.loader.graph.leaf_nodes()
                self._is_migrated = not executor.migration_plan(leaves)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            return False
        finally:
            connection.close()
        return True


class _Check:
    """A check that runs in a thread of its own, so that it blocks no more than one if it hangs."""

    def __init__(self, check: Callable[[], bool], *, name: str) -> None:
        self._run = check
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._latest: tuple[float, Future[bool]] | None = None
        # The check before the latest one.
        self._ended: Future[bool] | None = None

    def start_if_due(self) -> "tuple[float, Future[bool]]":
        """Return when the latest check began, and its future; start one if that is old and done."""
        with self._lock:
            now = time.monotonic()
            if self._latest is None or (
                now >= self._latest[0] + CACHE_SECONDS and self._latest[1].done()
            ):
                self._ended = self._latest[1] if self._latest else None
                self._latest = now, self._thread.submit(self._run)
            return self._latest

    def result(self, seconds: float) -> bool:
        """Return the result of the latest check; False if it takes longer.

        The time counts from the check's beginning, so that of the many probes that meet a check
        that hangs only the first ones wait, and the others do not queue behind them.
        """
        began_at, check = self.start_if_due()
        return _result(check, until=began_at + seconds, otherwise=False)

    def last_result(self, seconds: float) -> bool:
        """Return the result of the latest check; if it takes longer, of the one before it.

        The first check may take as long as the database's.
        """
        began_at, check = self.start_if_due()
        if self._ended is None:
            return _result(check, until=began_at + TIMEOUT_SECONDS, otherwise=False)
        return _result(check, until=began_at + seconds, otherwise=self._ended.result())


def _result(check: Future[bool], *, until: float, otherwise: bool) -> bool:
    try:
        return check.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        return otherwise


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
