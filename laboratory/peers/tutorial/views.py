"""Looking at the seats, and locking one."""

from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from laboratory.peers.tutorial.consumers import group_of
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat, SeatChange

SEAT_CAP = 10
LOCK_SECONDS = 600
WRITTEN = [
    *("status", "locked_by", "locked_until", "locked_at", "extensions", "lapsed_holder"),
    "version",
]


class Conflict(APIException):
    status_code = 409


@api_view(["GET"])
@permission_classes([])
def seats(request: Request, event_id: int) -> Response:  # noqa: ARG001
    """Return what the polling client asks for every three seconds."""
    found = Seat.objects.filter(event=event_id).order_by("pk")
    return Response(
        list(found.values("id", "seat_number", "status", "locked_by__username", "locked_until"))
    )


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def lock_seat(request: Request, event_id: int, seat_id: int) -> Response:
    person: Any = request.user
    with transaction.atomic():
        event = get_object_or_404(Event.objects.select_for_update(no_key=True), pk=event_id)
        seat = get_object_or_404(
            Seat.objects.select_for_update(of=("self",)).select_related("category"),
            event=event,
            pk=seat_id,
        )
        now = timezone.now()
        if _is_locked(seat, now=now) and seat.locked_by == person:
            return _answer(seat, event, person)
        _require_free(event, seat, person, now=now)
        seat.status = SeatStatus.LOCKED
        seat.locked_by = person
        seat.locked_at = now
        seat.extensions = 0
        seat.lapsed_holder = None
        seat.locked_until = now + timedelta(seconds=event.lock_seconds or LOCK_SECONDS)
        event.change_seq += 1
        seat.version = event.change_seq
        event.save(update_fields=["change_seq"])
        seat.save(update_fields=WRITTEN)
        SeatChange.objects.create(
            event=event,
            seq=event.change_seq,
            seat=seat,
            status=SeatStatus.LOCKED,
            holder_id=person.pk,
            locked_until=seat.locked_until,
            reason="locked",
            actor_id=person.pk,
            at=now,
        )
    until_ms = int(seat.locked_until.timestamp() * 1000)
    frame = {
        "type": "delta",
        "from": event.change_seq - 1,
        "seq": event.change_seq,
        "now": int(now.timestamp() * 1000),
        "changes": [[seat.pk, SeatStatus.LOCKED, until_ms, person.username]],
    }
    message = {"type": "seats.changed", "frame": frame}
    async_to_sync(get_channel_layer().group_send)(group_of(event_id), message)
    return _answer(seat, event, person)


def _is_locked(seat: Seat, *, now: datetime) -> bool:
    return bool(seat.status == SeatStatus.LOCKED and seat.locked_until and seat.locked_until > now)


def _require_free(event: Event, seat: Seat, person: Any, *, now: datetime) -> None:
    """Raises: Conflict when the person must not have the seat."""
    if event.sales_open_at and now < event.sales_open_at:
        raise Conflict({"code": "sales_not_open"})
    if event.sales_close_at and now >= event.sales_close_at:
        raise Conflict({"code": "sales_closed"})
    if _is_locked(seat, now=now) or seat.status in (SeatStatus.RESERVED, SeatStatus.BLOCKED):
        conflict: dict[str, Any] = {
            "seat_id": seat.pk,
            "seat_number": seat.seat_number,
            "reason": SeatStatus(seat.status).word,
        }
        raise Conflict({"code": "seat_unavailable", "conflicts": [conflict]})
    held = Seat.objects.filter(
        event=event, locked_by=person, status=SeatStatus.LOCKED, locked_until__gt=now
    ).count()
    if held >= (event.seat_cap or SEAT_CAP):
        raise Conflict({"code": "seat_limit"})


def _answer(seat: Seat, event: Event, person: Any) -> Response:
    record = _record(seat, event, person.username)
    return Response({"success": True, "message": f"{seat.seat_number} locked", "seat": record})


def _record(seat: Seat, event: Event, holder: str) -> dict[str, Any]:
    category_price = seat.category.price if seat.category else None
    price = next(it for it in (seat.price, category_price, event.price) if it is not None)
    return {
        "id": seat.pk,
        "seat_number": seat.seat_number,
        "section": seat.section,
        "row": seat.row,
        "number": seat.number,
        "x": seat.x,
        "y": seat.y,
        "category": seat.category_id,
        "price": str(price),
        "status": SeatStatus(seat.status).word,
        "is_available": False,
        "locked_by": holder,
        "locked_until": seat.locked_until,
        "reserved_by": None,
    }
