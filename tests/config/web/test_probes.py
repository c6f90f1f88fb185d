"""Health, readiness and metrics, whatever host name they are requested by."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event
from typing import Any, ClassVar

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from config.version import VERSION
from config.web import readiness
from config.web.probes import Probes, with_probes

pytestmark = pytest.mark.django_db(transaction=True)

Response = tuple[int, bytes]

# asgiref does not type it.
_communicator: Any = ApplicationCommunicator


async def _not_found(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _request_async(probes: Probes, path: str) -> Response:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"10.0.0.7")]}
    peer: Any = _communicator(with_probes(_not_found, probes), scope)
    start, body = await peer.receive_output(120), await peer.receive_output(120)
    return start["status"], body["body"]


def _request(probes: Probes, path: str) -> Response:
    return async_to_sync(_request_async)(probes, path)


def _readiness(probes: Probes) -> tuple[int, dict[str, Any]]:
    status, body = _request(probes, "/readyz")
    return status, json.loads(body)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/healthz", f'{{"healthy":true,"version":"{VERSION}"}}'.encode()),
        ("/readyz", b'"ready":true'),
        ("/metrics", b"seatcast_database_up 1"),
    ],
)
def test_probes_respond_to_any_host(path: str, wanted: bytes) -> None:
    status, body = _request(Probes(), path)
    assert status == 200
    assert wanted in body


def test_other_paths_are_passed_on() -> None:
    assert _request(Probes(), "/healthz/") == (404, b"")
    assert _request(Probes(), "/") == (404, b"")


def test_a_process_is_not_ready_before_its_migrations_are_applied() -> None:
    with _one_migration_less():
        status, found = _readiness(Probes())
    assert (status, found["database"], found["migrations"]) == (503, True, False)


def test_a_process_that_is_shutting_down_is_healthy_but_not_ready() -> None:
    probes = Probes(is_shutting_down=lambda: True)
    assert _readiness(probes)[0] == 503
    assert _request(probes, "/healthz")[0] == 200


def test_an_unavailable_redis_is_reported_but_leaves_the_process_ready(settings: Settings) -> None:
    # Nothing listens on this port.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    probes = Probes()
    status, found = _readiness(probes)
    assert (status, found["ready"], found["redis"]) == (200, True, False)
    assert b"seatcast_redis_up 0" in _request(probes, "/metrics")[1]


def test_a_redis_that_hangs_leaves_a_server_ready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "REDIS_TIMEOUT_SECONDS", 3_600.0)
    # Connections are made, and nothing reads from them.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        probes = Probes()
        for _ in range(2):
            status, found = _readiness(probes)
            assert (status, found["database"], found["redis"]) == (200, True, False)
        connection_of_the_check, _ = silent.accept()
        # Which is still waiting.
        connection_of_the_check.close()


def test_who_meets_a_check_that_has_hung_for_long_does_not_wait() -> None:
    class Hanging(Future[bool]):
        waits: ClassVar[list[float | None]] = []

        def result(self, timeout: float | None = None) -> bool:
            self.waits.append(timeout)
            raise TimeoutError

    check = readiness._Check(lambda: True, name="hanging")
    began_at = time.monotonic() - 10
    check._latest = began_at, Hanging()
    assert not check.result(2.0)
    assert Hanging.waits == [0.0]


@pytest.mark.parametrize("before", [True, False])
def test_while_a_check_takes_long_the_one_before_it_counts(before: bool) -> None:
    check = readiness._Check(lambda: not before, name="slow")
    check._ended = Future()
    check._ended.set_result(before)
    check._latest = time.monotonic(), Future()
    assert check.last_result(0.0) is before


def test_the_check_that_has_ended_counts_when_the_next_one_takes_long() -> None:
    is_over = Event()
    check = readiness._Check(is_over.wait, name="slow")
    ended: Future[bool] = Future()
    ended.set_result(True)
    check._latest = time.monotonic() - readiness.CACHE_SECONDS, ended
    try:
        assert check.last_result(0.0)
    finally:
        is_over.set()


@contextmanager
def _one_migration_less() -> Iterator[None]:
    recorder = MigrationRecorder(connection)
    app, name = max(key for key in recorder.applied_migrations() if key[0] == "reservations")
    recorder.record_unapplied(app, name)
    try:
        yield
    finally:
        recorder.record_applied(app, name)
