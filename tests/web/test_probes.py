"""What machines that look after a process are told, whatever name they call it by."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from web.probes import Probes, with_probes

pytestmark = pytest.mark.django_db(transaction=True)

PollAnswer = tuple[int, bytes]

# It is not typed.
_communicator: Any = ApplicationCommunicator


async def _elsewhere(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _asked(probes: Probes, path: str) -> PollAnswer:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"10.0.0.7")]}
    peer: Any = _communicator(with_probes(_elsewhere, probes), scope)
    start, body = await peer.receive_output(5), await peer.receive_output(5)
    return start["status"], body["body"]


def _ask(probes: Probes, path: str) -> PollAnswer:
    return async_to_sync(_asked)(probes, path)


def _readiness(probes: Probes) -> tuple[int, dict[str, Any]]:
    status, body = _ask(probes, "/readyz")
    return status, json.loads(body)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/healthz", b"healthy"),
        ("/readyz", b'"ready":true'),
        ("/metrics", b"seatcast_database_up 1"),
    ],
)
def test_a_server_answers_by_itself(path: str, wanted: bytes) -> None:
    status, body = _ask(Probes(), path)
    assert status == 200
    assert wanted in body


def test_everything_else_is_left_to_the_site() -> None:
    assert _ask(Probes(), "/healthz/") == (404, b"")
    assert _ask(Probes(), "/") == (404, b"")


def test_a_process_is_not_ready_before_its_migrations_are_applied() -> None:
    with _one_migration_less():
        status, found = _readiness(Probes())
    assert (status, found["database"], found["migrations"]) == (503, True, False)


def test_a_process_that_is_to_end_is_not_ready_and_still_healthy() -> None:
    probes = Probes(is_shutting_down=lambda: True)
    assert _readiness(probes)[0] == 503
    assert _ask(probes, "/healthz")[0] == 200


def test_redis_away_is_told_and_is_no_reason_to_be_unready(settings: Settings) -> None:
    # Nobody listens there.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    probes = Probes()
    status, found = _readiness(probes)
    assert (status, found["ready"], found["redis"]) == (200, True, False)
    assert b"seatcast_redis_up 0" in _ask(probes, "/metrics")[1]


@contextmanager
def _one_migration_less() -> Iterator[None]:
    recorder = MigrationRecorder(connection)
    app, name = max(key for key in recorder.applied_migrations() if key[0] == "reservations")
    recorder.record_unapplied(app, name)
    try:
        yield
    finally:
        recorder.record_applied(app, name)
