"""Whether this process can do its work, found out at most once a second."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

GOOD_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
"""How long to wait for the database; who needs longer than that to say yes does not serve."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a process needs. `redis` is None where it is not used, and nothing depends on it."""

    database: bool
    migrations: bool
    redis: bool | None

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations

    def as_data(self) -> dict[str, bool | None]:
        return {"ready": self.is_ready, **asdict(self)}


class ReadinessCheck:
    """Finds out, in one thread of its own, so that a database that hangs keeps one and no more."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._finding: Future[Readiness] | None = None
        self._good_until = 0.0
        self._is_migrated = False
        self._redis = (
            redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
            if settings.REDIS_URL
            else None
        )

    def readiness(self) -> Readiness:
        """Return what is known, at most GOOD_SECONDS old; wait for it up to PATIENCE_SECONDS."""
        with self._lock:
            is_old = time.monotonic() >= self._good_until
            if self._finding is None or (is_old and self._finding.done()):
                self._finding = self._thread.submit(self._find_out)
                self._good_until = time.monotonic() + GOOD_SECONDS
            finding = self._finding
        try:
            return finding.result(PATIENCE_SECONDS)
        except TimeoutError:
            return Readiness(database=False, migrations=self._is_migrated, redis=None)

    def _find_out(self) -> Readiness:
        is_up = self._has_database()
        return Readiness(database=is_up, migrations=self._is_migrated, redis=self._has_redis())

    def _has_database(self) -> bool:
        try:
            if not self._is_migrated:
                # A database that is further than this version is one that it can work with.
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
