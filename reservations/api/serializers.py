"""Serializers of request bodies, and of responses for the OpenAPI schema.

Selectors and the command queue build the responses; their serializers only describe them.
"""

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from reservations.domain.criteria import SortBy
from reservations.domain.states import PaymentStatus
from reservations.payments.provider import payment_methods
from reservations.read.records import DUE, PAID
from reservations.read.selectors import MAX_EVENTS, EventPlace

MAX_SEATS = 500
MAX_ID = 2**63 - 1
MAX_SEARCH_LENGTH = 100
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


class SeatIdsSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_SEATS,
    )


class BestSerializer(serializers.Serializer[Any]):
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


class ReserveSerializer(SeatIdsSerializer):
    payment_method = serializers.CharField(
        max_length=32, help_text="The code of one of the event's `payment_methods`."
    )

    def validate_payment_method(self, code: str) -> str:
        if code not in payment_methods():
            raise serializers.ValidationError(f"Must be one of {', '.join(payment_methods())}.")
        return code


class SeatSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    seat_number = serializers.CharField()
    section = serializers.CharField()
    row = serializers.CharField()
    number = serializers.CharField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    category = serializers.IntegerField(allow_null=True)
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    status = serializers.ChoiceField(choices=["available", "locked", "reserved", "blocked"])
    is_available = serializers.BooleanField()
    locked_by = serializers.CharField(allow_null=True)
    locked_until = serializers.DateTimeField(allow_null=True)
    reserved_by = serializers.CharField(allow_null=True)


class LockSerializer(SeatSerializer):
    extensions_left = serializers.IntegerField()


class SeatRunSerializer(serializers.Serializer[Any]):
    section = serializers.IntegerField(help_text="An index in `sections`.")
    row = serializers.CharField()
    category = serializers.IntegerField(allow_null=True)
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    prefix = serializers.CharField(help_text="`seat_number` is `prefix` and the seat's number.")
    count = serializers.IntegerField(help_text="The number of consecutive seats in this run.")
    number = serializers.CharField(
        required=False,
        help_text="Only in runs of one seat whose `seat_number` is the whole `prefix`.",
    )


class LayoutSerializer(serializers.Serializer[Any]):
    layout = serializers.CharField()
    sections = serializers.ListField(child=serializers.CharField())
    runs = SeatRunSerializer(many=True)
    ids = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Delta-encoded: each value is the difference to the one before, the first to 0.",
    )
    numbers = serializers.ListField(child=serializers.CharField())
    xs = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Delta-encoded like `ids`, in hundredths of a plan unit.",
    )
    ys = serializers.ListField(child=serializers.IntegerField(), help_text="Like `xs`.")


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    venue = serializers.CharField()
    date = serializers.DateTimeField()
    time_zone = serializers.CharField(help_text="The event's, from the IANA database.")
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    price_from = serializers.DecimalField(
        max_digits=10, decimal_places=2, help_text="The price of the cheapest seat."
    )
    currency = serializers.CharField()
    seats_total = serializers.IntegerField()
    seats_available = serializers.IntegerField()
    sales_open_at = serializers.DateTimeField(allow_null=True)
    sales_close_at = serializers.DateTimeField(allow_null=True)
    sales = serializers.ChoiceField(choices=["upcoming", "open", "closed"])
    cancel_until = serializers.DateTimeField()
    lock_seconds = serializers.IntegerField()
    max_extensions = serializers.IntegerField(help_text="How often a lock can be extended.")
    hold_seconds = serializers.IntegerField(
        help_text="The maximum duration of a hold, including extensions."
    )
    seat_cap = serializers.IntegerField(help_text="How many seats one person can hold at a time.")
    purchase_cap = serializers.IntegerField(help_text="How many seats one person can buy.")
    payment_seconds = serializers.IntegerField(
        help_text="The time to pay a reservation that is paid offline; at most until `date`."
    )
    requires_verified_email = serializers.BooleanField(
        help_text="Whether only people with a verified e-mail address can book."
    )
    visibility = serializers.ChoiceField(choices=["public", "members"])
    layout = serializers.CharField()


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
        help_text="Words that are all in the name, the venue or the description, in any case."
        f" At most {MAX_SEARCH_WORDS}.",
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


class SectionRevenueSerializer(serializers.Serializer[Any]):
    section = serializers.CharField()
    revenue = serializers.DecimalField(max_digits=14, decimal_places=2)


class RevenueSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(
        help_text="The event's sequence number; all changes up to it are included."
    )
    total = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        help_text="The sum of the reservations, paid or due.",
    )
    currency = serializers.CharField()
    sections = SectionRevenueSerializer(
        many=True, help_text="The sections with reserved seats, by name."
    )


class CategorySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    color = serializers.CharField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)


class PaymentMethodSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    demo = serializers.ChoiceField(
        choices=["success", "problem"],
        allow_null=True,
        help_text="What a demo provider simulates with it, which takes no money. Null: no demo.",
    )


class ShapeTextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    color = serializers.CharField(allow_null=True)
    size = serializers.FloatField()
    x = serializers.FloatField()
    y = serializers.FloatField()


class ShapeSerializer(serializers.Serializer[Any]):
    shape = serializers.ChoiceField(choices=["rectangle", "circle", "ellipse", "polygon", "text"])
    x = serializers.FloatField()
    y = serializers.FloatField()
    rotation = serializers.FloatField()
    color = serializers.CharField(allow_null=True)
    border_color = serializers.CharField(allow_null=True)
    width = serializers.FloatField(required=False)
    height = serializers.FloatField(required=False)
    radius = serializers.FloatField(required=False)
    radius_x = serializers.FloatField(required=False)
    radius_y = serializers.FloatField(required=False)
    points = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), required=False
    )
    text = ShapeTextSerializer(required=False)


class DrawingSerializer(serializers.Serializer[Any]):
    width = serializers.FloatField()
    height = serializers.FloatField()
    seat_radius = serializers.FloatField()
    shapes = ShapeSerializer(many=True)


class PlanSerializer(DrawingSerializer):
    name = serializers.CharField()


class MiniatureSerializer(serializers.Serializer[Any]):
    plan = DrawingSerializer(help_text="`seat_radius` is that of a point.")
    colors = serializers.ListField(child=serializers.CharField())
    xs = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="The points: delta-encoded, in hundredths of a plan unit, as in a layout. A"
        " point is a seat, in a large hall some neighbouring seats.",
    )
    ys = serializers.ListField(child=serializers.IntegerField(), help_text="Like `xs`.")
    color = serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="An index in `colors` for each point. Null: its seats have no category.",
    )
    free = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=9),
        help_text="The free share of each point's seats: 0 is none, 9 all.",
    )


class EventDetailSerializer(EventSerializer):
    categories = CategorySerializer(many=True)
    payment_methods = PaymentMethodSerializer(many=True)
    plan = PlanSerializer()


class EntrySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    gate = serializers.CharField(help_text="Empty when none was given.")


class ReservedSeatSerializer(serializers.Serializer[Any]):
    seat_id = serializers.IntegerField()
    seat_number = serializers.CharField()
    section = serializers.CharField()
    row = serializers.CharField()
    number = serializers.CharField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    entry = EntrySerializer(allow_null=True, help_text="Null: the seat has not been admitted.")


class ReservationSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="16 random characters of Crockford's base32.")
    event = serializers.IntegerField()
    event_name = serializers.CharField()
    venue = serializers.CharField()
    date = serializers.DateTimeField()
    time_zone = serializers.CharField(help_text="The event's, from the IANA database.")
    seats = serializers.ListField(child=serializers.CharField())
    seat_details = ReservedSeatSerializer(many=True)
    total_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()
    payment_method = serializers.CharField()
    payment_status = serializers.ChoiceField(
        choices=[
            *(status.value for status in PaymentStatus if status is not PaymentStatus.PENDING),
            *(DUE, PAID),
        ],
        allow_null=True,
        help_text="For offline methods: due, paid, or null when no payment is expected.",
    )
    payment_due_at = serializers.DateTimeField(
        allow_null=True, help_text="The payment deadline; null if it was paid online."
    )
    paid_at = serializers.DateTimeField(allow_null=True, help_text="When it was marked as paid.")
    status = serializers.ChoiceField(choices=["confirmed", "cancelled", "lapsed"])
    created_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_until = serializers.DateTimeField(help_text="Until when its buyer may cancel it.")
    ticket_code = serializers.CharField(help_text="The code on the ticket.")


class TicketSerializer(serializers.Serializer[Any]):
    admits = serializers.BooleanField()
    reason = serializers.ChoiceField(
        choices=["cancelled", "lapsed", "unpaid", "used"],
        allow_null=True,
        help_text="Why the ticket does not admit. Used: all its seats have been admitted.",
    )
    buyer = serializers.CharField(help_text="The username.")
    reservation = ReservationSerializer()


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


class AdmittedSeatSerializer(EntrySerializer):
    seat_id = serializers.IntegerField()
    seat_number = serializers.CharField()


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


class ReservedAnswerSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    reservation_id = serializers.CharField()
    reservation = ReservationSerializer()


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
            *("limit", "extension_limit", "cooldown"),
        ]
    )
    locked_until = serializers.DateTimeField(allow_null=True)


class AlternativeSerializer(serializers.Serializer[Any]):
    seat_ids = serializers.ListField(child=serializers.IntegerField())
    seat_numbers = serializers.ListField(child=serializers.CharField())
    price = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="The set's total.")


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
    largest = serializers.IntegerField(
        required=False, help_text="The most seats that are free together, if too few."
    )
