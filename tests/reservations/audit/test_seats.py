"""`manage.py verify_ledger` reports seats that differ from the log."""

from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection

from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.reservations.audit.histories import run
from tests.reservations.audit.past import AVAILABLE, Past

pytestmark = pytest.mark.django_db


def test_an_unchanged_history_passes(past: Past) -> None:
    past.expect()
    assert run("verify_ledger") == (
        "1 event, 24 changes, 8 seats, 3 reservations, 2 payments: no difference.\n"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda past: past.seat("A4", **AVAILABLE),
            [
                "seat A4: the log says locked, held by bob, until 2*, locked at 2*, extended 1"
                " times; the seat says available, held by nobody, until never, locked at never,"
                " extended 0 times"
            ],
            id="freed",
        ),
        pytest.param(
            lambda past: past.seat("A4", locked_by=past.alice.id),
            ["seat A4: the log says held by bob; the seat says held by alice"],
            id="held by somebody else",
        ),
        pytest.param(
            lambda past: past.seat("A4", locked_until=past.clock.now + timedelta(hours=1)),
            ["seat A4: the log says until 2*Z; the seat says until 2*Z"],
            id="held for longer",
        ),
        pytest.param(
            lambda past: past.seat("A4", locked_at=past.clock.now),
            ["seat A4: the log says locked at 2*; the seat says locked at 2*"],
            id="locked at another time",
        ),
        pytest.param(
            lambda past: past.seat("A4", extensions=0),
            ["seat A4: the log says extended 1 times; the seat says extended 0 times"],
            id="extensions forgotten",
        ),
        pytest.param(
            lambda past: past.seat("A7", lapsed_holder=past.alice.id),
            ["seat A7: the log says lapsed for bob; the seat says lapsed for alice"],
            id="lapsed for somebody else",
        ),
        pytest.param(
            lambda past: past.seat("A4", version=17),
            ["seat A4: the log says change 18; the seat says change 17"],
            id="version of an earlier change",
        ),
        pytest.param(
            lambda past: past.seat("A8", status=SeatStatus.BLOCKED),
            ["seat A8: the log says available; the seat says blocked"],
            id="a seat that the log does not know",
        ),
        pytest.param(
            lambda past: past.seat("A5", status=SeatStatus.AVAILABLE),
            ["seat A5: the log says blocked; the seat says available"],
            id="unblocked",
        ),
        pytest.param(
            lambda past: past.seat("A3", reservation=past.paid),
            [
                "seat A3: the log says reservation {cash}; the seat says reservation {paid}",
                "seat A3: sold with reservation {cash} as live reservations say;"
                " the seat says reservation {paid}",
            ],
            id="sold with another reservation",
        ),
        pytest.param(
            lambda past: past.seat("A3", **AVAILABLE),
            [
                "seat A3: the log says reserved, reservation {cash};"
                " the seat says available, no reservation",
                "seat A3: sold with reservation {cash} as live reservations say;"
                " the seat says no reservation",
            ],
            id="sold, and open again",
        ),
        pytest.param(
            lambda past: past.seat("A8", status=SeatStatus.RESERVED, reservation=past.cash),
            [
                "seat A8: the log says available, no reservation;"
                " the seat says reserved, reservation {cash}",
                "seat A8: sold with no reservation as live reservations say;"
                " the seat says reservation {cash}",
            ],
            id="reserved, and sold to nobody",
        ),
    ],
)
def test_a_changed_seat_is_reported(
    past: Past, change: Callable[[Past], None], expected: list[str]
) -> None:
    change(past)
    past.expect(*expected)


def test_a_seat_moved_from_another_event_is_reported(past: Past) -> None:
    other = Event.objects.create(name="Other", venue="", date=past.event.date, price=1)
    Seat.objects.filter(pk=past.ids["A6"]).update(event=other)
    past.expect(
        "change 9: is about seat {0} of another event".replace("{0}", str(past.ids["A6"])),
        "change 10: is about seat * of another event",
    )


def test_a_failed_query_is_not_reported_as_a_difference(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> NoReturn:
        raise OperationalError("connection failed:\nis the server running?")

    monkeypatch.setattr(connection, "cursor", fail)
    with pytest.raises(CommandError, match="cannot be read: connection failed: is") as caught:
        run("verify_ledger")
    assert caught.value.returncode == 2
