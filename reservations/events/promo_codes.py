"""Promo codes: what they open, how often they are used, and what was sold with them."""

import unicodedata
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypedDict

from django.db.models import Count, Q, QuerySet, Sum

from reservations.domain.errors import PromoCodeInvalid
from reservations.domain.states import PromoCodeState, SeatStatus, iso
from reservations.events.records import Revenue, Timestamp, money
from reservations.models import PromoCode, ReservationSeat, Seat
from reservations.runtime import clock


class PromoCodeRecord(TypedDict):
    id: int
    code: str
    allocation: Annotated[int, "The allocation whose seats it opens."]
    label: Annotated[str, "The channel's name."]
    max_seats: int
    held: Annotated[int, "Seats that buyers hold with it now."]
    sold: Annotated[int, "Seats in live bookings that were held with it."]
    revenue: Annotated[Revenue, "Their prices, without fees."]
    expires_at: Timestamp | None
    withdrawn_at: Timestamp | None
    created_at: Timestamp
    created_by: Annotated[str, "The user name; empty if the account is gone."]


class OpenedSeatsRecord(TypedDict):
    code: str
    seat_ids: Annotated[list[int], "The seats that it opens, in index order; others may hold some."]
    left: Annotated[int, "How many more seats it is good for."]
    expires_at: Timestamp | None


def folded_code(text: str) -> str:
    """Return a code as it is stored: in capitals, without spaces around it."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def promo_codes(*, event_id: int) -> list[PromoCodeRecord]:
    """Return the codes of an event, the newest first."""
    found = PromoCode.objects.filter(event=event_id).select_related("allocation", "created_by")
    stored = list(found.order_by("-pk"))
    ids = [code.pk for code in stored]
    held = _held(ids, now=clock.now())
    sold = {
        pk: (count, price)
        for pk, count, price in _sold(ids)
        .values_list("promo_code")
        .annotate(Count("pk"), Sum("price"))
    }
    return [
        {
            "id": code.pk,
            "code": code.code,
            "allocation": code.allocation_id,
            "label": code.allocation.label,
            "max_seats": code.max_seats,
            "held": held.get(code.pk, 0),
            "sold": sold.get(code.pk, (0, None))[0],
            "revenue": money(sold.get(code.pk, (0, Decimal(0)))[1]),
            "expires_at": iso(code.expires_at),
            "withdrawn_at": iso(code.withdrawn_at),
            "created_at": str(iso(code.created_at)),
            "created_by": code.created_by.get_username() if code.created_by else "",
        }
        for code in stored
    ]


def opened_seats(*, event_id: int, text: str) -> OpenedSeatsRecord:
    """Return what a code opens. Raises: PromoCodeInvalid."""
    code = folded_code(text)
    now = clock.now()
    found = states(event_id, {code}, now=now).get(code)
    if found is None or found.has_ended:
        raise PromoCodeInvalid
    seats = Seat.objects.filter(event=event_id, allocation=found.allocation_id)
    kept = seats.filter(status__in=[SeatStatus.BLOCKED, SeatStatus.LOCKED])
    expires_at = PromoCode.objects.values_list("expires_at", flat=True).get(pk=found.id)
    return {
        "code": code,
        "seat_ids": list(kept.order_by("pk").values_list("pk", flat=True)),
        "left": found.left,
        "expires_at": iso(expires_at),
    }


def states(event_id: int, codes: Collection[str], *, now: datetime) -> dict[str, PromoCodeState]:
    """Return codes by their text. With the event's row locked the numbers are exact."""
    if not codes:
        return {}
    found = PromoCode.objects.filter(event=event_id, code__in=codes).select_related("allocation")
    stored = list(found)
    ids = [code.pk for code in stored]
    held, sold = _held(ids, now=now), _sold(ids).values_list("promo_code").annotate(Count("pk"))
    used = {pk: held.get(pk, 0) for pk in ids}
    for pk, count in sold:
        used[pk] += count
    return {
        code.code: PromoCodeState(
            id=code.pk,
            allocation_id=code.allocation_id,
            left=max(0, code.max_seats - used[code.pk]),
            has_ended=_has_ended(code, now=now),
        )
        for code in stored
    }


def kept_for(code: PromoCodeState, *, now: datetime) -> QuerySet[Seat]:
    """Return the seats that a code opens and that nobody holds; `SeatState.is_kept_for` in SQL."""
    is_kept = Q(status=SeatStatus.BLOCKED) | Q(status=SeatStatus.LOCKED, locked_until__lte=now)
    return Seat.objects.filter(is_kept, allocation=code.allocation_id)


def usable(event_id: int, text: str, *, now: datetime) -> PromoCodeState | None:
    """Return a code if it opens a seat now; None if it was not given, ended or is used up."""
    found = states(event_id, {text} if text else (), now=now).get(text)
    return found if found is not None and found.left and not found.has_ended else None


def _has_ended(code: PromoCode, *, now: datetime) -> bool:
    ends = (code.expires_at, code.withdrawn_at, code.allocation.until, code.allocation.ended_at)
    return any(at is not None and at <= now for at in ends)


def _held(ids: Collection[int], *, now: datetime) -> dict[int, int]:
    live = Seat.objects.filter(
        Q(locked_until__gt=now), promo_code__in=ids, status=SeatStatus.LOCKED
    )
    return dict(live.order_by().values_list("promo_code").annotate(Count("pk")))


def _sold(ids: Collection[int]) -> QuerySet[ReservationSeat]:
    return ReservationSeat.objects.filter(promo_code__in=ids, live=True).order_by()
