"""The views of the box office: sell, give away, keep seats, release locks."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as FieldsError
from django.http.response import HttpResponse
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from infrastructure.security_log.people import NameField
from reservations.api.answers import answered, parsed_body
from reservations.api.documentation import reads, writes
from reservations.api.event_serializers import LocalDateTimeField, invalid
from reservations.api.permissions import HasPermission, require_permission
from reservations.api.public_views import EventView
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.api.seat_views import SeatCommandView
from reservations.api.serializers import (
    MAX_ID,
    BookedAnswerSerializer,
    BoundedListField,
    SeatIdsSerializer,
    SeatsAnswerSerializer,
    TicketTypesField,
)
from reservations.box_office import kept_seats
from reservations.box_office.kept_seats import (
    AllocatedSeatsRecord,
    ReleasedLockRecord,
    SeatUseRecord,
)
from reservations.domain.commands import AllocateSeats, ReleaseLocks, SellSeats, UnblockSeats
from reservations.domain.states import AllocationKind, BoxOfficeMethod
from reservations.organising import editing, event_settings
from reservations.permissions import Permission
from reservations.runtime.threads import in_thread

MAX_BLOCKED_SEATS = 2_000
"""How many seats one command blocks or unblocks."""

_SEE = [Permission.VIEW_RESERVATION]


class FromAllocationSerializer(serializers.Serializer[Any]):
    from_allocation = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        allow_null=True,
        default=None,
        help_text="The allocation whose seats may be among them. Null: only available seats.",
    )


class BlockedSeatIdsSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_BLOCKED_SEATS,
    )


class AllocateSerializer(BlockedSeatIdsSerializer, FromAllocationSerializer):
    kind = serializers.ChoiceField(
        choices=[kind.value for kind in AllocationKind],
        help_text="Block: for nobody. Name: for a person. Channel: for a sponsor or a seller.",
    )
    label = NameField(  # type: ignore[assignment]
        max_length=200, help_text="The reason, the person's name, or the channel's."
    )
    until = LocalDateTimeField(
        allow_null=True,
        default=None,
        help_text="When they are released by themselves; null: never. Without an offset it is in"
        " the event's time zone.",
    )


class SellSerializer(SeatIdsSerializer, FromAllocationSerializer):
    payment_method = serializers.ChoiceField(
        choices=[method.value for method in BoxOfficeMethod],
        help_text="Comp: given away, for nothing.",
    )
    buyer_name = NameField(
        max_length=150, allow_blank=True, default="", help_text="Empty: somebody who walked up."
    )
    buyer_email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    ticket_types = TicketTypesField(
        required=False,
        help_text="By seat id, the id of its ticket type; other seats are sold at their own price.",
    )
    expected_total = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="The total that the buyer was told. Another one is refused: `price_changed`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises: ValidationError for ticket types of other seats, or of a gift."""
        types = attrs.get("ticket_types", {})
        if others := set(types) - set(attrs["seat_ids"]):
            message = f"Seat {min(others)} is not in seat_ids."
            raise serializers.ValidationError({"ticket_types": [message]})
        if types and attrs["payment_method"] == BoxOfficeMethod.COMP:
            message = "What is given away has no ticket types."
            raise serializers.ValidationError({"ticket_types": [message]})
        return attrs


class BoxOfficeCommandView(SeatCommandView):
    """A view that sends a command of the box office, for those with the permission."""

    permission: ClassVar[Permission]

    async def admit(self, request: Any, **kwargs: Any) -> None:
        event_id = kwargs["event_id"]
        await in_thread(partial(require_permission, request, self.permission, event_id=event_id))
        await super().admit(request, **kwargs)


class SoldAnswerSerializer(BookedAnswerSerializer):
    buyer_mailed = serializers.BooleanField(
        allow_null=True,
        help_text="False: the address has been mailed too often, or the organisation may mail no"
        " more strangers today. Null: there is no address.",
    )


class SellView(BoxOfficeCommandView):
    permission = Permission.CHANGE_RESERVATION

    @writes(
        "sell",
        SoldAnswerSerializer,
        body=SellSerializer,
        status=201,
        permissions=[Permission.CHANGE_RESERVATION],
    )
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Sell seats at the box office, or give them away, all or none. They are paid at once.

        Neither the times of sale nor the caps of buyers apply, and no lock is needed.
        """
        body = parsed_body(SellSerializer, request)
        command = SellSeats(
            actor(request),
            tuple(body["seat_ids"]),
            BoxOfficeMethod(body["payment_method"]),
            body["buyer_name"],
            body["buyer_email"],
            tuple(sorted(body.get("ticket_types", {}).items())),
            body.get("expected_total"),
            body["from_allocation"],
        )
        answer = await self.submit(request, event_id, command)
        booked = answer["reservation"]
        return answered(
            answer,
            201,
            reservation_id=booked["id"],
            reservation=booked,
            buyer_mailed=bool(answer["mailed_to"]) if body["buyer_email"] else None,
        )


class AllocateView(BoxOfficeCommandView):
    permission = Permission.CHANGE_SEAT

    @writes(
        "allocate",
        SeatsAnswerSerializer,
        body=AllocateSerializer,
        permissions=[Permission.CHANGE_SEAT],
    )
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Keep available seats off sale for a reason, a person or a channel, all or none."""
        body = parsed_body(AllocateSerializer, request)
        command = AllocateSeats(
            actor(request),
            tuple(body["seat_ids"]),
            AllocationKind(body["kind"]),
            body["label"],
            await _in_zone_of(event_id, body["until"]),
            body["from_allocation"],
        )
        answer = await self.submit(request, event_id, command)
        return answered(answer, seats=answer["seats"])


class UnblockView(BoxOfficeCommandView):
    permission = Permission.CHANGE_SEAT

    @writes(
        "unblock",
        SeatsAnswerSerializer,
        body=BlockedSeatIdsSerializer,
        permissions=[Permission.CHANGE_SEAT],
    )
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Put blocked seats on sale, whatever they were kept for; others stay as they are."""
        body = parsed_body(BlockedSeatIdsSerializer, request)
        command = UnblockSeats(actor(request), tuple(body["seat_ids"]))
        answer = await self.submit(request, event_id, command)
        return answered(answer, seats=answer["seats"])


class ReleaseView(BoxOfficeCommandView):
    permission = Permission.CHANGE_RESERVATION

    @writes(
        "release_locks",
        SeatsAnswerSerializer,
        body=SeatIdsSerializer,
        permissions=[Permission.CHANGE_RESERVATION],
    )
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Release other people's locks on seats. Seats that are available stay as they are.

        Their holders find them in `released-locks/`, and may lock them again like everybody.
        """
        body = parsed_body(SeatIdsSerializer, request)
        command = ReleaseLocks(actor(request), tuple(body["seat_ids"]))
        answer = await self.submit(request, event_id, command)
        return answered(answer, seats=answer["seats"])


class AllocationsView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("allocations", serializer_of(AllocatedSeatsRecord)(many=True), permissions=_SEE)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """List the allocations that still keep seats, the newest first."""
        return Response(kept_seats.allocations(event_id=event_id))


class SeatUseView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("seat_use", serializer_of(SeatUseRecord), permissions=_SEE)
    def get(self, request: Request, event_id: int, seat_id: int) -> Response:  # noqa: ARG002
        """Return who has a seat: its lock, booking or allocation."""
        return Response(kept_seats.seat_use(event_id=event_id, seat_id=seat_id))


class ReleasedLocksView(EventView):
    permission_classes = (IsAuthenticated,)

    @reads("released_locks", serializer_of(ReleasedLockRecord)(many=True))
    def get(self, request: Request, event_id: int) -> Response:
        """List the seats whose lock the box office took from the requester lately."""
        return Response(kept_seats.released_locks(event_id=event_id, person_id=actor(request).id))


async def _in_zone_of(event_id: int, moment: datetime | None) -> datetime | None:
    """Return a time in UTC; without an offset it is in the event's zone.

    Raises: ValidationError.
    """
    if moment is None:
        return None
    zone = await in_thread(partial(event_settings.time_zone, event_id=event_id))
    try:
        return editing.in_zone(moment, zone, field="until")
    except FieldsError as error:
        raise invalid(error) from None
