"""Errors 503 change nothing and say when to try again."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from reservations.bookings import command_queue
from tests.contract.calls import CALLS, COMMANDS, Call, few, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import with_token

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    "kind", [OperationalError, pytest.param(InterfaceError, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("call", few(CALLS))
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_the_tests_thread")
def test_without_the_database_calls_are_503(
    call: Call, kind: type[Exception], office: BoxOffice
) -> None:
    clients = [office.browser(office.alice), with_token(office.alice)]
    before = office.state()

    def away(*_: object) -> None:
        raise kind("the database has gone away")

    for client in clients[: 1 if call.needs == "csrf" else 2]:
        with connection.execute_wrapper(away):
            response = office.send(call, client)
        if call.path == "/api/csrf/":
            assert response.status_code == 200
        else:
            refusal(response, 503, "unavailable")
    assert office.state() == before


@pytest.mark.parametrize("call", few(COMMANDS))
def test_with_a_full_command_queue_calls_are_503(
    call: Call, office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_queue, "MAX_QUEUED_COMMANDS", 0)
    before = office.state()
    refusal(office.send(call), 503, "busy")
    assert office.state() == before
