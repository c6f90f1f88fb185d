"""Selectors: queries that return frozen data, no models. Expired locks count as available."""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, cast

import orjson
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from reservations import clock, database
from reservations.domain.errors import (
    EventNotFound,
    MembersOnly,
    ReservationNotFound,
    SignInFirst,
    TicketForAnotherEvent,
    TicketNotFound,
)
from reservations.domain.features import SoldBy
from reservations.domain.rules import price_of
from reservations.domain.rules.admission import why_not_admitted
from reservations.domain.states import Fees, SeatStatus, iso
from reservations.models import (
    Allocation,
    Category,
    Event,
    EventPicture,
    GivenUpSeat,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    Settlement,
    overdue,
)
from reservations.models.seats import STATIC_SEAT_FIELDS, seat_price
from reservations.payments.provider import demo_outcomes, provider
from reservations.payments.settlements import amounts_to_pay_back, payment_statuses, rows_of
from reservations.permissions import SEE_BOOKINGS, Permission, holders, may, sees_all
from reservations.read.records import (
    DUE,
    CategoryRecord,
    EntryRecord,
    EventDetailRecord,
    EventRecord,
    FeesRecord,
    GivenUpRecord,
    LockRecord,
    MissingSeatRecord,
    PictureRecord,
    PlanRecord,
    ReservationRecord,
    ReservedSeatRecord,
    RevenueRecord,
    SeatRecord,
    TicketRecord,
    TicketTypeRecord,
    money,
    reservation_record,
    seat_record,
    where_it_is,
)
from reservations.read.seat_counts import Counts, counts_of
from reservations.read.stored_states import (
    fees_of,
    held_prices_of,
    offline_methods,
    state_of,
    terms_of,
    ticket_types_of,
    with_related,
)
from reservations.singleflight import SingleflightCache
from reservations.tickets import public_id_of, seat_of, signed_ticket
from reservations.write.changes import Change

PUBLIC_SECONDS = 1.0
# The largest page of the event list.
MAX_EVENTS = 100
# An event that began longer ago is over.
UPCOMING_FOR = timedelta(hours=12)

# SQLite allows 32766 parameters.
_PEOPLE_AT_ONCE = 1_000
# The chunk size of unbounded queries.
_BATCH = 5_000
_EMPTY_PLAN: PlanRecord = {"name": "", "width": 0, "height": 0, "seat_radius": 10, "shapes": []}


# Some megabytes each, if they are stadiums.
_MAX_ENCODED_PLANS = 16
# Encoded plans by event and layout, which changes with the plan.
_encoded_plans: SingleflightCache[tuple[int, str], bytes | None] = SingleflightCache(
    max_entries=_MAX_ENCODED_PLANS
)

_MAX_PUBLIC = 10_000

# Until when events count as public without a query, by event id (`time.monotonic`).
_public_until: dict[int, float] = {}
_visibility_locks = [threading.Lock() for _ in range(64)]


@dataclass(frozen=True, slots=True)
class Requester:
    """The sender of a query; `id` is None for anonymous ones. Permissions are queried when needed.

    Without `has_powers` permissions are ignored, because the required second factor is missing.
    """

    id: int | None
    has_powers: bool = False


@dataclass(frozen=True, slots=True)
class BookingHead:
    """A reservation's ids, for a requester who may see it."""

    id: int
    event_id: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class EventHead:
    """An event's sequence number, layout, and revision of its settings."""

    seq: int
    layout: str
    is_public: bool
    revision: int = 0


@dataclass(frozen=True, slots=True)
class EventPlace:
    """A position in the list of events, by date and id."""

    date: datetime
    id: int


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list; by default all.

    Each of the `words` must be in the name, the venue or the description. `starts_from` is
    included, `starts_before` is not. `upcoming` omits events that began more than `UPCOMING_FOR`
    ago. `managed` leaves those that the requester helps to organise: of their organisations, or all
    for operators. `scannable` leaves those whose tickets the requester may scan, whoever sees them:
    drafts too.
    """

    words: tuple[str, ...] = ()
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    upcoming: bool = False
    managed: bool = False
    scannable: bool = False
    organisation_id: int | None = None

    def condition(self, *, now: datetime) -> Q:
        found = Q() if self.organisation_id is None else Q(organisation=self.organisation_id)
        for word in self.words:
            found &= (
                Q(name__icontains=word) | Q(venue__icontains=word) | Q(description__icontains=word)
            )
        if self.upcoming:
            found &= Q(date__gt=now - UPCOMING_FOR)
        if self.starts_from is not None:
            found &= Q(date__gte=self.starts_from)
        if self.starts_before is not None:
            found &= Q(date__lt=self.starts_before)
        return found


ALL_EVENTS = EventFilter()


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events; `end` is the position of its last event, None on the last page."""

    events: list[EventRecord]
    end: EventPlace | None


@dataclass(frozen=True, slots=True)
class SeatsVersion:
    """The version of an event's seat list; `tag` changes with its content."""

    layout: str
    tag: str


@dataclass(frozen=True, slots=True)
class MappedSeat:
    """A seat for a hub. The status is as stored: locked even after the deadline.

    `version` is the event's sequence number at the seat's last change. `section` and `pool` are
    numbers in the order of the first seats of each; a pool has the seats of a section with the same
    price, or the places of a standing area. `is_kept` is as in `Change`.
    """

    id: int
    status: int
    locked_until: datetime | None
    holder: str | None
    version: int
    section: int = 0
    pool: int = 0
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class SeatMap:
    """All seats of an event in index order, as of `head.seq` or later; states are absolute."""

    head: EventHead
    seats: tuple[MappedSeat, ...]


@dataclass(frozen=True, slots=True)
class LoggedChanges:
    """The changes after one sequence number up to `seq`, each seat with its last state."""

    seq: int
    changes: tuple[Change, ...]


def require_access(*, event_id: int, requester: Requester) -> None:
    """Raises: EventNotFound, SignInFirst or MembersOnly if the requester may not see an event."""
    if not is_public(event_id=event_id):
        require_access_uncached(event_id=event_id, requester=requester)


def require_access_uncached(*, event_id: int, requester: Requester) -> None:
    """Require that the requester may see an event, without the cache of public events.

    For WebSockets, which are authorised once. Raises: EventNotFound, also for a draft; SignInFirst,
    MembersOnly.
    """
    if _visible_to(requester).filter(pk=event_id).exists():
        return
    if not Event.objects.filter(pk=event_id).exclude(visibility=Event.Visibility.DRAFT).exists():
        raise EventNotFound
    raise SignInFirst if requester.id is None else MembersOnly


def members_among(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who may see an event without a permission."""
    people = tuple(person_ids)
    event = Event.objects.filter(pk=event_id).only("visibility", "member_group").first()
    if event is not None and event.visibility == Event.Visibility.DRAFT:
        return set()
    if (
        event is None
        or event.visibility == Event.Visibility.PUBLIC
        or event.member_group_id is None
    ):
        return set(people)
    groups = Group.objects.filter(pk=event.member_group_id)
    found: set[int] = set()
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        some = people[start : start + _PEOPLE_AT_ONCE]
        found.update(groups.filter(user__in=some).values_list("user", flat=True))
    return found


def permitted_viewers(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people whose permissions let them see a draft or members-only event."""
    found = holders(Permission.VIEW_EVENT, event_id=event_id).filter(pk__in=person_ids)
    return set(found.values_list("pk", flat=True))


def permitted_organisers(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who may see the bookings of an event, and its figures."""
    found = holders(Permission.VIEW_RESERVATION, event_id=event_id).filter(pk__in=person_ids)
    return set(found.values_list("pk", flat=True))


def is_public(*, event_id: int) -> bool:
    """Return whether everyone may see an event. Raises: EventNotFound.

    True is cached for a second, and one thread at a time queries, because in a rush every request
    needs it.
    """
    if _is_known_to_be_public(event_id):
        return True
    # A waiting thread must not keep a connection from the one that queries.
    database.release_connection()
    with _visibility_locks[event_id % len(_visibility_locks)]:
        if _is_known_to_be_public(event_id):
            return True
        found = Event.objects.filter(pk=event_id).values_list("visibility", flat=True).first()
        if found is None:
            raise EventNotFound
        if found != Event.Visibility.PUBLIC:
            return False
        if len(_public_until) >= _MAX_PUBLIC:
            _public_until.clear()
        _public_until[event_id] = time.monotonic() + PUBLIC_SECONDS
        return True


def clear_visibility_cache() -> None:
    """Clear the cache of public events."""
    _public_until.clear()


def _is_known_to_be_public(event_id: int) -> bool:
    return _public_until.get(event_id, 0.0) > time.monotonic()


def events(
    *,
    requester: Requester,
    only: EventFilter = ALL_EVENTS,
    limit: int = MAX_EVENTS,
    after: EventPlace | None = None,
) -> EventPage:
    """Return a page of the events that the requester may see, by date.

    Pages are not cached, only the counts of events are. So no query can fill memory.
    """
    now = clock.now()
    seen = (
        Event.objects.filter(_permitted(requester, Permission.SCAN_TICKET))
        if only.scannable
        else _visible_to(requester)
    )
    seen = seen.filter(only.condition(now=now)).defer("plan").order_by("date", "pk")
    if only.managed:
        seen = seen.filter(_managed_by(requester))
    if after is not None:
        seen = seen.filter(Q(date=after.date, pk__gt=after.id) | Q(date__gt=after.date))
    found = list(seen[: limit + 1])
    page = found[:limit]
    counts = counts_of(page, now=now)
    pictures = picture_records(event.pk for event in page)
    return EventPage(
        events=[
            _event_record(event, counts[event.pk], pictures.get(event.pk), now=now)
            for event in page
        ],
        end=EventPlace(page[-1].date, page[-1].pk) if len(found) > limit else None,
    )


def event(*, event_id: int) -> EventDetailRecord:
    """Return one event with its categories and plan, which is encoded. Raises: EventNotFound.

    A stadium's plan has 600 KB, so it is read and encoded once for each layout.
    """
    now = clock.now()
    while True:
        found = Event.objects.defer("plan").filter(pk=event_id).first()
        if found is None:
            raise EventNotFound
        key = event_id, found.layout
        encoded = _encoded_plans.get(key, partial(_encode_plan, *key))
        if encoded is not None:
            break
        # The plan has been replaced meanwhile.
        _encoded_plans.discard(key)
    return {
        **_event_record(
            found,
            counts_of([found], now=now)[found.pk],
            picture_records([event_id]).get(event_id),
            now=now,
        ),
        "ticket_types": ticket_types(event_id=found.pk),
        "fees": _fees_record(fees_of(found)),
        "orphan_rule": found.orphan_rule,
        "categories": [category_record(category) for category in found.categories.all()],
        "payment_methods": [
            {"code": code, "name": name, "demo": demo_outcomes().get(code)}
            for code, name in _payment_methods(found, now=now).items()
        ],
        "has_promo_codes": found.promo_codes.filter(withdrawn_at=None).exists(),
        "plan": cast("PlanRecord", orjson.Fragment(encoded)),
    }


def _encode_plan(event_id: int, layout: str) -> bytes | None:
    """Return an event's plan as JSON; None if the event has another layout by now."""
    plan = Event.objects.filter(pk=event_id, layout=layout).values_list("plan", flat=True).first()
    return None if plan is None else orjson.dumps({**_EMPTY_PLAN, **plan})


def clear_plan_cache() -> None:
    """Clear the cache of encoded plans. For tests, which change plans without a new layout."""
    _encoded_plans.clear()


def category_record(category: Category) -> CategoryRecord:
    return {
        "id": category.pk,
        "name": category.name,
        "color": category.color,
        "price": money(category.price) if category.price is not None else None,
    }


def _payment_methods(event: Event, *, now: datetime) -> dict[str, str]:
    """Return an event's payment methods: display names by code."""
    is_over_for_later = terms_of(event).payment_due_at(now=now) <= now
    return {**provider().methods, **({} if is_over_for_later else offline_methods(event))}


def event_head(*, event_id: int) -> EventHead:
    """Return an event's head. Raises: EventNotFound."""
    try:
        return event_heads(event_ids=(event_id,))[event_id]
    except KeyError:
        raise EventNotFound from None


def event_heads(*, event_ids: Iterable[int]) -> dict[int, EventHead]:
    """Return the heads of events by id, in one query. Unknown ids are omitted."""
    found = Event.objects.filter(pk__in=event_ids).order_by()
    return {
        pk: EventHead(
            seq=seq,
            layout=layout,
            is_public=visibility == Event.Visibility.PUBLIC,
            revision=revision,
        )
        for pk, seq, layout, visibility, revision in found.values_list(
            "pk", "change_seq", "layout", "visibility", "revision"
        )
    }


def plan(*, event_id: int) -> PlanRecord:
    """Return an event's plan, with defaults for missing keys. Raises: EventNotFound."""
    found = Event.objects.filter(pk=event_id).values_list("plan", flat=True).first()
    if found is None:
        raise EventNotFound
    return {**_EMPTY_PLAN, **found}


def seats_version(*, event_id: int) -> SeatsVersion:
    """Return the version of an event's seat list, without reading the seats. Raises: EventNotFound.

    Between two changes only locks can expire, so the tag includes the number of expired locks.
    """
    head = event_head(event_id=event_id)
    lapsed = Seat.objects.filter(
        event_id=event_id, status=SeatStatus.LOCKED, locked_until__lte=clock.now()
    ).count()
    names = "" if settings.SEATCAST_SHOW_NAMES else "-h"
    return SeatsVersion(layout=head.layout, tag=f"{head.layout}-{head.seq}-{lapsed}{names}")


def seats(*, event_id: int) -> list[SeatRecord]:
    """Return all seats of an event in index order."""
    return list(iter_seats(event_id=event_id))


def iter_seats(*, event_id: int, only: Collection[int] | None = None) -> Iterator[SeatRecord]:
    """Yield all seats of an event in index order, or `only` those with these ids.

    A list of a stadium's would take 400 MB.
    """
    found = Seat.objects.filter(event_id=event_id)
    return _each_record(found if only is None else found.filter(pk__in=only))


def iter_taken_seats(*, event_id: int) -> Iterator[SeatRecord]:
    """Yield the seats of an event whose stored status is not available, in index order."""
    taken = Seat.objects.filter(event_id=event_id).exclude(status=SeatStatus.AVAILABLE)
    return _each_record(taken)


def locks(*, event_id: int, person_id: int) -> list[LockRecord]:
    """Return the seats on which a person has a live lock, in index order."""
    held = Seat.objects.filter(
        event_id=event_id,
        status=SeatStatus.LOCKED,
        locked_by_id=person_id,
        locked_until__gt=clock.now(),
    )
    now = clock.now()
    return with_extensions([_seat_record(row, now=now) for row in _seat_rows(held)])


def other_seats_of_tables(*, seat_ids: Collection[int]) -> list[MissingSeatRecord]:
    """Return the other seats of the tables to which seats of one event belong, in index order."""
    named = Seat.objects.filter(pk__in=seat_ids)
    rows = (
        Seat.objects.filter(event_id__in=named.values("event_id"), group__in=named.values("group"))
        .exclude(pk__in=seat_ids)
        .exclude(group="")
        .order_by("pk")
        .values_list("pk", "seat_number")
    )
    return [{"seat_id": pk, "seat_number": number} for pk, number in rows]


def with_extensions(seats: Sequence[SeatRecord]) -> list[LockRecord]:
    """Add what only their holder is told to seats of one event."""
    found = Seat.objects.filter(pk__in=[seat["id"] for seat in seats]).select_related("event")
    stored = {seat.pk: seat for seat in found.defer("event__plan")}
    return [_lock_record(seat, stored[seat["id"]]) for seat in seats]


def _lock_record(record: SeatRecord, seat: Seat) -> LockRecord:
    kept = held_prices_of(seat.held_prices, locked_at=seat.locked_at)
    by_type = kept.by_type if kept else {}
    return {
        **record,
        "price": money(kept.seat) if kept else record["price"],
        "extensions_left": _extensions_left(seat),
        "held_prices": [
            {"ticket_type": type_id, "price": money(price)} for type_id, price in by_type.items()
        ],
        "held_fees": _fees_record(kept.fees) if kept else None,
    }


def _fees_record(fees: Fees) -> FeesRecord:
    return {
        "each_ticket": money(fees.each_ticket),
        "each_booking": money(fees.each_booking),
        "tax_percent": None if fees.tax_percent is None else money(fees.tax_percent),
    }


def _extensions_left(seat: Seat) -> int:
    if seat.locked_at is None or seat.locked_until is None:
        return 0
    return terms_of(seat.event).extensions_left(
        locked_at=seat.locked_at, locked_until=seat.locked_until, extensions=seat.extensions
    )


def revenue(*, event_id: int) -> RevenueRecord:
    """Return the sum of an event's live reservations, paid or due, and of their seats by section.

    Raises: EventNotFound.
    """
    found = Event.objects.filter(pk=event_id).values_list("change_seq", "currency").first()
    if found is None:
        raise EventNotFound
    seq, currency = found
    unpaid = overdue(clock.now())
    live = Reservation.objects.filter(event_id=event_id, status="confirmed").exclude(unpaid)
    fees = live.aggregate(sum=Sum("fees"))["sum"] or Decimal(0)
    booked = ReservationSeat.objects.filter(event_id=event_id, live=True)
    sums = list(
        booked.filter(reservation__in=live)
        .order_by("seat__section")
        .values_list("seat__section")
        .annotate(Sum("price"))
    )
    return {
        "seq": seq,
        "total": money(sum((amount for _, amount in sums), fees)),
        "fees": money(fees),
        "currency": currency,
        "sections": [{"section": name, "revenue": money(amount)} for name, amount in sums],
    }


def reservations(*, person_id: int) -> list[ReservationRecord]:
    """Return a person's reservations, newest first, including cancelled ones."""
    return reservation_records(Reservation.objects.filter(user_id=person_id))


def booking(*, public_id: str, requester: Requester) -> BookingHead:
    """Return a reservation's ids by its public id.

    Raises: ReservationNotFound, also for requesters who are neither its buyer nor permitted.
    """
    found = Reservation.objects.filter(public_id=public_id)
    for pk, event_id, user_id in found.values_list("pk", "event_id", "user_id"):
        if user_id == requester.id or (
            requester.has_powers and may(requester.id, *SEE_BOOKINGS, event_id=event_id)
        ):
            return BookingHead(pk, event_id, is_own=user_id == requester.id)
    raise ReservationNotFound


def reservation(*, reservation_id: int) -> ReservationRecord:
    """Return a reservation by its primary key. Raises: ReservationNotFound."""
    found = Reservation.objects.filter(pk=reservation_id)
    records = reservation_records(found)
    if not records:
        raise ReservationNotFound
    record = records[0]
    if record["status"] == Reservation.Status.CONFIRMED:
        record["signed_ticket"] = _signed_ticket(found.get(), record)
    return record


def ticket_valid_from(stored: Reservation) -> datetime:
    """Return since when a reservation has its seats: older signed tickets are outdated."""
    return stored.seats_changed_at or stored.created_at


def _signed_ticket(stored: Reservation, record: ReservationRecord) -> str:
    return signed_ticket(
        stored.public_id,
        event_id=stored.event_id,
        valid_from=ticket_valid_from(stored),
        people=len(record["seats"]),
        is_paid=record["payment_status"] != DUE,
    )


def booking_of_ticket(
    *, code: str, scanner_id: int, door_event_id: int | None = None
) -> BookingHead:
    """Return a reservation's ids by a ticket code; `door_event_id` restricts it to one event.

    Raises: TicketNotFound, also for events whose tickets the scanner may not check;
    TicketForAnotherEvent.
    """
    if (public_id := public_id_of(code)) is None:
        raise TicketNotFound
    found = Reservation.objects.filter(public_id=public_id)
    for pk, event_id, name in found.values_list("pk", "event_id", "event__name"):
        if not may(scanner_id, Permission.SCAN_TICKET, event_id=event_id):
            break
        if door_event_id not in (None, event_id):
            raise TicketForAnotherEvent(
                f"This ticket is for another event: {name}.", event=event_id, event_name=name
            )
        return BookingHead(pk, event_id, is_own=False)
    raise TicketNotFound


def ticket(*, code: str, scanner_id: int) -> TicketRecord:
    """Return the check of a ticket with its reservation. Raises: as `booking_of_ticket`."""
    head = booking_of_ticket(code=code, scanner_id=scanner_id)
    found = with_related(Reservation.objects.filter(pk=head.id))
    stored = found.select_related("user", "event").defer("event__plan").get()
    state, seat_id = state_of(stored), seat_of(code)
    reason = why_not_admitted(state, now=clock.now())
    if stored.event.cancelled_at is not None:
        reason = "cancelled"
    if reason in (None, "used") and seat_id is not None:
        reason = "used" if seat_id in state.entries else None
        if seat_id not in state.seat_ids:
            reason = "given_up"
    return {
        "admits": reason is None,
        "reason": reason,
        "seat": seat_id,
        "given_up": given_up(reservation_id=head.id),
        "buyer": stored.buyer,
        "reservation": reservation(reservation_id=head.id),
    }


def given_up(*, reservation_id: int, seat_ids: Collection[int] = ()) -> list[GivenUpRecord]:
    """Return the seats that a reservation gave up, oldest first; with `seat_ids` only these."""
    rows = GivenUpSeat.objects.filter(reservation=reservation_id).order_by("pk")
    if seat_ids:
        rows = rows.filter(seat__in=seat_ids)
    return [
        {
            "seat_id": seat_id,
            "seat_number": number,
            "new_seat": new_seat,
            "new_reservation": new_reservation,
            "at": str(iso(at)),
        }
        for seat_id, number, new_seat, new_reservation, at in rows.values_list(
            "seat_id",
            "seat__seat_number",
            "new_seat__seat_number",
            "new_reservation__public_id",
            "at",
        )
    ]


def events_with_overdue_reservations() -> list[int]:
    """Return the ids of the events with overdue reservations."""
    found = Reservation.objects.filter(overdue(clock.now())).order_by("event_id")
    return list(found.values_list("event_id", flat=True).distinct())


def events_with_ended_allocations() -> list[int]:
    """Return the ids of the events with allocations whose time has come."""
    due = Allocation.objects.filter(ended_at__isnull=True, until__lte=clock.now())
    return list(due.order_by("event_id").values_list("event_id", flat=True).distinct())


def events_with_expired_locks() -> list[int]:
    """Return the ids of the events with expired locks that were not released yet."""
    return list(
        Seat.objects.filter(status=SeatStatus.LOCKED, locked_until__lte=clock.now())
        .order_by("event_id")
        .values_list("event_id", flat=True)
        .distinct()
    )


def seat_map(*, event_id: int) -> SeatMap:
    """Return the whole seat map for a hub. Raises: EventNotFound.

    The sequence number is read before the seats. Applying a change that the seats already include
    is harmless, because changes carry whole states. The layout is compared in the statement that
    reads the seats, because a new plan changes their indexes.
    """
    while True:
        head = event_head(event_id=event_id)
        stored = Seat.objects.filter(event_id=event_id)
        rows = (
            stored.filter(event__layout=head.layout)
            .order_by("pk")
            .values_list(
                *("pk", "status", "locked_until", "locked_by__username", "version"),
                *("section", seat_price(), "sold_by", "group", "allocation_id"),
            )
        )
        seats = tuple(_mapped(rows.iterator(_BATCH)))
        if seats or not stored.exists():
            return SeatMap(head=head, seats=seats)


def _mapped(rows: Iterable[tuple[Any, ...]]) -> Iterator[MappedSeat]:
    """Number the sections and pools of seats, which must be in index order."""
    sections: dict[str, int] = {}
    pools: dict[tuple[str, Decimal, str], int] = {}
    for row in rows:
        pk, status, locked_until, holder, version, section, price, sold_by, group, kept_for = row
        pool = section, price, group if sold_by == SoldBy.NUMBER else ""
        yield MappedSeat(
            *(pk, status, locked_until, holder, version),
            sections.setdefault(section, len(sections)),
            pools.setdefault(pool, len(pools)),
            is_kept=_is_kept(status, kept_for),
        )


def _is_kept(status: int, allocation_id: int | None) -> bool:
    return status == SeatStatus.LOCKED and allocation_id is not None


def changes_since(*, event_id: int, seq: int, limit: int) -> LoggedChanges | None:
    """Return the logged changes after `seq`.

    None if these are more than `limit` rows, or the log was pruned after `seq`.
    """
    rows = list(
        SeatChange.objects.filter(event_id=event_id, seq__gt=seq)
        .order_by("seq", "seat_id")
        .values_list(
            *("seq", "seat_id", "status", "locked_until", "holder__username", "allocation_id")
        )[: limit + 1]
    )
    if not rows:
        return LoggedChanges(seq=seq, changes=())
    if len(rows) > limit or rows[0][0] != seq + 1:
        return None
    last = {
        seat_id: Change(seat_id, status, locked_until, holder, _is_kept(status, kept_for))
        for _, seat_id, status, locked_until, holder, kept_for in rows
    }
    return LoggedChanges(seq=rows[-1][0], changes=tuple(last.values()))


def _visible_to(requester: Requester) -> QuerySet[Event]:
    seen = Q(visibility=Event.Visibility.PUBLIC)
    if requester.id is not None:
        own_groups = Group.objects.filter(user=requester.id)
        is_member = Q(member_group__isnull=True) | Q(member_group__in=own_groups)
        seen |= Q(visibility=Event.Visibility.MEMBERS) & is_member
    return Event.objects.filter(seen | _permitted(requester, Permission.VIEW_EVENT))


def _permitted(requester: Requester, permission: Permission) -> Q:
    """Return the condition on events that the requester has a permission for them."""
    if requester.id is None or not requester.has_powers:
        return Q(pk__in=())
    # From inside the memberships, the events are the query around the one of the people.
    event_id = OuterRef(OuterRef("pk"))
    return Q(Exists(holders(permission, event_id=event_id).filter(pk=requester.id)))


def _managed_by(requester: Requester) -> Q:
    if requester.id is None or not requester.has_powers:
        return Q(pk__in=())
    if sees_all(requester.id):
        return Q()
    return Q(organisation__memberships__user=requester.id)


def picture_records(event_ids: Iterable[int]) -> dict[int, PictureRecord]:
    """Return the pictures of events by the event's id, without their bytes."""
    rows = EventPicture.objects.filter(event__in=event_ids)
    return {
        event_id: {"digest": digest, "width": width, "height": height}
        for event_id, digest, width, height in rows.values_list(
            "event_id", "digest", "width", "height"
        )
    }


def _event_record(
    event: Event, counts: Counts, picture: PictureRecord | None, *, now: datetime
) -> EventRecord:
    terms = terms_of(event)
    return {
        "id": event.pk,
        "name": event.name,
        "description": event.description,
        "venue": event.venue,
        "address": event.address,
        "date": str(iso(event.date)),
        "ends_at": iso(event.ends_at),
        "time_zone": event.time_zone,
        "price": money(event.price),
        "price_from": money(event.price if counts.price_from is None else counts.price_from),
        "currency": event.currency,
        "seats_total": counts.total,
        "seats_available": counts.available,
        "sales_open_at": iso(terms.sales_open_at),
        "sales_close_at": iso(terms.sales_close_at),
        "sales": terms.sale(now=now).value,
        "cancel_until": str(iso(terms.cancel_until)),
        "companions_held_until": iso(terms.companions_held_until),
        "lock_seconds": terms.lock_seconds,
        "max_extensions": terms.max_extensions,
        "hold_seconds": terms.hold_seconds,
        "seat_cap": terms.seat_cap,
        "purchase_cap": terms.purchase_cap,
        "payment_seconds": terms.payment_seconds,
        "requires_verified_email": terms.requires_verified_email,
        "visibility": event.visibility,
        "organisation": event.organisation_id,
        "cancelled_at": iso(event.cancelled_at),
        "picture": picture,
        "revision": event.revision,
        "layout": event.layout,
    }


def ticket_types(*, event_id: int) -> list[TicketTypeRecord]:
    """Return an event's ticket types, in the order to choose from."""
    return [
        {
            "id": found.id,
            "name": found.name,
            "prices": [
                {"category": category_id, "price": money(price)}
                for category_id, price in found.prices.items()
            ],
        }
        for found in ticket_types_of(event_id).values()
    ]


def _each_record(found: QuerySet[Seat]) -> Iterator[SeatRecord]:
    now = clock.now()
    for row in _seat_rows(found).iterator(_BATCH):
        yield _seat_record(row, now=now)


def _seat_rows(found: QuerySet[Seat]) -> QuerySet[Seat, dict[str, Any]]:
    rows: QuerySet[Seat, dict[str, Any]] = found.order_by("pk").values(
        *STATIC_SEAT_FIELDS,
        "status",
        "locked_until",
        "allocation_id",
        "locked_by__username",
        "reservation__user__username",
        "category__price",
        "event__price",
    )
    return rows


def _seat_record(row: dict[str, Any], *, now: datetime) -> SeatRecord:
    status, locked_until = SeatStatus(row["status"]), row["locked_until"]
    if locked_until is not None and locked_until <= now:
        is_kept = row["allocation_id"] is not None
        status = SeatStatus.BLOCKED if is_kept else SeatStatus.AVAILABLE
        locked_until = None
    price = price_of(seat=row["price"], category=row["category__price"], event=row["event__price"])
    return seat_record(
        price=price,
        fields=row,
        status=status,
        holder=row["locked_by__username"] if status is SeatStatus.LOCKED else None,
        locked_until=locked_until,
        reserved_by=row["reservation__user__username"],
    )


def reservation_records(found: QuerySet[Reservation]) -> list[ReservationRecord]:
    now = clock.now()
    stored = list(
        found.select_related("event", "payment", "merged_into").defer(
            "event__plan", "event__description"
        )
    )
    settlements = rows_of(stored)
    statuses = payment_statuses(stored, settlements)
    owed = amounts_to_pay_back(stored, settlements)
    paid_back = {
        row.reservation_id: row.at for row in settlements if row.kind == Settlement.Kind.PAID_BACK
    }
    seats: dict[int, list[ReservedSeatRecord]] = {reservation.pk: [] for reservation in stored}
    rows = (
        ReservationSeat.objects.filter(reservation__in=stored)
        .order_by("seat_id")
        .values(
            "reservation_id",
            "event_id",
            "seat_id",
            "price",
            "ticket_type",
            "seat__seat_number",
            "seat__section",
            "seat__row",
            "seat__number",
            "seat__sold_by",
            "entry__at",
            "entry__gate",
        )
    )
    floors = floors_of({found.event_id for found in stored})
    for row in rows:
        seats[row["reservation_id"]].append(
            {
                "seat_id": row["seat_id"],
                "seat_number": row["seat__seat_number"],
                "section": row["seat__section"],
                "row": row["seat__row"],
                "number": row["seat__number"],
                "price": money(row["price"]),
                "ticket_type": row["ticket_type"],
                "entry": _entry(row["entry__at"], row["entry__gate"]),
                **where_it_is(
                    row["seat__sold_by"],
                    floor=floors.get(row["event_id"], {}).get(row["seat__section"], ""),
                ),
            }
        )
    return [
        reservation_record(
            event=found.event,
            reservation=found,
            seats=seats[found.pk],
            payment_status=statuses[found.pk] if found.pk in statuses else _payment_status(found),
            to_pay_back=owed.get(found.pk),
            paid_back_at=paid_back.get(found.pk),
            now=now,
        )
        for found in stored
    ]


def floors_of(event_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Return the floors of sections by event, for halls with several."""
    found = Event.objects.filter(pk__in=event_ids, plan__has_key="floors")
    return {
        event_id: {each["section"]: each["floor"] for each in floors}
        for event_id, floors in found.values_list("pk", "plan__floors")
    }


def _payment_status(found: Reservation) -> str | None:
    return found.payment.status if hasattr(found, "payment") else None


def _entry(at: datetime | None, gate: str | None) -> EntryRecord | None:
    return None if at is None else {"at": str(iso(at)), "gate": gate or ""}
