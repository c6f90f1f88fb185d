"""The tables that can be exported: their columns, the number of rows, and the rows in pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, F, Q, QuerySet, When

from infrastructure.security_log.models import SecurityEvent
from infrastructure.security_log.people import display_name, display_name_of
from reservations.bookings.settlements import payment_statuses, rows_of, settled_among
from reservations.box_office.stories import ACTIONS
from reservations.domain.states import SeatStatus
from reservations.models import Event, Reservation, ReservationSeat, SeatChange, Settlement

PAGE_ROWS = 2_000

Cell = str | int | Decimal | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an event. `pages` reads up to what the event had when `limit` was called."""

    columns: tuple[str, ...]
    limit: Callable[[int], int]
    count: Callable[[int, int], int]
    pages: Callable[[int, int], Iterator[list[Row]]]


def _last_change(event_id: int) -> int:
    return Event.objects.values_list("change_seq", flat=True).get(pk=event_id)


def _changes(event_id: int, limit: int) -> QuerySet[SeatChange]:
    return SeatChange.objects.filter(event_id=event_id, seq__lte=limit)


def _change_pages(event_id: int, limit: int) -> Iterator[list[Row]]:
    rows = _changes(event_id, limit).order_by("seq", "seat_id")
    seq = seat_id = 0
    while page := list(
        rows.filter(seq__gte=seq)
        .filter(Q(seq__gt=seq) | Q(seat_id__gt=seat_id))
        .values_list(
            *("seat_id", "seq", "at", "seat__seat_number", "seat__section", "seat__row"),
            *("seat__number", "status", "reason"),
            *(display_name_of("actor"), display_name_of("holder")),
            *("locked_until", "reservation__public_id", "allocation__label", "request_id"),
        )[:PAGE_ROWS]
    ):
        yield [
            (*row[1:7], SeatStatus(row[7]).word, *row[8:14], str(row[14]) if row[14] else None)
            for row in page
        ]
        seat_id, seq = page[-1][0], page[-1][1]


def _of_buyer(name: str, account: Case | F, *, prefix: str = "") -> Case:
    """Return a column of the booking, or of its account if it has no name and address."""
    has_none = Q(**{f"{prefix}buyer_name": "", f"{prefix}buyer_email": ""})
    return Case(When(has_none, then=account), default=F(f"{prefix}{name}"))


def _last_booking(event_id: int) -> int:
    found = Reservation.objects.filter(event=event_id).order_by("-pk")
    return found.values_list("pk", flat=True).first() or 0


def _bookings(event_id: int, limit: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(event=event_id, pk__lte=limit)


def _booking_pages(event_id: int, limit: int) -> Iterator[list[Row]]:
    bookings = _bookings(event_id, limit).annotate(
        tickets=Count("seats"),
        buyer_is=_of_buyer("buyer_name", display_name_of("user")),
        email_is=_of_buyer("buyer_email", F("user__email")),
    )
    rows = bookings.order_by("pk")
    last = 0
    while page := list(
        rows.filter(pk__gt=last).values_list(
            *("pk", "public_id", "status", "channel", "buyer_is", "email_is", "created_at"),
            *("cancelled_at", "lapsed_at", "payment_method", "payment__status"),
            *("payment_due_at", "paid_at", "tickets", "total_price", "fees", "tax_percent"),
            *("currency", "buyer_name", "buyer_email"),
            *("split_from__public_id", "merged_into__public_id"),
        )[:PAGE_ROWS]
    ):
        ids = [row[0] for row in page]
        settled = settled_among(ids)
        stored = list(Reservation.objects.filter(pk__in=settled).select_related("payment"))
        statuses = payment_statuses(stored, rows_of(stored))
        yield [(*row[1:10], statuses.get(row[0], row[10]), *row[11:]) for row in page]
        last = ids[-1]


def _tickets(event_id: int, limit: int) -> QuerySet[ReservationSeat]:
    return ReservationSeat.objects.filter(event=event_id, reservation__lte=limit)


def _ticket_pages(event_id: int, limit: int) -> Iterator[list[Row]]:
    tickets = _tickets(event_id, limit).annotate(
        buyer_is=_of_buyer(
            "buyer_name", display_name_of("reservation__user"), prefix="reservation__"
        ),
        email_is=_of_buyer("buyer_email", F("reservation__user__email"), prefix="reservation__"),
    )
    rows = tickets.order_by("pk")
    last = 0
    while page := list(
        rows.filter(pk__gt=last).values_list(
            *("pk", "reservation__public_id", "reservation__status", "buyer_is", "email_is"),
            *("reservation__created_at", "seat__seat_number", "seat__section", "seat__row"),
            *("seat__number", "seat__category__name", "ticket_type", "price"),
            *("reservation__currency", "entry__at", "entry__gate"),
        )[:PAGE_ROWS]
    ):
        yield [row[1:] for row in page]
        last = page[-1][0]


def _last_settlement(event_id: int) -> int:
    rows = Settlement.objects.filter(event=event_id).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def _settlements(event_id: int, limit: int) -> QuerySet[Settlement]:
    return Settlement.objects.filter(event=event_id, pk__lte=limit)


def _settlement_pages(event_id: int, limit: int) -> Iterator[list[Row]]:
    rows = _settlements(event_id, limit).order_by("pk")
    last = 0
    while page := list(
        rows.filter(pk__gt=last).values_list(
            *("pk", "created_at", "reservation__public_id", "kind", "method", "amount"),
            *("currency", "status", "payment__reference", "other__public_id"),
            display_name_of("by"),
        )[:PAGE_ROWS]
    ):
        yield [row[1:] for row in page]
        last = page[-1][0]


def _last_action(event_id: int) -> int:
    rows = SecurityEvent.objects.filter(event_id=event_id).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def _actions(event_id: int, limit: int) -> QuerySet[SecurityEvent]:
    return SecurityEvent.objects.filter(event_id=event_id, kind__in=ACTIONS, pk__lte=limit)


def _action_pages(event_id: int, limit: int) -> Iterator[list[Row]]:
    rows = _actions(event_id, limit).order_by("pk")
    people: Any = get_user_model()._default_manager
    last = 0
    while page := list(rows.filter(pk__gt=last)[:PAGE_ROWS]):
        ids = {row.actor_id for row in page if row.actor_id}
        found = people.select_related("merged_into").filter(pk__in=ids)
        names = {person.pk: display_name(person) for person in found}
        yield [
            (
                *(row.at, row.kind, names.get(row.actor_id), _words(row.details)),
                str(row.request_id) if row.request_id else None,
            )
            for row in page
        ]
        last = page[-1].pk


def _words(details: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in details.items())


TABLES = {
    "changes": Table(
        columns=(
            *("change", "at", "seat", "section", "row", "number", "status", "reason", "by"),
            *("held_by", "held_until", "booking", "kept_for", "request_id"),
        ),
        limit=_last_change,
        count=lambda event_id, limit: _changes(event_id, limit).count(),
        pages=_change_pages,
    ),
    "bookings": Table(
        columns=(
            *("booking", "status", "channel", "buyer", "email", "made_at", "cancelled_at"),
            "lapsed_at",
            *("payment_method", "payment_status", "payment_due_at", "paid_at", "tickets"),
            *("total", "fees", "tax_percent", "currency", "name", "name_email"),
            *("split_from", "merged_into"),
        ),
        limit=_last_booking,
        count=lambda event_id, limit: _bookings(event_id, limit).count(),
        pages=_booking_pages,
    ),
    "tickets": Table(
        columns=(
            *("booking", "status", "buyer", "email", "made_at", "seat", "section", "row"),
            *("number", "category", "ticket_type", "price", "currency", "entered_at", "gate"),
        ),
        limit=_last_booking,
        count=lambda event_id, limit: _tickets(event_id, limit).count(),
        pages=_ticket_pages,
    ),
    "settlements": Table(
        columns=(
            *("at", "booking", "kind", "method", "amount", "currency", "status", "payment"),
            *("other_booking", "by"),
        ),
        limit=_last_settlement,
        count=lambda event_id, limit: _settlements(event_id, limit).count(),
        pages=_settlement_pages,
    ),
    "actions": Table(
        columns=("at", "kind", "by", "details", "request_id"),
        limit=_last_action,
        count=lambda event_id, limit: _actions(event_id, limit).count(),
        pages=_action_pages,
    ),
}
