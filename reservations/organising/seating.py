"""Store seating plans and change static seat data, that is, everything except the status.

Lock order, always: the event's row, then its seats by primary key. Only the command queue changes
who has a seat, but for the seats that an import blocks.

Plans are parsed or drawn before they are passed in, so that a transaction only writes: PostgreSQL
ends transactions that are idle for ten seconds.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from infrastructure.security_log.log import Kind, record
from reservations.bookings.decisions import Decision
from reservations.bookings.unit_of_work import UnitOfWork
from reservations.domain.commands import BlockSeats
from reservations.domain.rules import decide
from reservations.domain.states import SeatStatus
from reservations.events.locking import lock_event
from reservations.formats.time_zones import default_time_zone
from reservations.models import Category, Event, Seat
from reservations.organising.held_prices import prices_of_holds_kept
from reservations.organising.layout_hash import layout_of
from reservations.plans.characters import is_clean
from reservations.plans.errors import EventHasSeats, UnknownCategory
from reservations.plans.plan import Plan, PlanSeat, drawing
from reservations.runtime import bulk

BATCH_SEATS = 5_000
BLOCKED_AT_ONCE = 2_000
_SEAT_FIELDS = (
    *("event", "category", "guid", "seat_number", "section", "row", "number", "x", "y"),
    *("features", "note", "group", "group_size", "sold_by"),
    *("status", "extensions", "version"),
)
_UNTOUCHED = (SeatStatus.AVAILABLE.value, 0, 0)

ReportProgress = Callable[[str], None]
"""Called with a short message about the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """The fields of a new event. `price` is for seats whose category has none."""

    name: str
    venue: str
    date: datetime
    price: Decimal
    currency: str = "EUR"
    time_zone: str = ""
    """If empty, the site's setting."""
    description: str = ""
    address: str = ""
    ends_at: datetime | None = None
    sales_open_at: datetime | None = None
    sales_close_at: datetime | None = None
    is_draft: bool = False
    organisation_id: int | None = None


def ignore_progress(_: str) -> None:
    """A `ReportProgress` that does nothing."""


def create_event(
    *,
    details: EventDetails,
    plan: Plan | None = None,
    category_prices: Mapping[str, Decimal] | None = None,
    blocked: Collection[str] = (),
    report_progress: ReportProgress = ignore_progress,
) -> Event:
    """Create an event with the plan's seats, if there is one, completely or not at all.

    `category_prices` has prices by category name; categories without one have the event's price.
    The seats of the categories in `blocked` are blocked. Raises: ValidationError if the details are
    invalid; UnknownCategory.
    """
    event = Event(
        name=details.name,
        venue=details.venue,
        date=details.date,
        price=details.price,
        currency=details.currency,
        time_zone=details.time_zone or default_time_zone(),
        description=details.description,
        address=details.address,
        ends_at=details.ends_at,
        sales_open_at=details.sales_open_at,
        sales_close_at=details.sales_close_at,
        visibility=Event.Visibility.DRAFT if details.is_draft else Event.Visibility.PUBLIC,
        organisation_id=details.organisation_id,
        plan=drawing(plan) if plan else {},
    )
    _validate(event)
    prices = _known_prices(plan, category_prices) if plan else {}
    if plan:
        require_known_categories(plan=plan, names=blocked)
    with transaction.atomic():
        event.save()
        if plan:
            _write_seats(event, plan, prices, report_progress)
            _block(event, blocked)
        record(
            Kind.EVENT_CREATED,
            event_id=event.pk,
            organisation_id=event.organisation_id,
            details={"name": event.name},
        )
    return event


def fill_event(
    *,
    event_id: int,
    plan: Plan,
    category_prices: Mapping[str, Decimal] | None = None,
    blocked: Collection[str] = (),
    report_progress: ReportProgress = ignore_progress,
) -> Event:
    """Store a plan's seats in an event that has none, completely or not at all.

    Existing categories with the same names are kept; prices given here replace theirs. The seats of
    the categories in `blocked` are blocked. Raises:
    EventNotFound, EventHasSeats, UnknownCategory, ValidationError.
    """
    prices, drawn = _known_prices(plan, category_prices), drawing(plan)
    require_known_categories(plan=plan, names=blocked)
    with transaction.atomic():
        event, _ = lock_event(event_id)
        require_no_seats(event_id=event_id)
        event.plan = drawn
        event.save(update_fields=["plan"])
        _write_seats(event, plan, prices, report_progress)
        _block(event, blocked)
    return event


def require_no_seats(*, event_id: int) -> None:
    """Raises: EventHasSeats."""
    if Seat.objects.filter(event_id=event_id).exists():
        raise EventHasSeats


def require_known_categories(*, plan: Plan, names: Iterable[str]) -> None:
    """Raises: UnknownCategory if a name is that of none of the plan's categories."""
    categories = [category.name for category in plan.categories]
    unknown = [name for name in names if name not in categories]
    if unknown:
        known = f"It has {', '.join(categories)}." if categories else "It has none."
        raise UnknownCategory(f"The plan has no category {unknown[0]!r}. {known}")


def refresh_layout(*, event_id: int) -> str:
    """Update and return the event's layout after a change of static seat data.

    Make the change in the same transaction, after `lock_event`; `static_changes` does both. Raises:
    EventNotFound.
    """
    with static_changes(event_id=event_id) as event:
        pass
    return event.layout


@contextmanager
def static_changes(*, event_id: int) -> Iterator[Event]:
    """Hold the event's lock while its static seat data changes, then update its layout.

    One transaction, rolled back on any exception. Prices, categories and seats may be changed
    inside; seats that are held keep their prices for that hold. Raises: EventNotFound.
    """
    with transaction.atomic():
        event, now = lock_event(event_id)
        with prices_of_holds_kept(event, now=now):
            yield event
            # Reload what may have been changed through another object.
            event.refresh_from_db(fields=["price", "currency", "plan"])
        store_layout(event)


def _known_prices(plan: Plan, prices: Mapping[str, Decimal] | None) -> Mapping[str, Decimal]:
    require_known_categories(plan=plan, names=prices or {})
    return prices or {}


def insert_seats(
    event: Event,
    seats: Sequence[PlanSeat],
    categories: Mapping[str, int],
    report_progress: ReportProgress = ignore_progress,
) -> None:
    """Store new seats in the order given. The event must be locked, or new."""
    for start in range(0, len(seats), BATCH_SEATS):
        report_progress(f"Writing seat {start + 1:,} of {len(seats):,}")
        rows = [
            (
                event.pk,
                categories[seat.category] if seat.category else None,
                *(seat.guid, seat.seat_number, seat.section, seat.row, seat.number),
                *(seat.x, seat.y, seat.features, seat.note),
                *(seat.group, seat.group_size, seat.sold_by),
                *_UNTOUCHED,
            )
            for seat in seats[start : start + BATCH_SEATS]
        ]
        bulk.write(bulk.insert(Seat, _SEAT_FIELDS, rows))


def _write_seats(
    event: Event, plan: Plan, prices: Mapping[str, Decimal], report_progress: ReportProgress
) -> None:
    categories = write_categories(event, plan, prices)
    insert_seats(event, plan.seats, categories, report_progress)
    write_companions(event, plan)
    report_progress("Naming the layout")
    store_layout(event)


def write_companions(event: Event, plan: Plan) -> None:
    """Store which accessible seats the companion seats belong to."""
    wanted = {seat.guid: seat.companion_of for seat in plan.seats if seat.companion_of}
    if not wanted:
        return
    guids, stored = {*wanted, *wanted.values()}, Seat.objects.filter(event=event).order_by()
    ids = {guid: pk for pk, guid in stored.values_list("pk", "guid").iterator() if guid in guids}
    rows = [(ids[accessible], ids[guid]) for guid, accessible in wanted.items()]
    bulk.write(bulk.update(Seat, ("companion_of",), rows))


def block_seats(event: Event, ids: Sequence[int]) -> None:
    """Block seats as the command queue would, but in the caller's transaction."""
    for start in range(0, len(ids), BLOCKED_AT_ONCE):
        locked, now = lock_event(event.pk)
        command = BlockSeats(None, tuple(ids[start : start + BLOCKED_AT_ONCE]))
        work = UnitOfWork.open(event=locked, commands=[command], now=now)
        work.write([Decision(command, decide(command, work.state), None)])


def _block(event: Event, categories: Collection[str]) -> None:
    found = Seat.objects.filter(event=event, category__name__in=categories).order_by("pk")
    block_seats(event, list(found.values_list("pk", flat=True)) if categories else [])


def write_categories(event: Event, plan: Plan, prices: Mapping[str, Decimal]) -> dict[str, int]:
    """Create the plan's categories that the event does not have; return ids by name."""
    stored = {category.name: category for category in Category.objects.filter(event=event)}
    for planned in plan.categories:
        category = stored.setdefault(
            planned.name, Category(event=event, name=planned.name, color=planned.color)
        )
        category.price = prices.get(planned.name, category.price)
        category.full_clean(exclude=["event"], validate_unique=False, validate_constraints=False)
        category.save()
    return {name: category.pk for name, category in stored.items()}


def store_layout(event: Event) -> None:
    """Store the hash of the event's static seat data. The event must be locked, or new."""
    event.layout = layout_of(event)
    event.save(update_fields=["layout"])


def _validate(event: Event) -> None:
    """Raises: ValidationError by field."""
    event.full_clean(exclude=["plan", "layout"])
    for name in ("name", "venue", "address", "description"):
        if not is_clean(getattr(event, name), allowed="\n\r\t"):
            raise ValidationError({name: "There are characters in it that cannot be stored."})
