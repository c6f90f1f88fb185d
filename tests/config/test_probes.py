"""What machines that look after a process are told, whatever name they call it by."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from config.probes import Probes, with_probes, with_probes_wsgi

pytestmark = pytest.mark.django_db(transaction=True)

Told = tuple[int, bytes]

# It is not typed.
_communicator: Any = ApplicationCommunicator


async def _elsewhere(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _by_asgi(probes: Probes, path: str) -> Told:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"10.0.0.7")]}
    peer: Any = _communicator(with_probes(_elsewhere, probes), scope)
    start, body = await peer.receive_output(5), await peer.receive_output(5)
    return start["status"], body["body"]


def _by_wsgi(probes: Probes, path: str) -> Told:
    told: list[int] = []

    def start_response(status: str, headers: Any) -> None:
        told.append(int(status.split()[0]))

    def elsewhere(environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return [b""]

    body = with_probes_wsgi(elsewhere, probes)({"PATH_INFO": path}, start_response)
    return told[0], b"".join(body)


def _readiness(probes: Probes) -> tuple[int, dict[str, Any]]:
    status, body = _by_wsgi(probes, "/readyz")
    return status, json.loads(body)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/healthz", b"healthy"),
        ("/readyz", b'"ready":true'),
        ("/metrics", b"seatcast_database_up 1"),
    ],
)
async def test_both_kinds_of_servers_answer_by_themselves(path: str, wanted: bytes) -> None:
    probes = Probes()
    for status, body in (await _by_asgi(probes, path), _by_wsgi(probes, path)):
        assert status == 200
        assert wanted in body


async def test_everything_else_is_left_to_the_site() -> None:
    assert await _by_asgi(Probes(), "/healthz/") == (404, b"")
    assert _by_wsgi(Probes(), "/") == (404, b"")


def test_a_process_is_not_ready_before_its_migrations_are_applied() -> None:
    with _one_migration_less():
        status, found = _readiness(Probes())
    assert (status, found["database"], found["migrations"]) == (503, True, False)


def test_a_process_that_is_to_end_is_not_ready_and_still_healthy() -> None:
    probes = Probes(is_ending=lambda: True)
    assert _readiness(probes)[0] == 503
    assert _by_wsgi(probes, "/healthz")[0] == 200


def test_redis_away_is_told_and_is_no_reason_to_be_unready(settings: Settings) -> None:
    # Nobody listens there.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    probes = Probes()
    status, found = _readiness(probes)
    assert (status, found["ready"], found["redis"]) == (200, True, False)
    assert b"seatcast_redis_up 0" in _by_wsgi(probes, "/metrics")[1]


@contextmanager
def _one_migration_less() -> Iterator[None]:
    recorder = MigrationRecorder(connection)
    app, name = max(key for key in recorder.applied_migrations() if key[0] == "reservations")
    recorder.record_unapplied(app, name)
    try:
        yield
    finally:
        recorder.record_applied(app, name)
