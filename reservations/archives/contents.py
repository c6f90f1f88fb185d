"""Which rows of an event an archive has: those that its verification reads, and its plan.

It has no names, addresses or pictures: people are told by id, as in the change log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet

from reservations.archives.file_format import Table
from reservations.models import (
    Allocation,
    Category,
    Entry,
    Event,
    GivenUpSeat,
    Payment,
    PlanVersion,
    PromoCode,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    Settlement,
    TicketPrice,
    TicketType,
)

_CHUNK_ROWS = 5_000
_NAMES = {"buyer_name", "buyer_email"}
"""Columns that are left out: an erased person's name must not stay in a file."""


@dataclass(frozen=True, slots=True)
class Content:
    """A model with its rows of an event, and the columns that are written."""

    model: type[Model]
    rows: QuerySet[Any]
    columns: tuple[str, ...]

    @property
    def table(self) -> Table:
        return Table(self.model._meta.db_table, self.columns)

    def values(self) -> Iterator[tuple[Any, ...]]:
        return self.rows.values_list(*self.columns).iterator(_CHUNK_ROWS)


def contents(event_id: int) -> list[Content]:
    """Return what an archive of an event has, in the order of the file."""
    own = Q(event=event_id)
    booked = Q(reservation__event=event_id)
    of_settlements = Settlement.objects.filter(own).order_by().values("payment")
    return [
        _content(Event, Q(pk=event_id)),
        _content(PlanVersion, Q(events=event_id)),
        _content(Category, own),
        _content(TicketType, own),
        _content(TicketPrice, Q(ticket_type__event=event_id)),
        _content(Allocation, own),
        _content(PromoCode, own),
        _content(Seat, own),
        _content(Reservation, own),
        _content(ReservationSeat, own | booked),
        _content(GivenUpSeat, own | booked),
        _content(Payment, own | booked | Q(pk__in=of_settlements)),
        _content(Settlement, own),
        _content(Entry, own | Q(seat__event=event_id)),
        _content(SeatChange, own, order=("seq", "seat_id")),
        _transferred_guests(event_id),
    ]


def _content(model: type[Model], which: Q, *, order: tuple[str, ...] = ("pk",)) -> Content:
    rows = model._base_manager.filter(which).order_by(*order)
    columns = [field.attname for field in model._meta.concrete_fields if field.name not in _NAMES]
    return Content(model, rows, tuple(columns))


def _transferred_guests(event_id: int) -> Content:
    """Return the guests whose bookings became an account's: the log still tells the guest."""
    people = get_user_model()
    accounts = Reservation.objects.filter(event=event_id, user__isnull=False).order_by()
    rows = people._base_manager.filter(merged_into__in=accounts.values("user")).order_by("pk")
    return Content(people, rows, ("id", "merged_into_id"))
