"""Health, readiness and metrics: `/healthz`, `/readyz` and `/metrics`.

Answered in front of Django, whose check of the host name would refuse them, because orchestrators
address a process by its IP. The proxy exposes only `/readyz` publicly.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import orjson
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.web.metrics import CONTENT_TYPE, Exposition
from config.web.readiness import ReadinessCheck
from config.web.replies import Reply, healthy, send_reply

_JSON = "application/json"


class Probes:
    """The probes of one process. `is_shutting_down` returns whether the process is stopping.

    `answers_health` is False where a thread for requests does so (`config.web.wsgi_threads`).
    """

    def __init__(
        self,
        *collectors: Collector,
        is_shutting_down: Callable[[], bool] = lambda: False,
        answers_health: bool = True,
    ) -> None:
        self._is_shutting_down = is_shutting_down
        self._check = ReadinessCheck()
        self._exposition = Exposition(_UpCollector(self._check), *collectors)
        self._probes = {"/readyz": self._readiness, "/metrics": self._metrics}
        if answers_health:
            self._probes["/healthz"] = self._health

    def probe(self, path: str) -> Callable[[], Reply] | None:
        """Return the function that answers `path`, or None. It may query the database."""
        return self._probes.get(path)

    def _health(self) -> Reply:
        """Return 200: being able to respond is the check."""
        return healthy()

    def _readiness(self) -> Reply:
        readiness = self._check.readiness()
        is_shutting_down = self._is_shutting_down()
        is_ready = readiness.is_ready and not is_shutting_down
        data = {**readiness.as_data(), "ending": is_shutting_down, "ready": is_ready}
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return _reply(status, _JSON, orjson.dumps(data))

    def _metrics(self) -> Reply:
        return _reply(HTTPStatus.OK, CONTENT_TYPE, self._exposition.text())


def with_probes(application: Any, probes: Probes) -> Any:
    """Return an ASGI application that answers the probes and passes other requests on."""
    threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="probes")

    async def respond(scope: Any, receive: Any, send: Any) -> None:
        probe = probes.probe(scope["path"])
        if probe is None:
            await application(scope, receive, send)
            return
        reply = await asyncio.get_running_loop().run_in_executor(threads, probe)
        await send_reply(reply, send)

    return respond


class _UpCollector(Collector):
    """Gauges of whether the database and Redis respond."""

    def __init__(self, check: ReadinessCheck) -> None:
        self._check = check

    def collect(self) -> Iterable[Metric]:
        readiness = self._check.readiness()
        yield GaugeMetricFamily(
            "seatcast_database_up", "Whether the database responds.", value=readiness.database
        )
        if readiness.redis is not None:
            yield GaugeMetricFamily(
                "seatcast_redis_up", "Whether Redis responds.", value=readiness.redis
            )


def _reply(status: HTTPStatus, content_type: str, body: bytes) -> Reply:
    return Reply(status, {"Content-Type": content_type, "Cache-Control": "no-store"}, body)
