"""An event's terms of sale, ticket types and kept prices, as the domain's rules know them."""

import json
from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings

from reservations.domain.features import SoldBy
from reservations.domain.states import Fees, Grouping, Terms, TicketTypeState
from reservations.models import Event, TicketPrice, TicketType


def terms_of(event: Event) -> Terms:
    """Return an event's terms of sale, with the site's settings as defaults."""
    return Terms(
        lock_seconds=event.lock_seconds or settings.SEATCAST_LOCK_SECONDS,
        seat_cap=event.seat_cap or settings.SEATCAST_SEAT_CAP,
        currency=event.currency,
        sales_open_at=event.sales_open_at,
        sales_close_at=event.sales_close_at or event.date,
        cancel_until=event.cancel_until or event.date,
        max_extensions=(
            settings.SEATCAST_MAX_EXTENSIONS
            if event.max_extensions is None
            else event.max_extensions
        ),
        hold_seconds=settings.SEATCAST_HOLD_SECONDS,
        purchase_cap=event.purchase_cap or settings.SEATCAST_PURCHASE_CAP,
        network_seat_cap=settings.SEATCAST_NETWORK_SEAT_CAP or None,
        network_purchase_cap=settings.SEATCAST_NETWORK_PURCHASE_CAP or None,
        cooldown_seconds=settings.SEATCAST_LOCK_COOLDOWN_SECONDS,
        offline_methods=frozenset(offline_methods(event)),
        payment_seconds=event.payment_seconds or settings.SEATCAST_PAYMENT_DEADLINE_SECONDS,
        open_payment_seconds=settings.SEATCAST_OPEN_PAYMENT_SECONDS,
        begins_at=event.date,
        requires_verified_email=event.requires_verified_email,
        is_draft=event.visibility == Event.Visibility.DRAFT,
        fees=fees_of(event),
        companions_held_until=event.companions_held_until,
        is_cancelled=event.cancelled_at is not None,
        refuses_orphans=event.orphan_rule == Event.OrphanRule.REFUSE,
    )


def ticket_types_of(event_id: int) -> dict[int, TicketTypeState]:
    """Return an event's ticket types by id, in the order to choose from."""
    prices: dict[int, dict[int | None, Decimal]] = {}
    stored = TicketPrice.objects.filter(ticket_type__event=event_id)
    for type_id, category_id, price in stored.values_list("ticket_type_id", "category_id", "price"):
        prices.setdefault(type_id, {})[category_id] = price
    return {
        type_id: TicketTypeState(type_id, name, prices.get(type_id, {}))
        for type_id, name in TicketType.objects.filter(event=event_id).values_list("pk", "name")
    }


def fees_of(event: Event) -> Fees:
    return Fees(event.ticket_fee, event.booking_fee, event.tax_percent)


class HeldPrices(NamedTuple):
    """What a seat costs during a hold: without a ticket type, and by ticket type, with fees."""

    seat: Decimal
    by_type: dict[int, Decimal]
    fees: Fees


def held_prices_of(stored: Any, *, locked_at: datetime | None) -> HeldPrices | None:
    """Return the prices that were kept for the hold since `locked_at`; None if none were.

    `stored` is a seat's `held_prices`, which may be of an earlier hold; PreparedQuery returns it as
    text.
    """
    if stored is None or locked_at is None:
        return None
    kept = json.loads(stored) if isinstance(stored, str) else stored
    if kept["since"] != locked_at.isoformat():
        return None
    by_type = {int(key): Decimal(price) for key, price in kept["by_type"].items()}
    return HeldPrices(Decimal(kept["seat"]), by_type, _kept_fees(kept["fees"]))


def stored_held_prices(prices: HeldPrices, *, locked_at: datetime) -> dict[str, Any]:
    """Return the value of a seat's `held_prices`."""
    return {
        "fees": [_text(fee) for fee in astuple(prices.fees)],
        "since": locked_at.isoformat(),
        "seat": str(prices.seat),
        "by_type": {str(key): str(price) for key, price in prices.by_type.items()},
    }


def grouping_of(seat: Mapping[str, Any]) -> Grouping:
    """Return the grouping that the present plan gives a seat, by the seat's columns."""
    group = seat["group"] if seat["sold_by"] == SoldBy.TABLE else ""
    return Grouping(group, seat["group_size"], seat["companion_of_id"])


def taken_grouping_of(stored: Any) -> Grouping | None:
    """Return the grouping of a seat's `taken_grouping`; PreparedQuery returns that as text."""
    if stored is None:
        return None
    return Grouping(*(json.loads(stored) if isinstance(stored, str) else stored))


def stored_grouping(grouping: Grouping) -> list[Any]:
    """Return the value of a seat's `taken_grouping`."""
    return list(grouping)


def _kept_fees(stored: tuple[str, str, str | None]) -> Fees:
    each_ticket, each_booking, tax_percent = stored
    return Fees(
        Decimal(each_ticket),
        Decimal(each_booking),
        None if tax_percent is None else Decimal(tax_percent),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def offline_methods(event: Event) -> dict[str, str]:
    """Return the offline payment methods of an event: display names by code."""
    methods: dict[str, str] = settings.SEATCAST_OFFLINE_METHODS
    if event.offline_methods is None:
        return methods
    return {code: name for code, name in methods.items() if code in event.offline_methods}
