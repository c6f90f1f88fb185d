"""Moving, splitting and merging bookings, as stored: seats, money, messages and the ledger."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Mail
from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.bookings import booking_records, revenues
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office import reports, stories
from reservations.box_office.bookings import booking as booking_record
from reservations.domain.commands import (
    AdmitSeats,
    CancelReservation,
    LockSeats,
    MarkPaid,
    MergeBookings,
    MoveSeats,
    SellSeats,
    SplitBooking,
)
from reservations.domain.errors import OtherBuyer, SeatcastError, SeatUnavailable
from reservations.domain.states import BoxOfficeMethod, Person, SeatStatus, Settling
from reservations.exports.services import start_export
from reservations.models import (
    DemoCharge,
    DemoRefund,
    Event,
    GivenUpSeat,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    Settlement,
)
from reservations.organising.event_settings import event_settings
from reservations.payments import checkout, provider_calls, refunds
from reservations.payments.checkout import Order
from reservations.payments.paying_back import mark_paid_back
from tests.concurrent_commands import BusyQueue
from tests.factories import make_event, make_person, make_user, person, seat_ids, signed_in
from tests.reservations.audit.past import differences

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def event() -> Event:
    """Six seats for 50.00; A5 costs 80.00 and A6 20.00."""
    found = make_event(seats=6, booking_fee="3.00")
    ids = seat_ids(found)
    found.seats.filter(pk=ids[4]).update(price="80.00")
    found.seats.filter(pk=ids[5]).update(price="20.00")
    return found


@pytest.fixture
def seller() -> Person:
    return make_person("seller")


def _booked(event: Event, buyer: Person, *places: int, method: str = "card") -> Reservation:
    """Book seats by their places, and pay for them if the method is online."""
    ids = tuple(seat_ids(event)[place] for place in places)
    CommandQueue(event.pk).submit(LockSeats(buyer, ids))
    order = Order(event_id=event.pk, actor=buyer, seat_ids=ids, payment_method=method)
    answer = checkout.reserve(order)
    return Reservation.objects.get(public_id=answer["reservation"]["id"])


def _move(
    event: Event,
    seller: Person,
    booking: Reservation,
    *moves: tuple[int, int],
    settling: Settling = Settling.NONE,
) -> Any:
    ids = seat_ids(event)
    pairs = tuple((ids[old], ids[new]) for old, new in moves)
    return refunds.move(event_id=event.pk, command=MoveSeats(seller, booking.pk, pairs, settling))


def _split(event: Event, seller: Person, booking: Reservation, *places: int) -> Reservation:
    ids = tuple(seat_ids(event)[place] for place in places)
    command = SplitBooking(seller, booking.pk, ids, "Zoe", "zoe@example.com")
    CommandQueue(event.pk).submit(command)
    return Reservation.objects.get(split_from=booking)


def _cancel(event: Event, seller: Person, booking: Reservation) -> None:
    refunds.cancel(event_id=event.pk, actor=seller, reservation_id=booking.pk, as_organiser=True)


def _numbers(booking: Reservation) -> list[str]:
    rows = ReservationSeat.objects.filter(reservation=booking).order_by("seat_id")
    return list(rows.values_list("seat__seat_number", flat=True))


def _refunded() -> list[Decimal]:
    return sorted(DemoRefund.objects.values_list("amount", flat=True))


def test_a_move_is_one_change_that_tells_both_seats(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0, 1)
    seq = Event.objects.get(pk=event.pk).change_seq
    _move(event, seller, booking, (0, 2))
    log = SeatChange.objects.filter(event=event, seq__gt=seq)
    told = set(log.values_list("seq", "seat__seat_number", "status", "reason", "reservation"))
    assert told == {
        (seq + 1, "A1", SeatStatus.AVAILABLE, "moved", None),
        (seq + 1, "A3", SeatStatus.RESERVED, "moved", booking.pk),
    }
    assert _numbers(booking) == ["A2", "A3"]
    assert Seat.objects.get(pk=seat_ids(event)[0]).status == SeatStatus.AVAILABLE
    [given_up] = GivenUpSeat.objects.filter(reservation=booking)
    assert (given_up.seat_id, given_up.new_seat_id) == (seat_ids(event)[0], seat_ids(event)[2])
    assert SecurityEvent.objects.filter(kind=Kind.RESERVATION_MOVED, event_id=event.pk).exists()
    assert differences(event) == []


def test_what_a_cancellation_gives_back_is_told_before_it(event: Event, seller: Person) -> None:
    online = _booked(event, make_person(), 0)
    mixed = _booked(event, make_person(), 1)
    _move(event, seller, mixed, (1, 4), settling=Settling.CASH)
    here = _booked(event, make_person(), 2, method="invoice")
    CommandQueue(event.pk).submit(MarkPaid(seller, here.pk))
    unpaid = _booked(event, make_person(), 3, method="invoice")
    failed = _booked(event, make_person(), 1)
    _move(event, seller, failed, (1, 5), settling=Settling.PROVIDER)
    Settlement.objects.filter(reservation=failed).update(status="refund_failed")
    for each, refunded, paid_back in (
        (online, "53.00", "0.00"),
        (mixed, "53.00", "30.00"),
        (here, "0.00", "53.00"),
        (unpaid, "0.00", "0.00"),
        (failed, "23.00", "30.00"),
    ):
        told = booking_record(reservation_id=each.pk)["if_cancelled"]
        assert told == {"refunded": refunded, "paid_back": paid_back}
        _cancel(event, seller, each)
        after = booking_record(reservation_id=each.pk)
        assert after["if_cancelled"] is None
        assert after["to_pay_back"] == (None if paid_back == "0.00" else paid_back)
        assert (after["payment_status"] == "refunded") is (refunded != "0.00")


def test_an_export_tells_how_a_moved_booking_was_paid(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0)
    other = _booked(event, make_person(), 3)
    dearer = seat_ids(event)[1]
    Seat.objects.filter(pk=dearer).update(price=99)
    _move(event, seller, booking, (0, 1), settling=Settling.CASH)
    export = start_export(event_id=event.pk, table="bookings", form="json", person_id=seller.id)
    rows = {row["booking"]: row for row in orjson.loads(b"".join(export.chunks))}
    told = [
        (rows[each.public_id]["payment_method"], rows[each.public_id]["payment_status"])
        for each in (booking, other)
    ]
    assert told == [("card", "captured")] * 2


def test_a_seat_that_was_given_up_can_be_booked_and_moved_back_to(
    event: Event, seller: Person
) -> None:
    booking = _booked(event, make_person(), 0)
    _move(event, seller, booking, (0, 2))
    other = _booked(event, make_person(), 0)
    with pytest.raises(SeatUnavailable):
        _move(event, seller, booking, (2, 0))
    _cancel(event, seller, other)
    _move(event, seller, booking, (2, 0))
    assert _numbers(booking) == ["A1"]
    assert differences(event) == []


@pytest.mark.parametrize("settling", [Settling.CASH, Settling.CARD_READER, Settling.WAIVED])
def test_a_dearer_seat_is_paid_at_the_box_office_or_waived(
    event: Event, seller: Person, settling: Settling
) -> None:
    booking = _booked(event, make_person(), 0)
    _move(event, seller, booking, (0, 4), settling=settling)
    booking.refresh_from_db()
    is_waived = settling is Settling.WAIVED
    assert booking.total_price == Decimal("53.00" if is_waived else "83.00")
    paid = [(each.method, each.amount) for each in Settlement.objects.filter(reservation=booking)]
    assert paid == ([] if is_waived else [(settling.value, Decimal("30.00"))])
    assert revenues.revenue(event_id=event.pk)["total"] == f"{booking.total_price}"
    _cancel(event, seller, booking)
    assert _refunded() == ([] if is_waived else [Decimal("53.00")])
    assert differences(event) == []


def test_a_cheaper_seat_is_refunded_through_the_provider_and_the_rest_with_the_booking(
    event: Event, seller: Person
) -> None:
    booking = _booked(event, make_person(), 0, 1)
    _move(event, seller, booking, (0, 5), settling=Settling.PROVIDER)
    assert _refunded() == [Decimal("30.00")]
    booking.refresh_from_db()
    assert booking.total_price == Decimal("73.00")
    assert differences(event) == []
    _cancel(event, seller, booking)
    assert _refunded() == [Decimal("30.00"), Decimal("73.00")]
    assert booking_records.reservation(reservation_id=booking.pk)["payment_status"] == "refunded"
    assert differences(event) == []


def test_what_was_paid_back_in_cash_is_not_refunded_again(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0)
    _move(event, seller, booking, (0, 5), settling=Settling.CASH)
    _cancel(event, seller, booking)
    assert _refunded() == [Decimal("23.00")]
    assert differences(event) == []


def test_an_unpaid_booking_owes_what_its_new_seats_cost(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0, method="invoice")
    _move(event, seller, booking, (0, 4))
    booking.refresh_from_db()
    assert booking.total_price == Decimal("83.00")
    assert not Settlement.objects.exists()
    CommandQueue(event.pk).submit(MarkPaid(seller, booking.pk))
    assert differences(event) == []


def test_after_a_split_each_booking_is_refunded_its_own_part(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0, 1, 5)
    made = _split(event, seller, booking, 1, 5)
    booking.refresh_from_db()
    assert (booking.total_price, made.total_price) == (Decimal("53.00"), Decimal("70.00"))
    assert made.public_id != booking.public_id
    assert (made.buyer_name, made.buyer_email) == ("Zoe", "zoe@example.com")
    assert _numbers(made) == ["A2", "A6"]
    assert differences(event) == []
    _cancel(event, seller, made)
    assert _refunded() == [Decimal("70.00")]
    assert differences(event) == []
    _cancel(event, seller, booking)
    assert _refunded() == [Decimal("53.00"), Decimal("70.00")]
    assert differences(event) == []


def test_what_was_split_off_is_admitted_with_its_own_ticket(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0, 1)
    made = _split(event, seller, booking, 1)
    for each in (made, booking):
        CommandQueue(event.pk).submit(AdmitSeats(seller, each.pk))
    assert differences(event) == []


def test_a_merged_booking_is_refunded_from_both_payments(event: Event, seller: Person) -> None:
    buyer = make_person()
    kept, other = _booked(event, buyer, 0), _booked(event, buyer, 4)
    CommandQueue(event.pk).submit(MergeBookings(seller, kept.pk, other.pk))
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.total_price, kept.fees) == (Decimal("136.00"), Decimal("6.00"))
    assert (other.status, other.merged_into_id, other.total_price) == (
        "cancelled",
        kept.pk,
        Decimal(0),
    )
    assert _numbers(kept) == ["A1", "A5"]
    assert differences(event) == []
    _cancel(event, seller, kept)
    assert _refunded() == [Decimal("53.00"), Decimal("83.00")]
    assert differences(event) == []


def test_a_merged_booking_can_be_split_again_across_both_payments(
    event: Event, seller: Person
) -> None:
    buyer = make_person()
    kept, other = _booked(event, buyer, 0), _booked(event, buyer, 1, 4)
    CommandQueue(event.pk).submit(MergeBookings(seller, kept.pk, other.pk))
    made = _split(event, seller, kept, 1, 4)
    assert made.total_price == Decimal("130.00")
    _cancel(event, seller, made)
    # 53.00 of the kept booking's payment, and the rest of the other's.
    assert _refunded() == [Decimal("53.00"), Decimal("77.00")]
    assert differences(event) == []


def test_bookings_of_different_buyers_stay_apart_unless_that_is_confirmed(
    event: Event, seller: Person
) -> None:
    kept, other = _booked(event, make_person(), 0), _booked(event, make_person(), 1)
    with pytest.raises(OtherBuyer):
        CommandQueue(event.pk).submit(MergeBookings(seller, kept.pk, other.pk))
    CommandQueue(event.pk).submit(MergeBookings(seller, kept.pk, other.pk, is_confirmed=True))
    assert differences(event) == []


def test_the_story_of_a_booking_has_the_seats_that_it_gave_up(event: Event, seller: Person) -> None:
    booking = _booked(event, make_person(), 0)
    _move(event, seller, booking, (0, 2))
    only = stories.ChangeFilter(reservation=booking.public_id)
    told = stories.changes(event_id=event.pk, only=only, limit=50)
    assert [(row["seat_number"], row["reason"], row["reservation"]) for row in told] == [
        ("A3", "moved", booking.public_id),
        ("A1", "moved", booking.public_id),
        ("A1", "reserved", booking.public_id),
        ("A1", "locked", None),
    ]


def test_reports_agree_with_the_revenue_after_all_of_it(event: Event, seller: Person) -> None:
    buyer = make_person()
    first, second = _booked(event, buyer, 0, 1), _booked(event, buyer, 2)
    _move(event, seller, first, (0, 5), settling=Settling.PROVIDER)
    _split(event, seller, first, 1)
    CommandQueue(event.pk).submit(MergeBookings(seller, first.pk, second.pk))
    found, revenue = reports.reports(event_id=event.pk), revenues.revenue(event_id=event.pk)
    assert found["total"]["total"] == revenue["total"]
    amounts = {row["status"]: row["amount"] for row in found["payments"]}
    assert Decimal(amounts["captured"]) == Decimal(revenue["total"])
    assert amounts["refunded"] == "30.00"
    assert differences(event) == []


def test_a_refund_that_the_provider_did_not_answer_is_made_later_once(
    event: Event, seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", ())
    booking = _booked(event, make_person(), 0)
    DemoCharge.objects.update(method="card_lost")
    _move(event, seller, booking, (0, 5), settling=Settling.PROVIDER)
    [refund] = Settlement.objects.filter(kind="refund")
    assert refund.status == "refund_due"
    call_command("reconcile_payments", "--older-than", "0")
    refund.refresh_from_db()
    assert refund.status == "refunded"
    assert _refunded() == [Decimal("30.00")]


def test_the_buyer_is_mailed_what_moved(
    event: Event, seller: Person, mailoutbox: list[Any]
) -> None:
    buyer = make_person()
    booking = _booked(event, buyer, 0)
    Reservation.objects.filter(pk=booking.pk).update(buyer_email="zoe@example.com")
    _move(event, seller, booking, (0, 2))
    sent = Mail.objects.get(kind=Mail.Kind.SEATS)
    moved = {
        "en": "Row A, seat 1 → Row A, seat 3",
        "de": "Reihe A, Platz 1 → Reihe A, Platz 3",
    }
    assert (sent.address, sent.details["moved"]) == ("zoe@example.com", moved)
    assert sent.details["seats"] == "A3"
    call_command("send_mail")
    [text] = [each.body for each in mailoutbox if each.to == ["zoe@example.com"]]
    assert f"\n{moved['en']}\nSeats: Row A, seat 3\n" in text
    assert f"/reservations/{booking.public_id}#token=" in text


def test_a_move_and_a_cancellation_that_wait_together_are_made_in_their_order(
    event: Event, seller: Person
) -> None:
    booking, ids = _booked(event, make_person(), 0), seat_ids(event)
    with BusyQueue(event.pk, LockSeats(make_person(), ids[5:])) as busy:
        busy.join(MoveSeats(seller, booking.pk, ((ids[0], ids[2]),)))
        busy.join(CancelReservation(seller, booking.pk, as_organiser=True))
        results = busy.results()
    assert not any(isinstance(each, SeatcastError) for each in results)
    assert not ReservationSeat.objects.filter(event=event, live=True).exists()
    assert differences(event) == []


@pytest.mark.parametrize(
    ("fields", "is_mailed"),
    [
        ({"email": "zoe@example.com", "email_verified_at": timezone.now()}, True),
        ({"email": "zoe@example.com", "guest_since": timezone.now()}, True),
        ({"email": "zoe@example.com"}, True),
        ({}, False),
    ],
)
def test_the_answer_of_a_move_tells_whether_its_buyer_is_mailed(
    event: Event, fields: dict[str, Any], *, is_mailed: bool
) -> None:
    booking, ids = _booked(event, person(make_user(**fields)), 0), seat_ids(event)
    client = signed_in(make_user(is_superuser=True))
    answer = client.post(
        f"/api/reservations/{booking.public_id}/move/", {"moves": {ids[0]: ids[2]}}
    )
    assert answer.json()["buyer_mailed"] is is_mailed
    assert Mail.objects.filter(kind=Mail.Kind.SEATS).exists() is is_mailed


def _mark_paid(event: Event, seller: Person, booking: Reservation) -> None:
    CommandQueue(event.pk).submit(MarkPaid(seller, booking.pk))


def _merge(event: Event, seller: Person, kept: Reservation, other: Reservation) -> None:
    CommandQueue(event.pk).submit(MergeBookings(seller, kept.pk, other.pk, is_confirmed=True))


def _owed_here(booking: Reservation) -> str | None:
    found: str | None = booking_records.reservation(reservation_id=booking.pk)["to_pay_back"]
    return found


@pytest.mark.parametrize("is_card_kept", [False, True])
def test_what_was_paid_here_and_online_is_paid_back_once_by_each(
    event: Event, seller: Person, *, is_card_kept: bool
) -> None:
    here, card = _booked(event, seller, 0, method="invoice"), _booked(event, seller, 1)
    _mark_paid(event, seller, here)
    kept, other = (card, here) if is_card_kept else (here, card)
    _merge(event, seller, kept, other)
    assert differences(event) == []
    _cancel(event, seller, kept)
    assert (_refunded(), _owed_here(kept)) == ([Decimal("53.00")], "53.00")
    assert reports.reports(event_id=event.pk)["paid_back"]["due"] == "53.00"
    assert differences(event) == []
    mark_paid_back(event_id=event.pk, reservation_id=kept.pk, actor_id=seller.id)
    assert _owed_here(kept) is None
    assert differences(event) == []


def test_a_card_seat_that_is_split_off_again_is_paid_back_by_the_provider_alone(
    event: Event, seller: Person
) -> None:
    here, card = _booked(event, seller, 0, method="invoice"), _booked(event, seller, 1)
    _mark_paid(event, seller, here)
    _merge(event, seller, here, card)
    made = _split(event, seller, here, 1)
    assert differences(event) == []
    _cancel(event, seller, made)
    _cancel(event, seller, here)
    assert (_refunded(), _owed_here(made)) == ([Decimal("3.00"), Decimal("50.00")], None)
    assert _owed_here(here) == "53.00"
    assert differences(event) == []


def test_the_dialog_before_an_event_is_cancelled_tells_who_pays_back_what(
    event: Event, seller: Person
) -> None:
    here, card = _booked(event, seller, 0, method="invoice"), _booked(event, seller, 1)
    _mark_paid(event, seller, here)
    _merge(event, seller, here, card)
    found = event_settings(event_id=event.pk)["figures"]
    assert (found["refunds"], found["refund_total"]) == (1, "53.00")
    assert (found["paid_later"], found["paid_later_total"]) == (1, "53.00")


def test_a_booking_of_a_buyer_can_be_merged_into_one_of_the_box_office(
    event: Event, seller: Person
) -> None:
    bought = _booked(event, make_person(), 0)
    seats = seat_ids(event)[1:2]
    CommandQueue(event.pk).submit(SellSeats(seller, seats, BoxOfficeMethod.CASH, "Zoe"))
    sold = Reservation.objects.latest("pk")
    _merge(event, seller, sold, bought)
    assert differences(event) == []
    _cancel(event, seller, sold)
    assert (_refunded(), _owed_here(sold)) == ([Decimal("53.00")], "53.00")
    assert differences(event) == []
