"""Database constraints: each is violated by raw writes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, F, UniqueConstraint
from django.utils import timezone

from organisations.models import Organisation
from reservations.domain.states import PaymentStatus, SeatStatus
from reservations.models import (
    Announcement,
    ArchivedLog,
    Category,
    Event,
    GivenUpSeat,
    IdempotencyKey,
    Payment,
    PlanVersion,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    SeatingPlan,
    Settlement,
    TicketPrice,
    TicketType,
)
from tests.factories import make_event, make_promo_code, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _book(event: Event, **fields: Any) -> Reservation:
    return Reservation.objects.create(
        **{
            "event": event,
            "user": make_user(),
            "payment_method": "card",
            "total_price": "50.00",
            "currency": "EUR",
            "created_at": timezone.now(),
            **fields,
        }
    )


def _put(reservation: Reservation, seat: Seat, **fields: Any) -> ReservationSeat:
    return ReservationSeat.objects.create(
        reservation=reservation, event=reservation.event, seat=seat, price="50.00", **fields
    )


def _archive_twice(event: Event) -> None:
    for _ in range(2):
        ArchivedLog.objects.create(
            event=event, seq=1, written_at=timezone.now(), removed_at=timezone.now()
        )


def _remind_twice(event: Event) -> None:
    for _ in range(2):
        Announcement.objects.create(event=event, kind="reminder", date=event.date)


def _refund(event: Event, **fields: Any) -> None:
    booking, now = _book(event), timezone.now()
    payment = Payment.objects.create(
        reference=booking.public_id,
        event=event,
        user_id=booking.user_id or 0,
        reservation=booking,
        method="card",
        amount="50.00",
        currency="EUR",
        status=PaymentStatus.CAPTURED,
        created_at=now,
        updated_at=now,
    )
    Settlement.objects.create(
        **{
            "event": event,
            "reservation": booking,
            "kind": Settlement.Kind.REFUND,
            "amount": "-1.00",
            "currency": "EUR",
            "payment": payment,
            "reference": "r",
            "status": PaymentStatus.REFUND_DUE,
            "created_at": now,
            "updated_at": now,
            **fields,
        }
    )


def _refund_twice(event: Event) -> None:
    for _ in range(2):
        _refund(event)


def _sell_twice(event: Event) -> None:
    seat = event.seats.earliest("pk")
    for _ in range(2):
        _put(_book(event), seat)


def _price(event: Event, *prices: str, category: Category | None = None) -> None:
    child = TicketType.objects.create(event=event, name="Child")
    for price in prices:
        TicketPrice.objects.create(ticket_type=child, category=category, price=price)


def _put_twice_in_one(event: Event) -> None:
    reservation, seat = _book(event), event.seats.earliest("pk")
    for live in (False, True):
        _put(reservation, seat, live=live)


def _use_a_key_twice(event: Event) -> None:
    user = make_user()
    for _ in range(2):
        IdempotencyKey.objects.create(
            event=event, user=user, key="k", fingerprint="f", answer={}, created_at=timezone.now()
        )


def _name_a_category_twice(event: Event) -> None:
    for _ in range(2):
        Category.objects.create(event=event, name="Stalls")


def _start_paying(event: Event, **fields: Any) -> None:
    Payment.objects.create(
        **{
            "event": event,
            "user": make_user(),
            "reference": "r",
            "method": "card",
            "amount": "50.00",
            "currency": "EUR",
            "status": PaymentStatus.PENDING,
            "created_at": timezone.now(),
            "updated_at": timezone.now(),
            **fields,
        }
    )


def _make_version_twice() -> None:
    organisation = Organisation.objects.create(name="Theatre")
    plan = SeatingPlan.objects.create(organisation=organisation, name="Hall")
    for _ in range(2):
        PlanVersion.objects.create(plan=plan, number=1, document=b"{}", sha256="0" * 64, seats=0)


VIOLATIONS: dict[str, Callable[[Event], object]] = {
    "a_seat_is_in_at_most_one_live_reservation": _sell_twice,
    "a_seat_is_once_in_a_reservation": _put_twice_in_one,
    "an_idempotency_key_is_used_once": _use_a_key_twice,
    "a_category_is_named_once": _name_a_category_twice,
    "a_category_price_is_not_negative": lambda event: Category.objects.create(
        event=event, name="Stalls", price="-0.01"
    ),
    "an_event_price_is_not_negative": lambda _: Event.objects.update(price="-0.01"),
    "an_event_is_before_the_year_3000": lambda _: Event.objects.update(
        date=datetime(9999, 12, 31, tzinfo=UTC)
    ),
    "an_event_fee_is_not_negative": lambda _: Event.objects.update(ticket_fee="-0.01"),
    "a_reservation_made_online_is_a_persons": lambda event: _book(event, user=None),
    "a_promo_code_is_unique_in_its_event": lambda event: [make_promo_code(event) for _ in range(2)],
    "a_promo_code_is_for_a_seat_at_least": lambda event: make_promo_code(event, max_seats=0),
    "a_ticket_price_is_not_negative": lambda event: _price(event, "-0.01"),
    "a_ticket_type_has_one_price_in_a_category": lambda event: _price(
        event, "1.00", "2.00", category=Category.objects.create(event=event, name="Stalls")
    ),
    "a_ticket_type_has_one_price_without_a_category": lambda event: _price(event, "1.00", "2.00"),
    "only_an_available_seat_is_removed": lambda event: event.seats.update(
        status=SeatStatus.BLOCKED, removed_at=timezone.now()
    ),
    "only_a_taken_seat_has_a_taken_grouping": lambda event: event.seats.update(
        taken_grouping=["T1", 2, None]
    ),
    "a_plan_version_has_its_own_number": lambda _: _make_version_twice(),
    "a_seat_price_is_not_negative": lambda event: event.seats.update(price="-0.01"),
    "an_event_ends_after_it_begins": lambda _: Event.objects.update(ends_at=F("date")),
    "sales_close_after_they_open": lambda _: Event.objects.update(
        sales_open_at=timezone.now(), sales_close_at=timezone.now() - timedelta(days=1)
    ),
    "a_seat_number_is_unique_among_an_events_seats": lambda event: event.seats.update(
        seat_number="A1"
    ),
    "a_seat_guid_is_unique_in_its_event": lambda event: event.seats.update(guid="A-1"),
    "a_seat_status_matches_its_columns": lambda event: event.seats.update(status=SeatStatus.LOCKED),
    "a_reservation_status_matches_its_columns": lambda event: _book(event, status="cancelled"),
    "only_what_is_paid_later_has_a_time_of_payment": lambda event: _book(
        event, paid_at=timezone.now()
    ),
    "only_an_unpaid_reservation_lapses": lambda event: _book(
        event, status="lapsed", lapsed_at=timezone.now()
    ),
    "a_former_hold_has_both_its_times": lambda event: event.seats.update(
        former_locked_at=timezone.now()
    ),
    "a_payment_status_matches_its_reservation": lambda event: _start_paying(
        event, status=PaymentStatus.CAPTURED
    ),
    "a_refund_has_its_own_reference": _refund_twice,
    "a_refund_names_its_payment": lambda event: _refund(event, payment=None),
    "a_seat_is_given_up_for_a_seat_or_a_booking": lambda event: GivenUpSeat.objects.create(
        event=event,
        reservation=_book(event),
        seat=event.seats.earliest("pk"),
        at=timezone.now(),
    ),
    "a_log_is_archived_once_up_to_a_number": _archive_twice,
    "an_event_is_reminded_of_once": _remind_twice,
    "an_open_payment_has_an_order_and_an_end": lambda event: _start_paying(
        event, status=PaymentStatus.OPEN, expires_at=timezone.now()
    ),
    "a_payment_amount_is_not_negative": lambda event: _start_paying(event, amount="-0.01"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses(name: str) -> None:
    event = make_event()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        VIOLATIONS[name](event)
    if connection.vendor == "postgresql":  # SQLite names the columns of a unique index instead
        assert name in str(refusal.value)


def test_every_constraint_is_tested() -> None:
    assert {
        constraint.name
        for model in apps.get_app_config("reservations").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    } == set(VIOLATIONS)


def test_a_cancelled_reservations_seat_can_be_reserved_again() -> None:
    event = make_event()
    seat = event.seats.earliest("pk")
    for live in (False, False, True):
        _put(_book(event), seat, live=live)


@pytest.mark.parametrize(
    "columns",
    [
        {"status": SeatStatus.LOCKED, "holder": True},
        {"status": SeatStatus.LOCKED, "until": True},
        {"status": SeatStatus.LOCKED, "holder": True, "until": True, "booking": True},
        {"status": SeatStatus.RESERVED},
        {"status": SeatStatus.RESERVED, "booking": True, "holder": True},
        {"status": SeatStatus.RESERVED, "booking": True, "until": True},
        {"status": SeatStatus.AVAILABLE, "holder": True},
        {"status": SeatStatus.AVAILABLE, "until": True},
        {"status": SeatStatus.AVAILABLE, "booking": True},
        {"status": SeatStatus.BLOCKED, "holder": True},
        {"status": SeatStatus.BLOCKED, "until": True},
        {"status": SeatStatus.BLOCKED, "booking": True},
        {"status": 4},
        {"status": None},
    ],
)
def test_a_seats_status_cannot_contradict_its_columns(columns: dict[str, Any]) -> None:
    event = make_event()
    written = {
        "status": columns["status"],
        "locked_by": make_user() if columns.get("holder") else None,
        "locked_until": timezone.now() if columns.get("until") else None,
        "reservation": _book(event) if columns.get("booking") else None,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        event.seats.update(**written)


def test_a_live_reservation_has_no_end_time() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _book(make_event(), cancelled_at=timezone.now())


def test_an_unknown_reservation_status_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _book(make_event(), status="lost")


def test_a_seat_has_one_log_row_per_sequence_number() -> None:
    event = make_event()
    line = {
        "event": event,
        "seq": 1,
        "seat": event.seats.earliest("pk"),
        "status": SeatStatus.AVAILABLE,
        "reason": "unlocked",
        "at": timezone.now(),
    }
    SeatChange.objects.create(**line)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatChange.objects.bulk_create([SeatChange(**line)])


def test_a_person_with_reservations_or_locks_cannot_be_deleted() -> None:
    event, user = make_event(), make_user()
    _book(event, user=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        user.delete()
    locker = make_user()
    event.seats.update(
        status=SeatStatus.LOCKED,
        locked_by=locker,
        locked_at=timezone.now(),
        locked_until=timezone.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        locker.delete()


def test_an_event_with_bookings_cannot_be_deleted() -> None:
    event = make_event()
    _put(_book(event), event.seats.earliest("pk"))
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()


def test_a_sale_cannot_close_when_it_opens() -> None:
    make_event(sales_open_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(sales_close_at=F("sales_open_at"))
