"""The views of promo codes: organisers create and withdraw them, buyers look what one opens."""

from typing import Any

from django.core.exceptions import ValidationError as FieldsError
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from reservations.api.documentation import edits, reads
from reservations.api.event_serializers import LocalDateTimeField, invalid
from reservations.api.guesses import guesses_counted
from reservations.api.permissions import HasPermission
from reservations.api.public_views import EventView
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.api.serializers import MAX_CODE_LENGTH, MAX_ID
from reservations.events import promo_codes as selectors
from reservations.events.promo_codes import OpenedSeatsRecord, PromoCodeRecord
from reservations.organising import editing, event_settings, promo_codes
from reservations.permissions import Permission

_PromoCodeSerializer = serializer_of(PromoCodeRecord)
_OpenedSeatsSerializer = serializer_of(OpenedSeatsRecord)


class NewPromoCodeSerializer(serializers.Serializer[Any]):
    allocation = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="Of the kind `channel`."
    )
    promo_code = serializers.CharField(
        max_length=MAX_CODE_LENGTH, allow_blank=True, default="", help_text="Empty: a random one."
    )
    max_seats = serializers.IntegerField(min_value=1, max_value=100_000)
    expires_at = LocalDateTimeField(
        allow_null=True,
        default=None,
        help_text="Null: with the allocation. Without an offset it is in the event's time zone.",
    )


class PromoCodeSerializer(serializers.Serializer[Any]):
    promo_code = serializers.CharField(max_length=MAX_CODE_LENGTH)


class PromoCodesView(EventView):
    permission_classes = (
        HasPermission.to(Permission.VIEW_RESERVATION, write=Permission.CHANGE_SEAT),
    )

    @reads(
        "promo_codes", _PromoCodeSerializer(many=True), permissions=[Permission.VIEW_RESERVATION]
    )
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """List the promo codes of an event, the newest first."""
        return Response(selectors.promo_codes(event_id=event_id))

    @edits(
        "create_promo_code",
        _PromoCodeSerializer,
        body=NewPromoCodeSerializer,
        status=201,
        permissions=[Permission.CHANGE_SEAT],
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Create a code with which buyers hold and buy seats that are kept for a channel."""
        body = NewPromoCodeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        try:
            made = promo_codes.create_promo_code(
                event_id=event_id,
                actor_id=actor(request).id,
                allocation_id=wanted["allocation"],
                max_seats=wanted["max_seats"],
                text=wanted["promo_code"],
                expires_at=_in_zone_of(event_id, wanted["expires_at"]),
            )
        except FieldsError as error:
            raise invalid(error) from None
        return Response(_record(event_id, made), status=201)


class WithdrawPromoCodeView(EventView):
    permission_classes = (HasPermission.to(Permission.CHANGE_SEAT),)

    @edits(
        "withdraw_promo_code", _PromoCodeSerializer, body=None, permissions=[Permission.CHANGE_SEAT]
    )
    def post(self, request: Request, event_id: int, code_id: int) -> Response:
        """Withdraw a code. Seats that are held with it can still be bought."""
        # Refuse a malformed body.
        _ = request.data
        promo_codes.withdraw_promo_code(
            event_id=event_id, actor_id=actor(request).id, code_id=code_id
        )
        return Response(_record(event_id, code_id))


class OpenedSeatsView(EventView):
    permission_classes = (IsAuthenticated,)

    @edits("opened_seats", _OpenedSeatsSerializer, body=PromoCodeSerializer)
    def post(self, request: Request, event_id: int) -> Response:
        """Return which seats a code opens. It is sent with each lock of them.

        Wrong codes are limited, by person and by IP address.
        """
        body = PromoCodeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with guesses_counted(actor(request).id):
            found = selectors.opened_seats(
                event_id=event_id, text=body.validated_data["promo_code"]
            )
        return Response(found)


def _record(event_id: int, code_id: int) -> PromoCodeRecord:
    return next(each for each in selectors.promo_codes(event_id=event_id) if each["id"] == code_id)


def _in_zone_of(event_id: int, moment: Any) -> Any:
    """Return a time in UTC; without an offset it is in the event's zone. Raises: ValidationError"""
    if moment is None:
        return None
    zone = event_settings.time_zone(event_id=event_id)
    return editing.in_zone(moment, zone, field="expires_at")
