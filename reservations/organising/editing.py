"""Edit an event's settings, and the names, colours and prices of its categories."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from infrastructure.security_log.log import Kind, record
from reservations.domain.errors import CurrencyInUse, PricesNotPayable, SeatsTaken, StaleEvent
from reservations.domain.rules.wording import pluralize
from reservations.domain.states import SeatStatus, iso
from reservations.events.locking import lock_event
from reservations.formats.currencies import is_payable
from reservations.formats.time_zones import is_time_zone, shifted
from reservations.models import Category, Event, Payment, Reservation, Seat, Settlement, TicketPrice
from reservations.models.events import LATEST_DATE
from reservations.organising.announcing import announce_change
from reservations.organising.held_prices import prices_of_holds_kept
from reservations.organising.seating import static_changes
from reservations.plans.characters import is_clean

EDITABLE = (
    *("name", "description", "venue", "address", "date", "ends_at", "time_zone"),
    *("price", "currency"),
    *("sales_open_at", "sales_close_at", "cancel_until", "companions_held_until"),
    *("orphan_rule", "lock_seconds", "max_extensions"),
    *("seat_cap", "purchase_cap", "offline_methods", "payment_seconds"),
    *("requires_verified_email", "visibility", "ticket_fee", "booking_fee", "tax_percent"),
)
"""The fields that `edit_event` changes."""

FOLLOWS_DATE = ("ends_at", "sales_close_at", "cancel_until", "companions_held_until")
"""The times that are moved with an event's date, unless they are given with it."""

_MONEY = {"price", "currency"}
_FEES = {"ticket_fee", "booking_fee", "tax_percent"}
_AMOUNTS = {*_MONEY, *_FEES}
_MAX_RECORDED = 200
_WORDS = ("name", "venue", "address", "description")
# What the constraints about two times say, and at which field.
_LATER = {
    "sales_close_after_they_open": ("sales_close_at", "It must be later than the opening."),
    "an_event_ends_after_it_begins": ("ends_at", "It must be later than the beginning."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEdit:
    """A category as it shall be; without a price it has the event's."""

    id: int
    name: str
    color: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of an event, which is locked; `now` is the database's time after that."""

    event: Event
    now: datetime
    editor_id: int | None

    def save(self, kind: Kind, *fields: str, **details: Any) -> None:
        """Store fields of the event, count the edit, and record it with JSON `details`."""
        event = self.event
        event.revision += 1
        event.edited_at, event.edited_by_id = self.now, self.editor_id
        event.save(update_fields=[*fields, "revision", "edited_at", "edited_by"])
        record(
            kind,
            actor_id=self.editor_id,
            event_id=event.pk,
            organisation_id=event.organisation_id,
            details=details,
        )


@contextmanager
def edits(*, event_id: int, editor_id: int | None, revision: int | None = None) -> Iterator[Edit]:
    """Lock an event to edit it; nothing is stored before the edit's `save`.

    One transaction, rolled back on any exception. With a `revision` it must be the event's. Raises:
    EventNotFound, StaleEvent.
    """
    with transaction.atomic():
        event, now = lock_event(event_id)
        _require_revision(event, revision)
        yield Edit(event, now, editor_id)


# A change of these is told to buyers.
_TOLD = ("date", "time_zone", "venue")


def edit_event(
    *, event_id: int, editor_id: int | None, changes: Mapping[str, Any], revision: int | None = None
) -> None:
    """Change some of the fields in EDITABLE, all or none.

    Times without an offset are in the event's time zone. With a new date, those in FOLLOWS_DATE
    that are not among the changes stay as long before the event as they were. A new price or fee
    leaves what is held or sold as it is. Raises: EventNotFound, StaleEvent, ValidationError by
    field; of a new currency also CurrencyInUse, SeatsTaken, PricesNotPayable.
    """
    with edits(event_id=event_id, editor_id=editor_id, revision=revision) as edit:
        event = edit.event
        new = _in_its_zone(event, changes)
        new |= _following_times(event, new)
        changed = [name for name, value in new.items() if getattr(event, name) != value]
        differences = {
            name: (recorded(getattr(event, name)), recorded(new[name])) for name in changed
        }
        if "currency" in changed:
            _require_new_currency(event, new["currency"], now=edit.now)
        if "visibility" in changed and Event.Visibility.DRAFT in (
            *(event.visibility, new["visibility"]),
        ):
            raise ValidationError({"visibility": "Publish the draft, or make it one again."})
        # Before the prices change, so that what is held keeps them.
        with _keeping_prices(edit, changed):
            for name in changed:
                setattr(event, name, new[name])
            _validate(event, changed)
            if changed:
                edit.save(Kind.EVENT_EDITED, *changed, changed=differences)
            if before := {name: differences[name][0] for name in _TOLD if name in differences}:
                after = {name: recorded(getattr(event, name)) for name in _TOLD}
                announce_change(event, before=before, after=after)


def edit_categories(
    *,
    event_id: int,
    editor_id: int | None,
    categories: Sequence[CategoryEdit],
    revision: int | None = None,
) -> None:
    """Change names, colours and prices of all of an event's categories, all or none.

    What is held or sold keeps its price. Raises: EventNotFound, StaleEvent, ValidationError.
    """
    with (
        edits(event_id=event_id, editor_id=editor_id, revision=revision) as edit,
        static_changes(event_id=event_id),
    ):
        event = edit.event
        stored = {category.pk: category for category in Category.objects.filter(event=event)}
        if sorted(stored) != sorted(new.id for new in categories):
            raise ValidationError({"categories": "Give each category of the event once."})
        if len({new.name for new in categories}) < len(categories):
            raise ValidationError({"categories": "Give each category another name."})
        before = {category.pk: _recorded_category(category) for category in stored.values()}
        for new in categories:
            category = stored[new.id]
            category.event = event
            category.name, category.color, category.price = new.name, new.color, new.price
            category.full_clean(validate_unique=False, validate_constraints=False)
            _require_clean(category, ["name"])
        # Names may be swapped, and are unique at each statement.
        for category in stored.values():
            Category.objects.filter(pk=category.pk).update(name=f"\x7f{category.pk}")
        Category.objects.bulk_update(stored.values(), ["name", "color", "price"])
        differences = [
            (before[category.pk], after)
            for category in stored.values()
            if (after := _recorded_category(category)) != before[category.pk]
        ]
        edit.save(Kind.CATEGORIES_EDITED, categories=differences)


def recorded(value: Any) -> Any:
    """Return a field's value for the security log: JSON, and a text shortened."""
    if isinstance(value, str):
        return value if len(value) <= _MAX_RECORDED else f"{value[:_MAX_RECORDED]}…"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Decimal):
        return str(value)
    return value


def _recorded_category(category: Category) -> dict[str, Any]:
    fields = ("name", "color", "price")
    return {name: recorded(getattr(category, name)) for name in fields}


def in_zone(value: datetime, name: str, *, field: str) -> datetime:
    """Return a time in UTC; without an offset it is a time in that zone.

    Raises: ValidationError for a time that the zone's clocks skip, or that has no place in UTC.
    """
    zone = ZoneInfo(name if is_time_zone(name) else "UTC")
    try:
        moment = value.replace(tzinfo=value.tzinfo or zone).astimezone(UTC)
        local = moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        moment = LATEST_DATE
    if moment >= LATEST_DATE:
        raise ValidationError({field: "This time is too far away."})
    if value.tzinfo is None and local != value:
        raise ValidationError({field: f"The clocks in {name} skip this time."})
    return moment


def _require_new_currency(event: Event, currency: str, *, now: datetime) -> None:
    """Require that an event, which is locked, can change to a currency.

    Amounts of one event are added up, so all of them are in one currency, also those of bookings
    that were cancelled. Raises: CurrencyInUse, SeatsTaken, PricesNotPayable.
    """
    counts = {
        "bookings": Reservation.objects.filter(event=event).count(),
        "payments": Payment.objects.filter(event=event).count(),
        "settlements": Settlement.objects.filter(event=event).count(),
    }
    if any(counts.values()):
        used = ", ".join(pluralize(count, kind[:-1]) for kind, count in counts.items() if count)
        raise CurrencyInUse(f"The currency cannot be changed: {used}.", **counts)
    require_untaken(event, now=now, what="The currency cannot be changed")
    prices = [
        {"name": name, "price": f"{price:.2f}"}
        for name, price in _prices_below(event)
        if not is_payable(price, currency)
    ]
    if prices:
        named = ", ".join(f"{each['price']} ({each['name']})" for each in prices)
        raise PricesNotPayable(
            f"These prices cannot be paid in {currency}: {named}.", prices=prices
        )


def _prices_below(event: Event) -> Iterator[tuple[str, Decimal]]:
    """Yield the prices of an event besides its own fields, with the name of what costs that."""
    of_categories = event.categories.exclude(price=None).values_list("name", "price")
    of_types = (
        (f"{kind}, {category}" if category else kind, price)
        for kind, category, price in TicketPrice.objects.filter(
            ticket_type__event=event
        ).values_list("ticket_type__name", "category__name", "price")
    )
    of_seats = event.seats.exclude(price=None).order_by("pk").values_list("seat_number", "price")
    found = chain(of_categories, of_types, of_seats)
    yield from ((name, price) for name, price in found if price is not None)


def require_untaken(event: Event, *, now: datetime, what: str) -> None:
    """Require that no seat is held or sold; the event is locked. Raises: SeatsTaken."""
    seats = Seat.objects.filter(event=event)
    held = seats.filter(status=SeatStatus.LOCKED, locked_until__gt=now).count()
    sold = seats.filter(status=SeatStatus.RESERVED).count()
    if held or sold:
        taken = pluralize(held, "seat") + " held, " + pluralize(sold, "seat") + " sold"
        raise SeatsTaken(f"{what}: {taken}.", held=held, sold=sold)


def _keeping_prices(edit: Edit, changed: Sequence[str]) -> AbstractContextManager[object]:
    """Return the context in which the fields are changed."""
    if not _MONEY.isdisjoint(changed):
        return static_changes(event_id=edit.event.pk)
    if not _FEES.isdisjoint(changed):
        return prices_of_holds_kept(edit.event, now=edit.now)
    return nullcontext()


def _require_revision(event: Event, revision: int | None) -> None:
    """Raises: StaleEvent."""
    if revision is None or revision == event.revision:
        return
    editor = event.edited_by
    raise StaleEvent(
        revision=event.revision,
        edited_at=iso(event.edited_at),
        edited_by=editor.get_username() if editor else None,
    )


def _in_its_zone(event: Event, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes with all times in UTC. Raises: ValidationError."""
    name = changes.get("time_zone", event.time_zone)
    return {
        field: in_zone(value, name, field=field) if isinstance(value, datetime) else value
        for field, value in changes.items()
    }


def _following_times(event: Event, new: Mapping[str, Any]) -> dict[str, datetime]:
    """Return the times that follow a new date. Raises: ValidationError."""
    if "date" not in new or new["date"] == event.date:
        return {}
    moved = copy(event)
    moved.date, moved.time_zone = new["date"], new.get("time_zone", event.time_zone)
    names = [name for name in FOLLOWS_DATE if name not in new and getattr(event, name) is not None]
    shift_times(moved, names, since=event.date)
    return {name: getattr(moved, name) for name in names}


def shift_times(event: Event, names: Iterable[str], *, since: datetime) -> None:
    """Move times of an event along with its date, which was `since`. Raises: ValidationError."""
    for name in names:
        if (moment := getattr(event, name)) is None:
            continue
        try:
            moved = shifted(moment, event.time_zone, since=since, to=event.date)
        except OverflowError:
            raise ValidationError({name: "This time is too far away."}) from None
        setattr(event, name, moved)


def _validate(event: Event, changed: Sequence[str]) -> None:
    """Raises: ValidationError by field."""
    names = {field.name for field in Event._meta.fields}
    event.clean_fields(exclude=names - set(changed))
    _require_clean(event, [name for name in _WORDS if name in changed])
    if not _AMOUNTS.isdisjoint(changed):
        event.clean()
    try:
        event.validate_constraints()
    except ValidationError as error:
        for name, (field, sentence) in _LATER.items():
            if name in str(error):
                raise ValidationError({field: sentence}) from None
        raise


def _require_clean(row: Event | Category, fields: Sequence[str]) -> None:
    for name in fields:
        if not is_clean(getattr(row, name), allowed="\n\r\t"):
            raise ValidationError({name: "There are characters in it that cannot be stored."})
