"""Serializers of request bodies, and of responses for the OpenAPI schema.

Views respond with records as they are; a record's serializer only describes it.
"""

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from reservations.api.record_serializers import serializer_of
from reservations.bookings.records import (
    AdmittedSeatRecord,
    GivenUpRecord,
    ReservationRecord,
    RevenueRecord,
    TicketRecord,
)
from reservations.domain.criteria import SortBy
from reservations.domain.features import SeatWish
from reservations.events.layouts import LayoutRecord
from reservations.events.miniatures import MiniatureRecord
from reservations.events.records import (
    EventDetailRecord,
    EventRecord,
    LockRecord,
    MissingSeatRecord,
    SeatRecord,
)
from reservations.events.selectors import MAX_EVENTS, EventPlace
from reservations.ports.payment_provider import payment_methods
from reservations.seat_finder.alternatives import AlternativeRecord

MAX_SEATS = 500
MAX_ID = 2**63 - 1
MAX_SEARCH_LENGTH = 100
MAX_CODE_LENGTH = 40
# Each word is searched in three columns.
MAX_SEARCH_WORDS = 8


class BoundedListField(serializers.ListField):
    """A list that checks its length before its items: an error of an item takes a kilobyte."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        if all(type(each) is int and 0 < each <= MAX_ID for each in data):
            return data
        return super().run_child_validation(data)


SeatSerializer = serializer_of(SeatRecord)
LockSerializer = serializer_of(LockRecord)
LayoutSerializer = serializer_of(LayoutRecord)
EventSerializer = serializer_of(EventRecord)
EventDetailSerializer = serializer_of(EventDetailRecord)
MiniatureSerializer = serializer_of(MiniatureRecord)
RevenueSerializer = serializer_of(RevenueRecord)
ReservationSerializer = serializer_of(ReservationRecord)
TicketSerializer = serializer_of(TicketRecord)
AdmittedSeatSerializer = serializer_of(AdmittedSeatRecord)
MissingSeatSerializer = serializer_of(MissingSeatRecord)
GivenUpSerializer = serializer_of(GivenUpRecord)
AlternativeSerializer = serializer_of(AlternativeRecord)


class SeatIdsSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_SEATS,
    )


class LanguageSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=["en", "de"], default="en")


# The base of bodies that lock seats; a docstring would be told to clients.
class WithPromoCodeSerializer(serializers.Serializer[Any]):
    promo_code = serializers.CharField(
        max_length=MAX_CODE_LENGTH,
        allow_blank=True,
        default="",
        help_text="Opens the seats that are kept for it.",
    )


class LockSeatsSerializer(SeatIdsSerializer, WithPromoCodeSerializer):
    pass


class BestSerializer(WithPromoCodeSerializer):
    count = serializers.IntegerField(min_value=1, max_value=MAX_SEATS)
    by = serializers.ChoiceField(choices=[by.value for by in SortBy], default=SortBy.VIEW.value)
    section = serializers.CharField(
        max_length=100,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        default=None,
        help_text="Null: any.",
    )
    category = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, allow_null=True, default=None, help_text="Null: any."
    )
    wishes = serializers.ListField(
        child=serializers.ChoiceField(choices=[wish.value for wish in SeatWish]),
        max_length=len(SeatWish),
        default=list,
        help_text="What the seats must have. Accessible: a wheelchair place, and the others beside"
        " it or for companions. Without it accessible seats are left to those who need them.",
    )


class PlacesSerializer(WithPromoCodeSerializer):
    count = serializers.IntegerField(min_value=1, max_value=MAX_SEATS)


class TicketTypesField(serializers.DictField):
    """Ids of ticket types by the id of a seat."""

    child = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    default_error_messages = {"seat": "Each key must be the id of a seat."}

    def to_internal_value(self, data: Any) -> Any:
        """Return a dict from int to int, of at most MAX_SEATS. Raises: ValidationError."""
        if isinstance(data, dict) and len(data) > MAX_SEATS:
            self.fail("seat")
        found = super().to_internal_value(data)
        if not all(key.isascii() and key.isdigit() and len(key) < 20 for key in found):
            self.fail("seat")
        return {int(key): value for key, value in found.items()}


class ReserveSerializer(SeatIdsSerializer):
    payment_method = serializers.CharField(
        max_length=32, help_text="The code of one of the event's `payment_methods`."
    )
    ticket_types = TicketTypesField(
        required=False,
        help_text="By seat id, the id of its ticket type; other seats are sold at their own price.",
    )
    expected_total = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="The total that the buyer was shown. Another one is refused: `price_changed`.",
    )

    def validate_payment_method(self, code: str) -> str:
        if code not in payment_methods():
            raise serializers.ValidationError(f"Must be one of {', '.join(payment_methods())}.")
        return code

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises: ValidationError for a ticket type of a seat that is not in `seat_ids`."""
        others = set(attrs.get("ticket_types", ())) - set(attrs["seat_ids"])
        if others:
            message = f"Seat {min(others)} is not in seat_ids."
            raise serializers.ValidationError({"ticket_types": [message]})
        return attrs


class EventPlaceField(serializers.CharField):
    """The position after which a page of events begins, by date and id."""

    default_error_messages = {"invalid": "Take it from the Link header of the page before."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the EventPlace. Raises: ValidationError."""
        date, _, number = super().to_internal_value(data).rpartition("/")
        try:
            place = EventPlace(datetime.fromisoformat(date), int(number))
        except ValueError:
            self.fail("invalid")
        if place.date.utcoffset() != timedelta(0) or not 1 <= place.id <= MAX_ID:
            self.fail("invalid")
        return place


def written_place(place: EventPlace) -> str:
    """Format a position for `EventPlaceField`."""
    return f"{place.date.isoformat().replace('+00:00', 'Z')}/{place.id}"


class EventsQuerySerializer(serializers.Serializer[Any]):
    search = serializers.CharField(
        max_length=MAX_SEARCH_LENGTH,
        allow_blank=True,
        default="",
        help_text="Words that are all in the name, the venue, its address or the description, in"
        f" any case. At most {MAX_SEARCH_WORDS}.",
    )
    starts_from = serializers.DateTimeField(
        default=None, help_text="Only events that begin then or later."
    )
    starts_before = serializers.DateTimeField(
        default=None, help_text="Only events that begin earlier."
    )
    upcoming = serializers.BooleanField(
        default=False, help_text="Leave out events that began more than 12 hours ago."
    )
    managed = serializers.BooleanField(
        default=False,
        help_text="Leave the events of one's organisations; operators see all.",
    )
    scannable = serializers.BooleanField(
        default=False,
        help_text="Leave the events whose tickets one may scan, also those that are not public.",
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_EVENTS, default=MAX_EVENTS, help_text="The page size."
    )
    after = EventPlaceField(
        required=False, help_text="Where the page begins, as the `Link` header says."
    )

    def validate_search(self, text: str) -> tuple[str, ...]:
        """Return the different words. Raises: ValidationError."""
        words = tuple(dict.fromkeys(text.split()))
        if len(words) > MAX_SEARCH_WORDS:
            raise serializers.ValidationError(f"At most {MAX_SEARCH_WORDS} words.")
        return words


class AdmitSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_SEATS,
        required=False,
        help_text="Default: all that have not been admitted yet.",
    )
    gate = serializers.CharField(max_length=40, allow_blank=True, default="")
    event = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        help_text="Only admit tickets of this event.",
    )


class AdmittedAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    admitted = AdmittedSeatSerializer(many=True)


class SeatAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    seat = SeatSerializer()


class SeatsAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    seats = SeatSerializer(many=True)


class ExtendedAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    seats = LockSerializer(many=True)


class BookedAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    reservation_id = serializers.CharField()
    reservation = ReservationSerializer()


class ReservedAnswerSerializer(BookedAnswerSerializer):
    mailed_to = serializers.CharField(
        help_text="Where the tickets, or before they are paid the confirmation, are mailed. Empty:"
        " nowhere, for want of an address or within the mail limits."
    )


class StartedPaymentAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    payment_reference = serializers.CharField(help_text="Of the payment that was left open.")


class PaidAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    reservation = ReservationSerializer()


class CancelledAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    reservation = ReservationSerializer()


class ConflictSerializer(serializers.Serializer[Any]):
    seat_id = serializers.IntegerField()
    seat_number = serializers.CharField()
    reason = serializers.ChoiceField(
        choices=[
            *("locked", "reserved", "blocked", "expired", "not_held"),
            *("limit", "extension_limit", "cooldown", "ticket_type", "companion"),
            *("table", "orphan"),
        ]
    )
    locked_until = serializers.DateTimeField(allow_null=True)


class RefusalSerializer(serializers.Serializer[Any]):
    error = serializers.CharField(help_text="A sentence for users.")
    code = serializers.CharField(help_text="A stable code for programs.")
    request_id = serializers.UUIDField(help_text="The id of the request, also in X-Request-ID.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    field_codes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="A stable code for each sentence of `fields`.",
    )
    conflicts = ConflictSerializer(many=True, required=False)
    alternatives = AlternativeSerializer(many=True, required=False)
    entries = AdmittedSeatSerializer(
        many=True, required=False, help_text="Seats that were admitted before, with time and gate."
    )
    available_at = serializers.DateTimeField(
        required=False, help_text="When the cool-down of the seats ends."
    )
    total = serializers.CharField(required=False, help_text="What the seats cost now.")
    difference = serializers.CharField(
        required=False, help_text="The difference in price of a move, as it is now."
    )
    settlings = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The ways in which the difference can be settled.",
    )
    differ = serializers.CharField(
        required=False, help_text="Why two bookings cannot be merged: payment or tax."
    )
    given_up = GivenUpSerializer(
        many=True, required=False, help_text="What came in place of seats that were given up."
    )
    missing = MissingSeatSerializer(
        many=True, required=False, help_text="The other seats of tables that are sold as a whole."
    )
    accessible_seat_ids = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="The accessible seats without which the companion seats are not sold.",
    )
    left = serializers.IntegerField(
        required=False, help_text="How many places of the standing area are free, if too few."
    )
    largest = serializers.IntegerField(
        required=False, help_text="The most seats that are free together, if too few."
    )
