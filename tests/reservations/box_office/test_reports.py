"""Reports, the live view's revenue and exports agree to the cent with the stored bookings."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import orjson
import pytest
from django.db.models import Sum
from django.utils import timezone

from reservations.bookings import revenues
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office.reports import reports
from reservations.domain.commands import (
    CancelReservation,
    LapseUnpaid,
    LockSeats,
    MarkPaid,
    ReserveSeats,
    SellSeats,
    StartPayment,
)
from reservations.domain.states import BoxOfficeMethod, PaymentStatus
from reservations.exports.formats import FORMATS
from reservations.exports.services import start_export
from reservations.models import (
    Category,
    Event,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    TicketPrice,
    TicketType,
)
from tests.factories import Clock, make_event, make_person, make_user, seat_ids, stored_id

pytestmark = pytest.mark.django_db

# In Berlin it is the next day already.
EVENING = datetime(2025, 6, 1, 22, 30, tzinfo=UTC)
HELD_SECONDS = 60


class Sale:
    """An event with fees, tax, categories and ticket types, and bookings of every fate."""

    def __init__(self) -> None:
        self.clock = Clock(EVENING)
        self.event = make_event(
            seats=15,
            ticket_fee="1.15",
            booking_fee="2.50",
            tax_percent="19.00",
            price="33.33",
            time_zone="Europe/Berlin",
            lock_seconds=HELD_SECONDS,
            payment_seconds=86_400,
        )
        self.ids = seat_ids(self.event)
        stalls = Category.objects.create(event=self.event, name="Stalls", price="47.90")
        Seat.objects.filter(pk__in=self.ids[::2]).update(category=stalls)
        self.child = TicketType.objects.create(event=self.event, name="Child")
        for category, price in ((stalls, "19.99"), (None, "0.00")):
            TicketPrice.objects.create(ticket_type=self.child, category=category, price=price)
        self.queue = CommandQueue(self.event.pk, clock=self.clock)
        self._sell()

    def _sell(self) -> None:
        card, refunded = self.book(0, 1, child=(1,)), self.book(2, 3, child=(2,))
        self.book(4, method="invoice")
        paid = self.book(5, 6, method="invoice")
        lapsed, overdue = (self.book(seat, method="invoice") for seat in (7, 8))
        free = self.book(9, method="invoice", child=(9,))
        assert free.total_price == 0
        assert card.total_price == Decimal("51.55")  # 47.90, a fee for it, and the booking's
        self.clock.advance(7_200)
        self.queue.submit(MarkPaid(make_person(), paid.pk))
        self.clock.advance(20 * 3_600)
        self.queue.submit(CancelReservation(make_person(), refunded.pk, as_organiser=True))
        self.queue.submit(CancelReservation(make_person(), paid.pk, as_organiser=True))
        self.clock.advance(10 * 3_600)
        for booking in Reservation.objects.filter(event=self.event, paid_at=None).exclude(
            pk__in=[lapsed.pk, overdue.pk]
        ):
            Reservation.objects.filter(pk=booking.pk, payment_due_at__isnull=False).update(
                payment_due_at=timezone.now() + timedelta(days=3)
            )
        # It is overdue too, but nothing has written that down.
        Reservation.objects.filter(pk=overdue.pk).update(
            payment_due_at=self.clock.now + timedelta(days=1)
        )
        self.queue.submit(LapseUnpaid())
        self.book(10, 11, child=(11,))
        self._sell_at_the_box_office()

    def _sell_at_the_box_office(self) -> None:
        clerk, (child, gift, returned) = make_person(), self.ids[12:]
        cash, reader, comp = BoxOfficeMethod
        types = ((child, self.child.pk),)
        self.queue.submit(SellSeats(clerk, (child,), cash, "Zoe", ticket_types=types))
        self.queue.submit(SellSeats(clerk, (gift,), comp, "Critic"))
        answer = self.queue.submit(SellSeats(clerk, (returned,), reader, "Yan"))
        self.queue.submit(CancelReservation(clerk, stored_id(answer), as_organiser=True))

    def book(self, *places: int, method: str = "card", child: tuple[int, ...] = ()) -> Reservation:
        who, seats = make_person(), tuple(self.ids[place] for place in places)
        types = tuple((self.ids[place], self.child.pk) for place in child)
        self.queue.submit(LockSeats(who, seats))
        reference = None
        if method == "card":
            reference = f"r{who.id}"
            self.queue.submit(StartPayment(who, seats, method, reference, types))
        answer = self.queue.submit(ReserveSeats(who, seats, method, reference, types))
        Payment.objects.filter(reference=reference).update(status=PaymentStatus.CAPTURED)
        return Reservation.objects.get(public_id=answer["reservation"]["id"])


@pytest.fixture
def sale() -> Sale:
    return Sale()


def _sum(rows: Any, name: str = "total_price") -> Decimal:
    return rows.aggregate(sum=Sum(name))["sum"] or Decimal(0)


def _total(groups: list[Any], part: str, name: str) -> Decimal:
    return sum((Decimal(group[part][name]) for group in groups), Decimal(0))


def _booked(event: Event) -> dict[str, Any]:
    """Return the bookings made, ended and left, by their columns alone."""
    made = Reservation.objects.filter(event=event)
    left = made.filter(status="confirmed").exclude(
        payment_due_at__lte=timezone.now(), paid_at=None, payment_due_at__isnull=False
    )
    return {"made": made, "left": left, "ended": made.exclude(pk__in=left)}


def test_each_report_sums_up_to_the_stored_bookings(sale: Sale) -> None:
    found = reports(event_id=sale.event.pk)
    for part, bookings in _booked(sale.event).items():
        seats = ReservationSeat.objects.filter(reservation__in=bookings)
        assert bookings.count() > 2, part
        for groups in (found["days"], found["methods"]):
            assert _total(groups, part, "total") == _sum(bookings)
            assert _total(groups, part, "fees") == _sum(bookings, "fees") > 0
            assert _total(groups, part, "prices") == _sum(seats, "price")
            assert _total(groups, part, "bookings") == bookings.count()
            assert _total(groups, part, "tickets") == seats.count()
        for tickets in (found["categories"], found["ticket_types"]):
            assert _total(tickets, part, "prices") == _sum(seats, "price")
            assert _total(tickets, part, "tickets") == seats.count()
    live = Decimal(revenues.revenue(event_id=sale.event.pk)["total"])
    assert Decimal(found["total"]["total"]) == live == _sum(_booked(sale.event)["left"])
    assert [group["name"] for group in found["categories"]] == ["", "Stalls"]
    assert [group["name"] for group in found["ticket_types"]] == ["", "Child"]


def test_payments_and_what_is_due_agree_with_the_bookings(sale: Sale) -> None:
    found = reports(event_id=sale.event.pk)
    left = _booked(sale.event)["left"]
    due = left.filter(payment_due_at__isnull=False, paid_at=None)
    assert _sum_of(found["methods"], "due") == _sum(due) > 0
    payments = {row["status"]: Decimal(row["amount"]) for row in found["payments"]}
    assert payments["captured"] == _sum(left.filter(payment_due_at=None)) > 0
    refunded = Reservation.objects.filter(event=sale.event, status="cancelled", payment_due_at=None)
    assert payments["refund_due"] == _sum(refunded) > 0
    [tax] = found["taxes"]
    total = _sum(left)
    assert (tax["percent"], Decimal(tax["total"])) == ("19.00", total)
    assert abs(Decimal(tax["tax"]) - total * 19 / 119) <= Decimal("0.005")


def test_taxes_have_the_decimals_of_the_currency() -> None:
    event = make_event(currency="JPY", price="5000", tax_percent="10.00")
    buyer, queue = make_person(), CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, seat_ids(event)[:1]))
    queue.submit(ReserveSeats(buyer, seat_ids(event)[:1], "invoice"))
    [tax] = reports(event_id=event.pk)["taxes"]
    assert (tax["total"], tax["tax"]) == ("5000.00", "455.00")


def _sum_of(groups: list[Any], name: str) -> Decimal:
    return sum((Decimal(group[name]) for group in groups), Decimal(0))


def test_a_booking_counts_on_the_venues_day_and_its_end_on_the_day_it_ended(sale: Sale) -> None:
    days = {day["day"]: day for day in reports(event_id=sale.event.pk)["days"]}
    assert list(days) == ["2025-06-02", "2025-06-03", "2025-06-04"]
    assert [days[day]["made"]["bookings"] for day in days] == [7, 4, 0]
    # Three were cancelled, one lapsed, and one is overdue, which nothing has written down yet.
    assert [days[day]["ended"]["bookings"] for day in days] == [2, 2, 1]


def test_methods_are_told_by_channel(sale: Sale) -> None:
    found = reports(event_id=sale.event.pk)["methods"]
    assert [(row["channel"], row["method"], row["made"]["bookings"]) for row in found] == [
        ("box_office", "card_reader", 1),
        ("box_office", "cash", 1),
        ("comp", "comp", 1),
        ("online", "card", 3),
        ("online", "invoice", 5),
    ]
    # 19.99 for the ticket, and both fees.
    assert [row["left"]["total"] for row in found[:3]] == ["0.00", "23.64", "0.00"]


def test_an_event_without_bookings_has_empty_reports() -> None:
    found = reports(event_id=make_event().pk)
    assert found["total"]["total"] == "0.00"
    assert (found["days"], found["methods"], found["categories"]) == ([], [], [])


def _exported(event: Event, table: str, form: str) -> tuple[int, bytes]:
    export = start_export(event_id=event.pk, table=table, form=form, person_id=make_user().pk)
    return export.rows, b"".join(export.chunks)


def test_exports_have_the_bookings_to_the_cent(sale: Sale) -> None:
    rows, content = _exported(sale.event, "bookings", "csv")
    bookings = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    stored = Reservation.objects.filter(event=sale.event)
    assert len(bookings) == rows == stored.count()
    assert sum(Decimal(row["total"]) for row in bookings) == _sum(stored)
    rows, content = _exported(sale.event, "tickets", "json")
    tickets = orjson.loads(content)
    seats = ReservationSeat.objects.filter(event=sale.event)
    assert len(tickets) == rows == seats.count()
    assert content.count(b"\n") == rows + 2
    assert sum(Decimal(row["price"]) for row in tickets) == _sum(seats, "price")
    assert {row["category"] for row in tickets} == {None, "Stalls"}


def test_every_table_is_written_in_every_format(sale: Sale, subtests: pytest.Subtests) -> None:
    for table, form in product(["changes", "bookings", "tickets", "actions"], FORMATS):
        with subtests.test(table=table, form=form):
            rows, content = _exported(sale.event, table, form)
            assert rows > 0 or table == "actions"
            assert content
