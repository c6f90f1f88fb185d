"""Conflicts (409) with the state of the seats or of the sale name every seat concerned."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus, iso
from reservations.models import Event, Seat
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import let_locks_run_out, make_event, seat_ids, signed_in


def _post(office: BoxOffice, what: str, *ids: int) -> Any:
    body = {"seat_ids": ids, "payment_method": "card"}
    return office.browser(office.alice).post(f"/api/events/{office.event.pk}/{what}/", body)


def _faults(found: dict[str, Any]) -> list[tuple[int, str]]:
    for row in found["conflicts"]:
        assert set(row) == {"seat_id", "seat_number", "reason", "locked_until"}
        assert row["seat_number"] in found["error"] or row["reason"] == "limit"
    return [(row["seat_id"], row["reason"]) for row in found["conflicts"]]


def test_seats_of_others_cannot_be_locked(office: BoxOffice) -> None:
    Seat.objects.filter(pk=office.booked).update(reservation=None, status=SeatStatus.BLOCKED)
    before = office.state()
    answer = _post(
        *(office, "lock", office.free, office.held_by_bob, office.booked_by_bob, office.booked)
    )
    found = refusal(answer, 409, "seat_unavailable")
    assert _faults(found) == [
        (office.held_by_bob, "locked"),
        (office.booked_by_bob, "reserved"),
        (office.booked, "blocked"),
    ]
    held = Seat.objects.get(pk=office.held_by_bob)
    assert [row["locked_until"] for row in found["conflicts"]] == [
        *(iso(held.locked_until), None, None)
    ]
    assert office.state() == before


def test_a_companion_seat_is_refused_without_its_accessible_seat(office: BoxOffice) -> None:
    Seat.objects.filter(pk=office.free).update(companion_of=office.held_by_bob)
    before = office.state()
    found = refusal(_post(office, "lock", office.free), 409, "companion_seat")
    assert _faults(found) == [(office.free, "companion")]
    assert found["accessible_seat_ids"] == [office.held_by_bob]
    assert "alternatives" not in found
    assert office.state() == before


@pytest.mark.parametrize("what", ["lock", "unlock", "extend", "reserve"])
def test_a_part_of_a_whole_table_is_refused_with_the_missing_seats(
    what: str, office: BoxOffice
) -> None:
    wanted = office.free if what == "lock" else office.held
    table = Seat.objects.filter(pk__in=[wanted, office.booked_by_bob])
    table.update(group="T1", group_size=2, sold_by=SoldBy.TABLE)
    before = office.state()
    found = refusal(_post(office, what, wanted), 409, "whole_table")
    assert _faults(found) == [(wanted, "table")]
    missing = Seat.objects.get(pk=office.booked_by_bob)
    assert found["missing"] == [{"seat_id": missing.pk, "seat_number": missing.seat_number}]
    assert office.state() == before


def test_from_the_hold_back_time_on_a_companion_seat_is_sold_alone(office: BoxOffice) -> None:
    Seat.objects.filter(pk=office.free).update(companion_of=office.held_by_bob)
    Event.objects.filter(pk=office.event.pk).update(companions_held_until=timezone.now())
    assert _post(office, "lock", office.free).status_code == 200


@pytest.mark.parametrize("what", ["lock", "unlock", "reserve"])
def test_one_unavailable_seat_fails_the_whole_command(what: str, office: BoxOffice) -> None:
    before = office.state()
    answer = _post(office, what, office.held, office.held_by_bob)
    code = "not_holder" if what == "unlock" else "seat_unavailable"
    assert _faults(refusal(answer, 409, code)) == [(office.held_by_bob, "locked")]
    assert office.state() == before


@pytest.mark.parametrize("what", ["unlock", "reserve"])
def test_a_seat_that_is_not_held_cannot_be_reserved(what: str, office: BoxOffice) -> None:
    before = office.state()
    answer = _post(office, what, office.free)
    assert _faults(refusal(answer, 409, "not_holder")) == [(office.free, "not_held")]
    assert office.state() == before


@pytest.mark.parametrize("what", ["unlock", "reserve"])
def test_a_seat_with_an_expired_own_lock_cannot_be_reserved(what: str, office: BoxOffice) -> None:
    let_locks_run_out(office.event)
    before = office.state()
    found = refusal(_post(office, what, office.held), 409, "lock_expired")
    assert _faults(found) == [(office.held, "expired")]
    assert found["conflicts"][0]["locked_until"] is None
    assert office.state() == before


def test_a_seat_with_somebody_elses_expired_lock_is_free(office: BoxOffice) -> None:
    let_locks_run_out(office.event)
    answer = _post(office, "lock", office.held_by_bob)
    assert answer.json()["seats"][0]["locked_by"] == "alice"


def test_locking_above_the_seat_cap_is_refused(office: BoxOffice) -> None:
    Event.objects.update(seat_cap=2)
    last = seat_ids(office.event)[5]
    before = office.state()
    found = refusal(_post(office, "lock", office.held, office.free, last), 409, "seat_limit")
    assert _faults(found) == [(office.free, "limit"), (last, "limit")]
    assert found["seat_cap"] == 2
    assert "at most 2 seats" in found["error"]
    assert office.state() == before
    assert _post(office, "lock", office.held, office.free).status_code == 200


def test_conflicts_of_the_single_seat_paths(office: BoxOffice) -> None:
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}/seats"
    answer = client.post(f"{path}/{office.held_by_bob}/lock/")
    found = refusal(answer, 409, "seat_unavailable")
    assert _faults(found) == [(office.held_by_bob, "locked")]
    assert found["error"] == "Seat A3 is locked by somebody else."
    refusal(client.post(f"{path}/{office.held_by_bob}/unlock/"), 409, "not_holder")


def test_locking_before_and_after_the_sale_is_refused(office: BoxOffice) -> None:
    now, day = timezone.now(), timedelta(days=1)
    for window, code in (
        ((now + day, now + 2 * day), "sales_not_open"),
        ((now - 2 * day, now - day), "sales_closed"),
    ):
        Event.objects.update(sales_open_at=window[0], sales_close_at=window[1])
        found = refusal(_post(office, "lock", office.free), 409, code)
        assert set(found) == {"error", "code", "sales_open_at", "sales_close_at"}
        assert (found["sales_open_at"], found["sales_close_at"]) == (
            iso(window[0]),
            iso(window[1]),
        )


def test_held_seats_can_be_reserved_or_unlocked_after_the_sale(office: BoxOffice) -> None:
    other = seat_ids(office.event)[5]
    _post(office, "lock", other)
    Event.objects.update(sales_close_at=timezone.now())
    assert _post(office, "unlock", other).status_code == 200
    assert _post(office, "reserve", office.held).status_code == 201


@pytest.mark.parametrize("method", ["card", "invoice"])
def test_a_booking_with_an_avoidable_single_seat_is_refused_where_the_event_says_so(
    method: str, office: BoxOffice
) -> None:
    event = make_event(seats=4, orphan_rule="refuse")
    first, second, *others = seat_ids(event)
    for at, seat_id in enumerate((first, second, *others)):
        Seat.objects.filter(pk=seat_id).update(x=at * 20)
    # Of another section, so that it is no neighbour.
    Seat.objects.create(event=event, seat_number="B1", guid="B1", section="B", row="A", x=-20)
    client, path = signed_in(office.alice), f"/api/events/{event.pk}"
    client.post(f"{path}/lock/", {"seat_ids": [second]})
    body = {"seat_ids": [second], "payment_method": method}
    before = office.state()
    found = refusal(client.post(f"{path}/reserve/", body), 409, "orphan_seat")
    assert _faults(found) == [(first, "orphan")]
    assert office.state() == before
    Event.objects.filter(pk=event.pk).update(orphan_rule="warn")
    assert client.post(f"{path}/reserve/", body).status_code == 201
