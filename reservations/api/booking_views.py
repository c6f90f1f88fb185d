"""The views by which organisers find bookings, and move, split and merge them."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infrastructure.security_log.pagination import add_next_link
from infrastructure.security_log.people import NameField
from reservations.api.documentation import reads, writes
from reservations.api.permissions import HasPermission, require_permission
from reservations.api.public_views import EventView
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor, idempotency_key, requester
from reservations.api.serializers import MAX_ID, MAX_SEATS, BoundedListField
from reservations.bookings import command_queue
from reservations.bookings.booking_records import BookingHead
from reservations.bookings.booking_records import booking as booking_head
from reservations.bookings.records import CommandResult
from reservations.box_office import bookings, quotes
from reservations.box_office.bookings import (
    MAX_BOOKINGS,
    MAX_TEXT,
    BookingRecord,
    BookingState,
    FoundBookingRecord,
)
from reservations.box_office.quotes import QuoteRecord
from reservations.domain.commands import (
    ChangeBuyer,
    MergeBookings,
    MoveSeats,
    Rebooking,
    SplitBooking,
)
from reservations.domain.states import Settling
from reservations.formats.public_ids import parse_public_id
from reservations.payments import refunds
from reservations.payments.paying_back import mark_paid_back
from reservations.permissions import SEE_BOOKINGS, Permission
from reservations.tickets.mailing import send_again

_CHANGE = [Permission.CHANGE_RESERVATION]
MAIL_WAIT_SECONDS = 3600


class BookingsQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(
        max_length=MAX_TEXT,
        allow_blank=True,
        default="",
        help_text="Words of the buyer's name, or the beginning of the address or of the booking's"
        " number (from four characters on), or a seat's number. Empty: all.",
    )
    state = serializers.ChoiceField(
        choices=[state.value for state in BookingState], default=BookingState.ALL.value
    )
    before = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="As in the Link header."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_BOOKINGS, default=50)


class MovesField(serializers.DictField):
    """Ids of new seats by the ids of old ones."""

    child = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    default_error_messages = {
        "seat": "Each key must be the id of a seat.",
        "count": f"Give 1 to {MAX_SEATS} seats.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return pairs of ids, by the old ones. Raises: ValidationError."""
        if isinstance(data, dict) and not 1 <= len(data) <= MAX_SEATS:
            self.fail("count")
        found = super().to_internal_value(data)
        if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in found):
            self.fail("seat")
        return tuple(sorted((int(key), value) for key, value in found.items()))


class QuoteSerializer(serializers.Serializer[Any]):
    moves = MovesField(help_text="By the id of a seat of the booking, the id of its new seat.")


class MoveSerializer(QuoteSerializer):
    settling = serializers.ChoiceField(
        choices=[each.value for each in Settling],
        default=Settling.NONE.value,
        help_text="How the difference is settled: one of the quote's `settlings`.",
    )
    expected_difference = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text="The difference of the quote. Another one is refused: `price_changed`.",
    )


class SplitSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_SEATS,
    )
    buyer_name = NameField(max_length=150, allow_blank=True, default="")
    buyer_email = serializers.EmailField(max_length=254, allow_blank=True, default="")


class BuyerSerializer(serializers.Serializer[Any]):
    buyer_name = NameField(max_length=150, allow_blank=True, required=False)
    buyer_email = serializers.EmailField(max_length=254, allow_blank=True, required=False)


class MergeSerializer(serializers.Serializer[Any]):
    other = serializers.CharField(max_length=16, help_text="The number of the other booking.")
    confirm_other_buyer = serializers.BooleanField(
        default=False, help_text="Merge bookings of different buyers."
    )

    def validate_other(self, text: str) -> str:
        """Raises: ValidationError."""
        if (found := parse_public_id(text)) is None:
            raise serializers.ValidationError("This is not the number of a booking.")
        return found


BookingSerializer = serializer_of(BookingRecord)


class ChangedAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    reservation = BookingSerializer()


class RebookedAnswerSerializer(ChangedAnswerSerializer):
    buyer_mailed = serializers.BooleanField(
        help_text="False: a booking has no address, or it was mailed too often."
    )


class SplitAnswerSerializer(RebookedAnswerSerializer):
    new_reservation = BookingSerializer()


class SentAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class BookingsView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads(
        "bookings",
        serializer_of(FoundBookingRecord)(many=True),
        query=BookingsQuerySerializer,
        permissions=[Permission.VIEW_RESERVATION],
    )
    def get(self, request: Request, event_id: int) -> Response:
        """Find bookings of the event, newest first.

        The `Link` header (RFC 8288) leads to the next page, if there is one.
        """
        query = BookingsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        page = bookings.bookings(
            event_id=event_id,
            text=asked["q"],
            state=BookingState(asked["state"]),
            before=asked.get("before"),
            limit=asked["limit"],
        )
        response = Response(page.bookings)
        if page.last is not None:
            add_next_link(response, request, before=str(page.last))
        return response


class BookingView(APIView):
    permission_classes = (
        HasPermission.to(Permission.VIEW_RESERVATION, write=Permission.CHANGE_RESERVATION),
    )

    @reads("booking", BookingSerializer, permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, reservation_id: str) -> Response:
        """Return a booking with its buyer, its money and the seats that it gave up."""
        found = _head(request, reservation_id, *SEE_BOOKINGS)
        return Response(bookings.booking(reservation_id=found.id))

    @writes("change_buyer", ChangedAnswerSerializer, body=BuyerSerializer, permissions=_CHANGE)
    def patch(self, request: Request, reservation_id: str) -> Response:
        """Change the name and the address of a booking, also of one that has ended.

        What is left out stays as it is. With an empty address, mail goes to that of its account, if
        it has one. Nothing is mailed; links in earlier mail to another address become invalid.
        """
        found = _head(request, reservation_id)
        command = ChangeBuyer(actor(request), found.id, **_body(BuyerSerializer, request))
        return _changed(_submit(request, found, command)["message"], found)


class QuoteView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("quote_move", serializer_of(QuoteRecord), body=QuoteSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Return what moving seats would cost, at today's prices, and how it can be settled.

        Nothing is changed or held. It is refused like the move itself.
        """
        found = _head(request, reservation_id)
        body = _body(QuoteSerializer, request)
        idempotency_key(request)
        command = MoveSeats(actor(request), found.id, body["moves"])
        return Response(quotes.quote_of(command, event_id=found.event_id))


class MoveView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("move", RebookedAnswerSerializer, body=MoveSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Move seats of a booking to other seats of the event, all or none.

        Ticket types and the number of the booking are kept. What the seats cost today is settled as
        `settling` says. Refused for seats that have entered: `already_entered`.
        """
        found = _head(request, reservation_id)
        body = _body(MoveSerializer, request)
        command = MoveSeats(
            actor(request),
            found.id,
            body["moves"],
            Settling(body["settling"]),
            body.get("expected_difference"),
        )
        answer = refunds.move(
            event_id=found.event_id, command=command, key=idempotency_key(request)
        )
        return _changed(answer["message"], found, buyer_mailed=answer["buyer_mailed"])


class SplitView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("split", SplitAnswerSerializer, body=SplitSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Make a booking of its own of some seats, with what was paid for them.

        The fees stay with the first booking. At least one seat must stay: `nothing_left`.
        """
        found = _head(request, reservation_id)
        body = _body(SplitSerializer, request)
        command = SplitBooking(
            actor(request),
            found.id,
            tuple(body["seat_ids"]),
            body["buyer_name"],
            body["buyer_email"],
        )
        answer = _submit(request, found, command)
        return _changed(
            answer["message"],
            found,
            new_reservation=bookings.booking_with_seat(seat_id=command.seat_ids[0]),
            buyer_mailed=answer["buyer_mailed"],
        )


class MergeView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("merge", RebookedAnswerSerializer, body=MergeSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Merge another booking of the event into this one, which keeps its number.

        Bookings of different buyers are refused with `other_buyer`, unless that is confirmed.
        """
        found = _head(request, reservation_id)
        body = _body(MergeSerializer, request)
        other = booking_head(public_id=body["other"], requester=requester(request))
        # Another event's reservation is not found by the command.
        command = MergeBookings(
            actor(request), found.id, other.id, is_confirmed=body["confirm_other_buyer"]
        )
        answer = _submit(request, found, command)
        return _changed(answer["message"], found, buyer_mailed=answer["buyer_mailed"])


class PaidBackView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("mark_paid_back", ChangedAnswerSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Mark what the box office owes for an ended booking as paid back.

        Doing so twice changes nothing. Refused with `nothing_to_pay_back` if nothing is owed.
        """
        _ = request.data
        idempotency_key(request)
        found = _head(request, reservation_id)
        mark_paid_back(event_id=found.event_id, reservation_id=found.id, actor_id=actor(request).id)
        return _changed("Marked as paid back", found)


class SendAgainView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("send_again", SentAnswerSerializer, permissions=_CHANGE)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Mail the booking to its buyer again.

        Refused with `no_address` if no address is known, and with 429 if it was mailed too often.
        """
        _ = request.data
        idempotency_key(request)
        found = _head(request, reservation_id)
        if not send_again(reservation_id=found.id):
            raise Throttled(wait=MAIL_WAIT_SECONDS)
        return Response({"success": True, "message": "The mail is on its way"})


def _head(request: Request, public_id: str, *permissions: Permission) -> BookingHead:
    """Return a booking's ids, if the requester has one of the permissions for its event.

    Raises: ReservationNotFound for who may not know of it; NotPermitted, also for its buyer.
    """
    found = booking_head(public_id=public_id, requester=requester(request))
    wanted = permissions or (Permission.CHANGE_RESERVATION,)
    require_permission(request, *wanted, event_id=found.event_id)
    return found


def _submit(
    request: Request, found: BookingHead, command: Rebooking | ChangeBuyer
) -> CommandResult:
    return command_queue.submit(
        event_id=found.event_id, command=command, key=idempotency_key(request)
    )


def _changed(message: str, found: BookingHead, **more: Any) -> Response:
    """Return a command's message with the current reservation."""
    stored = bookings.booking(reservation_id=found.id)
    return Response({"success": True, "message": message, "reservation": stored, **more})


def _body(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body. Raises: ParseError, ValidationError."""
    return dict(serializer().run_validation(request.data))
