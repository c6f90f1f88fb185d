"""Prometheus metrics of requests and of the process, and the exposition of all metrics.

Other metrics are defined in `reservations.runtime.metrics` and `realtime.metrics`.
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

from config.web.workers import live_worker_ids, multiprocess_folder
from reservations.bookings import command_queue
from reservations.runtime.metrics import queued_commands

CONTENT_TYPE = CONTENT_TYPE_LATEST
COLLECTOR_CACHE_SECONDS = 10.0
"""How long the results of a collector that queries the database are cached."""

_REFRESH_SECONDS = 1.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

AnyResponse = HttpResponseBase | Awaitable[HttpResponseBase]

# Omit the `_created` series, which would double the number of series.
prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]

request_seconds = prometheus.Histogram(
    "seatcast_request_seconds",
    "Duration of requests, by route and status.",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0),
)
refusals = prometheus.Counter(
    "seatcast_refusals_total",
    "Error responses over HTTP, by code.",
    ["code"],
)
# Initialise these at 0, so that `increase()` counts the first one.
for code in ("busy", "server_error", "unavailable"):
    refusals.labels(code)
pool_connections = prometheus.Gauge(
    "seatcast_pool_connections",
    "Database connections of this server's processes, by state: used or idle.",
    ["state"],
    multiprocess_mode="livesum",
)
pool_most = prometheus.Gauge(
    "seatcast_pool_most_connections",
    "Maximum number of database connections of this server's processes.",
    multiprocess_mode="livesum",
)
pool_waiting = prometheus.Gauge(
    "seatcast_pool_waiting",
    "Threads that wait for a database connection.",
    multiprocess_mode="livesum",
)
pool_waits = prometheus.Counter(
    "seatcast_pool_waits_total", "Times that a thread waited for a database connection."
)
pool_wait_seconds = prometheus.Counter(
    "seatcast_pool_wait_seconds_total", "Total time that threads waited for database connections."
)
pool_failures = prometheus.Counter(
    "seatcast_pool_failures_total", "Times that waiting for a database connection timed out."
)


@sync_and_async_middleware
def with_request_metrics(
    get_response: Callable[[HttpRequest], AnyResponse],
) -> Callable[[HttpRequest], AnyResponse]:
    """Measure the duration of requests. Place it early to include other middleware's responses."""
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponseBase:
            started = time.perf_counter()
            response: HttpResponseBase = await get_response(request)
            _count_request(request, response, started)
            return response

        return respond_async

    def respond(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response: HttpResponseBase = get_response(request)  # type: ignore[assignment]
        _count_request(request, response, started)
        return response

    return respond


@cache
def refusal(code: str) -> prometheus.Counter:
    return refusals.labels(code)


class Exposition:
    """All metrics in Prometheus's text format. `collectors` are collected at each scrape.

    Wrap collectors that query the database in `CachedCollector`.
    """

    def __init__(self, *collectors: Collector) -> None:
        self._registry: CollectorRegistry = prometheus.REGISTRY
        self._collected = CollectorRegistry(auto_describe=False)
        self._folder = multiprocess_folder()
        if self._folder is not None:
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry, str(self._folder))  # type: ignore[no-untyped-call]
            self._collected.register(_WorkerCollector())
        for collector in collectors:
            self._collected.register(collector)

    def text(self) -> bytes:
        """Return all metrics. Call it in a thread, because it may query the database."""
        _gauges.refresh()
        if self._folder is not None:
            live_worker_ids(self._folder)
        shown = prometheus.generate_latest(self._registry)
        return shown + prometheus.generate_latest(self._collected)


class CachedCollector(Collector):
    """Caches a collector's results for a while. Yields none while the database is away."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._lock = threading.Lock()
        self._cached: list[Metric] = []
        self._until = 0.0

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._cached = list(self._collector.collect())
                except Error:
                    self._cached = []
                finally:
                    connection.close()
                self._until = time.monotonic() + COLLECTOR_CACHE_SECONDS
            return self._cached


class _WorkerCollector(Collector):
    """CPU and memory of each worker; the library itself reports only the scraped process."""

    def collect(self) -> Iterator[Metric]:
        folder = multiprocess_folder()
        families: dict[str, Metric] = {}
        for number in live_worker_ids(folder) if folder else ():
            for metric in ProcessCollector(pid=partial(int, number), registry=None).collect():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                family.samples += [
                    sample._replace(labels={"pid": str(number)}) for sample in metric.samples
                ]
        yield from families.values()


class _GaugeUpdater:
    """Updates the gauges of this process periodically: another process may be the one scraped."""

    def __init__(self) -> None:
        self.due = 0.0
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}

    def refresh(self) -> None:
        """Update the gauges, unless another thread is doing so."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self.due = time.perf_counter() + _REFRESH_SECONDS
            queued_commands.set(command_queue.queued())
            self._set_pool_metrics()
        finally:
            self._lock.release()

    def _set_pool_metrics(self) -> None:
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


_gauges = _GaugeUpdater()


def _count_request(request: HttpRequest, response: HttpResponseBase, started: float) -> None:
    match = request.resolver_match
    route = _route(match.route) if match else "none"
    method = request.method if request.method in _METHODS else "other"
    now = time.perf_counter()
    _request(method, route, response.status_code).observe(now - started)
    if now >= _gauges.due:
        _gauges.refresh()


@cache
def _request(method: str, route: str, status: int) -> prometheus.Histogram:
    return request_seconds.labels(method, route, str(status))


def _route(route: str) -> str:
    """Return the label of a route. The admin's routes share one, and so do the client's."""
    if route.startswith("admin/"):
        return "admin/"
    return "client" if route.startswith("^") else route
