"""By default no response names the holder of a seat.

`tests/realtime/test_names.py` tests the same for sockets.
"""

import pytest
from pytest_django import Settings

from config.environment import read_environment
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = pytest.mark.any_database

OTHERS = (b"alice", b"bob")


@pytest.fixture(autouse=True)
def _by_default(settings: Settings) -> None:
    settings.SEATCAST_SHOW_NAMES = read_environment({}).show_names


def test_no_response_names_the_holder_of_a_seat(office: BoxOffice) -> None:
    event = f"/api/events/{office.event.pk}"
    carol = office.browser(office.carol)
    for client in (stranger(), carol):
        for path in ("/api/events/", f"{event}/", f"{event}/seats/", _layout(office)):
            answer = client.get(path)
            assert answer.status_code == 200
            assert not any(name in answer.content for name in OTHERS)
    for seat in (office.held, office.held_by_bob, office.booked):
        for call in ("lock", "unlock"):
            answer = carol.post(f"{event}/seats/{seat}/{call}/")
            assert answer.status_code == 409
            assert not any(name in answer.content for name in OTHERS)
    body = {"seat_ids": [office.held_by_bob, office.booked], "payment_method": "cash"}
    for call in ("lock", "unlock", "extend", "reserve"):
        answer = carol.post(f"{event}/{call}/", body, content_type="application/json")
        assert 400 <= answer.status_code < 500
        assert not any(name in answer.content for name in OTHERS)


def _layout(office: BoxOffice) -> str:
    return f"/api/events/{office.event.pk}/layouts/{office.event.layout}/"
