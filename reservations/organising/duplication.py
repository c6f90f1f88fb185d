"""Duplicate an event: its settings, categories, seats and picture, without anything of its sale."""

from datetime import datetime

from django.db import transaction

from infrastructure.security_log.log import Kind, record
from reservations.domain.errors import EventNotFound, StaleEvent
from reservations.domain.states import SeatStatus
from reservations.models import Category, Event, EventPicture, Seat, TicketPrice, TicketType
from reservations.models.seats import STATIC_SEAT_FIELDS
from reservations.organising.editing import EDITABLE, FOLLOWS_DATE, shift_times
from reservations.organising.layout_hash import layout_of
from reservations.organising.seating import BATCH_SEATS, block_seats
from reservations.runtime import bulk, clock

# Ids are those of the other event.
_IDS = ("id", "category_id", "companion_of_id")
_COPIED = ("guid", *(name for name in STATIC_SEAT_FIELDS if name not in _IDS))
_SEAT_FIELDS = ("event", "category", *_COPIED, "status", "extensions", "version")
_UNTOUCHED = (SeatStatus.AVAILABLE.value, 0, 0)


def duplicate_event(*, event_id: int, editor_id: int | None, date: datetime, name: str = "") -> int:
    """Create a draft like an event, at another date, completely or not at all; return its id.

    Its times of sale are as long before the show as those of the other one, on the venue's clocks.
    Seats that are off sale are off sale in it too, but none is kept for anybody. The other event
    is not locked, so that its sale goes on.
    Raises: EventNotFound; StaleEvent if its seats were edited meanwhile.
    """
    source = Event.objects.filter(pk=event_id).first()
    if source is None:
        raise EventNotFound
    event = Event(
        organisation_id=source.organisation_id,
        member_group_id=source.member_group_id,
        plan=source.plan,
        **{field: getattr(source, field) for field in EDITABLE},
    )
    event.visibility = Event.Visibility.DRAFT
    event.name, event.date = name or source.name, date
    event.edited_at, event.edited_by_id = clock.now(), editor_id
    shift_times(event, ("sales_open_at", *FOLLOWS_DATE), since=source.date)
    with transaction.atomic():
        event.save()
        _copy_seats(source, event)
        _copy_picture(source, event)
        if source.layout:
            event.layout = layout_of(event)
            event.save(update_fields=["layout"])
        if Event.objects.values_list("layout", flat=True).get(pk=event_id) != source.layout:
            raise StaleEvent
        record(
            Kind.EVENT_CREATED,
            actor_id=editor_id,
            event_id=event.pk,
            organisation_id=event.organisation_id,
            details={"name": event.name, "copied_from": event_id},
        )
    return event.pk


def _copy_seats(source: Event, event: Event) -> None:
    categories: dict[int | None, int] = {}
    for category in Category.objects.filter(event=source):
        old, category.pk, category.event = category.pk, None, event
        category.save(force_insert=True)
        categories[old] = category.pk
    seats = Seat.objects.filter(event=source).order_by("pk").values_list("category", *_COPIED)
    rows = [
        (event.pk, categories.get(category), *values, *_UNTOUCHED)
        for category, *values in seats.iterator(BATCH_SEATS)
    ]
    for start in range(0, len(rows), BATCH_SEATS):
        bulk.write(bulk.insert(Seat, _SEAT_FIELDS, rows[start : start + BATCH_SEATS]))
    _copy_companions(source, event)
    for ticket_type in TicketType.objects.filter(event=source):
        prices = list(ticket_type.prices.all())
        ticket_type.pk, ticket_type.event = None, event
        ticket_type.save(force_insert=True)
        TicketPrice.objects.bulk_create(
            TicketPrice(
                ticket_type=ticket_type,
                category_id=categories.get(price.category_id),
                price=price.price,
            )
            for price in prices
        )
    blocked = Seat.objects.filter(
        event=source, status=SeatStatus.BLOCKED, allocation__isnull=True
    ).values("guid")
    same = Seat.objects.filter(event=event, guid__in=blocked).order_by("pk")
    block_seats(event, list(same.values_list("pk", flat=True)))


def _copy_companions(source: Event, event: Event) -> None:
    found = Seat.objects.filter(event=source, companion_of__isnull=False)
    wanted = dict(found.values_list("guid", "companion_of__guid"))
    if not wanted:
        return
    ids = dict(Seat.objects.filter(event=event).values_list("guid", "pk"))
    rows = [(ids[accessible], ids[guid]) for guid, accessible in wanted.items()]
    bulk.write(bulk.update(Seat, ("companion_of",), rows))


def _copy_picture(source: Event, event: Event) -> None:
    for picture in EventPicture.objects.filter(event=source):
        picture.pk, picture.event = None, event
        picture.save(force_insert=True)
