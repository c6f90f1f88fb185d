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

from realtime.redis_servers import ServerPool

CACHE_SECONDS = 1.0
TIMEOUT_SECONDS = 2.0
"""How long to wait for the database. If it needs longer, the process is not ready."""
REDIS_TIMEOUT_SECONDS = 1.0
REDIS_WAIT_SECONDS = 0.25
"""How long to wait for Redis, whose check goes on. It never makes a process unready."""


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
    """What this process depends on. A Redis that does not answer delays nothing."""

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
        redis_check = self._redis.started() if self._redis else None
        has_database = _result(self._database.started(), TIMEOUT_SECONDS)
        return Readiness(
            database=has_database,
            migrations=self._is_migrated,
            redis=_result(redis_check, REDIS_WAIT_SECONDS) if redis_check else None,
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
        self._latest: Future[bool] | None = None
        self._good_until = 0.0

    def started(self) -> "Future[bool]":
        """Return the running check, or the last one if it is recent, or else a new one."""
        with self._lock:
            is_old = time.monotonic() >= self._good_until
            if self._latest is None or (is_old and self._latest.done()):
                self._latest = self._thread.submit(self._run)
                self._good_until = time.monotonic() + CACHE_SECONDS
            return self._latest


def _result(check: "Future[bool]", seconds: float) -> bool:
    """Return the result of a check; False if it takes longer."""
    try:
        return check.result(seconds)
    except TimeoutError:
        return False


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
