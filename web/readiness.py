"""Whether this process can serve requests, checked at most once a second."""

import threading
import time
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
    """Checks in a single thread, so that a hanging database blocks no more than one."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._check: Future[Readiness] | None = None
        self._good_until = 0.0
        self._is_migrated = False
        self._redis = (
            redis.Redis(
                connection_pool=ServerPool.from_url(
                    settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
                )
            )
            if settings.REDIS_URL
            else None
        )

    def readiness(self) -> Readiness:
        """Return a result at most CACHE_SECONDS old; wait for it up to TIMEOUT_SECONDS."""
        with self._lock:
            is_old = time.monotonic() >= self._good_until
            if self._check is None or (is_old and self._check.done()):
                self._check = self._thread.submit(self._run)
                self._good_until = time.monotonic() + CACHE_SECONDS
            check = self._check
        try:
            return check.result(TIMEOUT_SECONDS)
        except TimeoutError:
            return Readiness(database=False, migrations=self._is_migrated, redis=None)

    def _run(self) -> Readiness:
        is_up = self._has_database()
        return Readiness(database=is_up, migrations=self._is_migrated, redis=self._has_redis())

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

    def _has_redis(self) -> bool | None:
        if self._redis is None:
            return None
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False
