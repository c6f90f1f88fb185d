"""What is asked by machines that look after this one: `/healthz`, `/readyz` and `/metrics`.

Answered in front of Django, whose check of the host's name would refuse them: whoever asks knows
a process by its address. Of these the proxy tells whether the site is ready, and nothing else.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from web.metrics import CONTENT_TYPE, Exposition
from web.readiness import ReadinessCheck

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    status: HTTPStatus
    content_type: str
    body: bytes


class Probes:
    """The answers of one process. `is_ending` tells whether it was asked to end."""

    def __init__(
        self, *collectors: Collector, is_ending: Callable[[], bool] = lambda: False
    ) -> None:
        self._is_ending = is_ending
        self._watch = ReadinessCheck()
        self._exposition = Exposition(_Up(self._watch), *collectors)
        self._answers = {
            "/healthz": self._health,
            "/readyz": self._readiness,
            "/metrics": self._metrics,
        }

    def answer_to(self, path: str) -> Callable[[], Reply] | None:
        """Return what answers a path; None if that is Django's. May use the database."""
        return self._answers.get(path)

    def _health(self) -> Reply:
        """That this is answered says it all."""
        return Reply(HTTPStatus.OK, _JSON, b'{"healthy":true}')

    def _readiness(self) -> Reply:
        found = self._watch.readiness()
        is_ending = self._is_ending()
        is_ready = found.is_ready and not is_ending
        data = {**found.as_data(), "ending": is_ending, "ready": is_ready}
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Reply(status, _JSON, orjson.dumps(data))

    def _metrics(self) -> Reply:
        return Reply(HTTPStatus.OK, CONTENT_TYPE, self._exposition.text())


def with_probes(application: Any, probes: Probes) -> Any:
    """Return an ASGI application that answers the probes, and leaves the rest to another."""
    threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="probes")

    async def probed(scope: Any, receive: Any, send: Any) -> None:
        answer = probes.answer_to(scope["path"])
        if answer is None:
            await application(scope, receive, send)
            return
        reply = await asyncio.get_running_loop().run_in_executor(threads, answer)
        start = {"type": "http.response.start", "status": int(reply.status)}
        await send({**start, "headers": _headers(reply)})
        await send({"type": "http.response.body", "body": reply.body})

    return probed


def with_probes_for_wsgi(application: Any, probes: Probes) -> Any:
    """Return a WSGI application that does as `with_probes` does."""

    def probed(environ: Any, start_response: Any) -> Any:
        answer = probes.answer_to(environ.get("PATH_INFO", ""))
        if answer is None:
            return application(environ, start_response)
        reply = answer()
        headers = [(name.decode(), value.decode()) for name, value in _headers(reply)]
        start_response(f"{reply.status.value} {reply.status.phrase}", headers)
        return [reply.body]

    return probed


class _Up(Collector):
    """Whether what this process needs is there, as numbers."""

    def __init__(self, watch: ReadinessCheck) -> None:
        self._watch = watch

    def collect(self) -> Iterable[Metric]:
        found = self._watch.readiness()
        yield GaugeMetricFamily(
            "seatcast_database_up", "Whether the database answers.", value=found.database
        )
        if found.redis is not None:
            yield GaugeMetricFamily(
                "seatcast_redis_up", "Whether Redis answers.", value=found.redis
            )


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    return [
        (b"Content-Type", reply.content_type.encode()),
        (b"Content-Length", str(len(reply.body)).encode()),
        (b"Cache-Control", b"no-store"),
    ]
