"""What is counted of requests and of this process, and how all that is counted is shown.

The definitions of what is counted elsewhere are with those who count: `reservations.metrics`,
`realtime.metrics`.
"""

import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import cache, partial

import prometheus_client as prometheus
from asgiref.sync import iscoroutinefunction
from django.db import Error, connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from reservations.metrics import queued_commands
from reservations.write import command_queue
from web.workers import live_worker_ids, multiprocess_folder

CONTENT_TYPE = CONTENT_TYPE_LATEST
TALLY_SECONDS = 10.0
"""How long the answers of a collector that asks the database are good."""

_REFRESH_SECONDS = 1.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Answer = HttpResponseBase | Awaitable[HttpResponseBase]

# What was counted when does not interest anybody: a series for each series.
prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]

request_seconds = prometheus.Histogram(
    "seatcast_request_seconds",
    "How long Django took to answer, by route and status.",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0),
)
refusals = prometheus.Counter(
    "seatcast_refusals_total",
    "Refusals over HTTP, by the code that the client was given.",
    ["code"],
)
# What begins at one has not increased, for Prometheus: these are watched for the first.
for code in ("busy", "server_error", "unavailable"):
    refusals.labels(code)
pool_connections = prometheus.Gauge(
    "seatcast_pool_connections",
    "Connections to the database that this server's processes have, used or idle.",
    ["state"],
    multiprocess_mode="livesum",
)
pool_most = prometheus.Gauge(
    "seatcast_pool_most_connections",
    "Connections to the database that this server's processes may have.",
    multiprocess_mode="livesum",
)
pool_waiting = prometheus.Gauge(
    "seatcast_pool_waiting",
    "Threads that wait for a connection to the database.",
    multiprocess_mode="livesum",
)
pool_waits = prometheus.Counter(
    "seatcast_pool_waits_total", "Times that a thread had to wait for a connection."
)
pool_wait_seconds = prometheus.Counter(
    "seatcast_pool_wait_seconds_total", "How long threads have waited for connections, in all."
)
pool_failures = prometheus.Counter(
    "seatcast_pool_failures_total", "Times that a thread got no connection in time."
)


@sync_and_async_middleware
def with_request_metrics(
    get_response: Callable[[HttpRequest], Answer],
) -> Callable[[HttpRequest], Answer]:
    """Measure how long requests take. To be early, so that what others answer counts too."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            started = time.perf_counter()
            response: HttpResponseBase = await get_response(request)
            _count_request(request, response, started)
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response: HttpResponseBase = get_response(request)  # type: ignore[assignment]
        _count_request(request, response, started)
        return response

    return answer


@cache
def refusal(code: str) -> prometheus.Counter:
    return refusals.labels(code)


class Exposition:
    """All that is counted, as Prometheus reads it. `collectors` are asked besides.

    Those that ask the database are to be `Kept`.
    """

    def __init__(self, *collectors: Collector) -> None:
        self._counted: CollectorRegistry = prometheus.REGISTRY
        self._asked = CollectorRegistry(auto_describe=False)
        self._folder = multiprocess_folder()
        if self._folder is not None:
            self._counted = CollectorRegistry()
            MultiProcessCollector(self._counted, str(self._folder))  # type: ignore[no-untyped-call]
            self._asked.register(_Workers())
        for collector in collectors:
            self._asked.register(collector)

    def text(self) -> bytes:
        """Return it all. In a thread that may use the database."""
        _refresh()
        if self._folder is not None:
            live_worker_ids(self._folder)
        shown = prometheus.generate_latest(self._counted)
        return shown + prometheus.generate_latest(self._asked)


class CachedCollector(Collector):
    """A collector whose answers are kept for a while, and are none while the database is away."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._lock = threading.Lock()
        self._answer: list[Metric] = []
        self._until = 0.0

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._answer = list(self._collector.collect())
                except Error:
                    self._answer = []
                finally:
                    connection.close()
                self._until = time.monotonic() + TALLY_SECONDS
            return self._answer


class _Workers(Collector):
    """What the system knows of each worker; by itself the library tells of the one that answers."""

    def collect(self) -> Iterator[Metric]:
        folder = multiprocess_folder()
        families: dict[str, Metric] = {}
        for number in live_worker_ids(folder) if folder else ():
            for told in ProcessCollector(pid=partial(int, number), registry=None).collect():
                family = families.setdefault(
                    told.name, Metric(told.name, told.documentation, told.type)
                )
                family.samples += [
                    sample._replace(labels={"pid": str(number)}) for sample in told.samples
                ]
        yield from families.values()


class _Refreshing:
    """What a process knows of itself, written down now and then: another may be asked for it."""

    def __init__(self) -> None:
        self.due = 0.0
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}

    def refresh(self) -> None:
        """Write it down, unless another thread does."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self.due = time.perf_counter() + _REFRESH_SECONDS
            queued_commands.set(command_queue.queued())
            self._tell_of_the_pool()
        finally:
            self._lock.release()

    def _tell_of_the_pool(self) -> None:
        pool = getattr(connection, "pool", None)
        if pool is None:
            return
        now = pool.get_stats()
        size, idle = now.get("pool_size", 0), now.get("pool_available", 0)
        pool_connections.labels("used").set(size - idle)
        pool_connections.labels("idle").set(idle)
        pool_most.set(now.get("pool_max", 0))
        pool_waiting.set(now.get("requests_waiting", 0))
        before, self._seen = self._seen, now
        for counter, name, unit in (
            (pool_waits, "requests_queued", 1),
            (pool_wait_seconds, "requests_wait_ms", 1000),
            (pool_failures, "requests_errors", 1),
        ):
            counter.inc((now.get(name, 0) - before.get(name, 0)) / unit)


_refreshing = _Refreshing()
_refresh = _refreshing.refresh


def _count_request(request: HttpRequest, response: HttpResponseBase, started: float) -> None:
    match = request.resolver_match
    route = _route(match.route) if match else "none"
    method = request.method if request.method in _METHODS else "other"
    count_request(method, route, response.status_code, started=started)


def count_request(method: str, route: str, status: int, *, started: float) -> None:
    """Count an answer to a request that came at `started`, by `time.perf_counter`."""
    now = time.perf_counter()
    _request(method, route, status).observe(now - started)
    if now >= _refreshing.due:
        _refreshing.refresh()


@cache
def _request(method: str, route: str, status: int) -> prometheus.Histogram:
    return request_seconds.labels(method, route, str(status))


def _route(route: str) -> str:
    """Return a route's name: the admin's many are one, and what is the client's to route is too."""
    if route.startswith("admin/"):
        return "admin/"
    return "client" if route.startswith("^") else route
