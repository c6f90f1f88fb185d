"""Events as the list and their pages show them: queries that return frozen data, no models."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import orjson
from django.db.models import Q

from reservations.domain.errors import EventNotFound
from reservations.domain.states import iso
from reservations.events.access import Requester, managed_by, permitted_to, visible_to
from reservations.events.records import (
    CategoryRecord,
    EventDetailRecord,
    EventRecord,
    PictureRecord,
    PlanRecord,
    TicketTypeRecord,
    fees_record,
    money,
)
from reservations.events.seat_counts import Counts, counts_of
from reservations.events.terms import fees_of, offline_methods, terms_of, ticket_types_of
from reservations.models import Category, Event, EventPicture
from reservations.permissions import Permission
from reservations.ports.payment_provider import demo_outcomes, provider
from reservations.runtime import clock
from reservations.runtime.singleflight import SingleflightCache

# The largest page of the event list.
MAX_EVENTS = 100
# An event that began longer ago is over.
UPCOMING_FOR = timedelta(hours=12)
_EMPTY_PLAN: PlanRecord = {"name": "", "width": 0, "height": 0, "seat_radius": 10, "shapes": []}


# Some megabytes each, if they are stadiums.
_MAX_ENCODED_PLANS = 16
# Encoded plans by event and layout, which changes with the plan.
_encoded_plans: SingleflightCache[tuple[int, str], bytes | None] = SingleflightCache(
    max_entries=_MAX_ENCODED_PLANS
)


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
                Q(name__icontains=word)
                | Q(venue__icontains=word)
                | Q(address__icontains=word)
                | Q(description__icontains=word)
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
        Event.objects.filter(permitted_to(requester, Permission.SCAN_TICKET))
        if only.scannable
        else visible_to(requester)
    )
    seen = seen.filter(only.condition(now=now)).defer("plan").order_by("date", "pk")
    if only.managed:
        seen = seen.filter(managed_by(requester))
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
        "fees": fees_record(fees_of(found)),
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


def plan(*, event_id: int) -> PlanRecord:
    """Return an event's plan, with defaults for missing keys. Raises: EventNotFound."""
    found = Event.objects.filter(pk=event_id).values_list("plan", flat=True).first()
    if found is None:
        raise EventNotFound
    return {**_EMPTY_PLAN, **found}


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


def floors_of(event_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Return the floors of sections by event, for halls with several."""
    found = Event.objects.filter(pk__in=event_ids, plan__has_key="floors")
    return {
        event_id: {each["section"]: each["floor"] for each in floors}
        for event_id, floors in found.values_list("pk", "plan__floors")
    }
