"""What the API takes, and the shapes of what it gives, from which the schema is made.

Answers are built by selectors and the desk; these serializers only describe them.
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


class BoundedListField(serializers.ListField):
    """A list whose length is looked at before what is in it: an item at fault takes a kilobyte."""

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
        help_text="Null: wherever.",
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
    section = serializers.IntegerField(help_text="A place in `sections`.")
    row = serializers.CharField()
    category = serializers.IntegerField(allow_null=True)
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    prefix = serializers.CharField(help_text="`seat_number` is this and then the seat's `numbers`.")
    count = serializers.IntegerField(help_text="How many seats follow each other that are alike.")
    number = serializers.CharField(
        required=False,
        help_text="Of a run of one, whose `seat_number` is all of `prefix`: its own number.",
    )


class LayoutSerializer(serializers.Serializer[Any]):
    layout = serializers.CharField()
    sections = serializers.ListField(child=serializers.CharField())
    runs = SeatRunSerializer(many=True)
    ids = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Of each seat the difference to the one before; of the first to 0.",
    )
    numbers = serializers.ListField(child=serializers.CharField())
    xs = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Differences like `ids`, in hundredths of a plan unit.",
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
        max_digits=10, decimal_places=2, help_text="What the cheapest seat costs."
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
        help_text="For how long a seat can be held in all, however often it is extended."
    )
    seat_cap = serializers.IntegerField(help_text="How many seats one person can hold at a time.")
    purchase_cap = serializers.IntegerField(help_text="How many seats one person can buy.")
    payment_seconds = serializers.IntegerField(
        help_text="Within what time it must be paid what is not paid at once; and before `date`."
    )
    requires_verified_email = serializers.BooleanField(
        help_text="Whether only people with a verified e-mail address can book."
    )
    visibility = serializers.ChoiceField(choices=["public", "members"])
    layout = serializers.CharField()


class EventPlaceField(serializers.CharField):
    """Where a page of events begins: the date and the id of the event that it comes after."""

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
    """Return a place as `EventPlaceField` takes it."""
    return f"{place.date.isoformat().replace('+00:00', 'Z')}/{place.id}"


class EventsQuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_EVENTS, default=MAX_EVENTS, help_text="How many at most."
    )
    after = EventPlaceField(
        required=False, help_text="Where the page begins, as the `Link` header says."
    )


class SectionRevenueSerializer(serializers.Serializer[Any]):
    section = serializers.CharField()
    revenue = serializers.DecimalField(max_digits=14, decimal_places=2)


class RevenueSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(
        help_text="The event's sequence number; what changed up to it is counted."
    )
    total = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        help_text="At the prices of the bookings, whether paid or still due.",
    )
    currency = serializers.CharField()
    sections = SectionRevenueSerializer(
        many=True, help_text="Those in which a seat is booked, by name."
    )


class CategorySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    color = serializers.CharField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)


class PaymentMethodSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


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


class PlanSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    width = serializers.FloatField()
    height = serializers.FloatField()
    seat_radius = serializers.FloatField()
    shapes = ShapeSerializer(many=True)


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
    entry = EntrySerializer(allow_null=True, help_text="Null: this seat has not entered.")


class ReservationSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="16 letters and digits at random, in base32.")
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
        help_text="Without a provider: due, paid, or null when nothing is to be paid any more.",
    )
    payment_due_at = serializers.DateTimeField(
        allow_null=True, help_text="When it lapses unless it is paid; null if it was paid at once."
    )
    paid_at = serializers.DateTimeField(
        allow_null=True, help_text="When what was due was marked as paid."
    )
    status = serializers.ChoiceField(choices=["confirmed", "cancelled", "lapsed"])
    created_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_until = serializers.DateTimeField(help_text="Until when its buyer may cancel it.")
    ticket_code = serializers.CharField(help_text="What its ticket shows, and the door reads.")


class TicketSerializer(serializers.Serializer[Any]):
    admits = serializers.BooleanField()
    reason = serializers.ChoiceField(
        choices=["cancelled", "lapsed", "unpaid", "used"],
        allow_null=True,
        help_text="Why it does not admit, if it does not. Used: all its seats have entered.",
    )
    buyer = serializers.CharField(help_text="The username.")
    reservation = ReservationSerializer()


class AdmitSerializer(serializers.Serializer[Any]):
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MAX_SEATS,
        required=False,
        help_text="Left out: all that have not entered.",
    )
    gate = serializers.CharField(max_length=40, allow_blank=True, default="")
    event = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        help_text="The event of this door, if it is for one alone.",
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
    price = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="Of all together.")


class RefusalSerializer(serializers.Serializer[Any]):
    error = serializers.CharField(help_text="A sentence for a person.")
    code = serializers.CharField(help_text="A stable word for a program.")
    request_id = serializers.UUIDField(help_text="Which request it was; also in X-Request-ID.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    field_codes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="A stable word for each sentence of `fields`.",
    )
    conflicts = ConflictSerializer(many=True, required=False)
    alternatives = AlternativeSerializer(many=True, required=False)
    entries = AdmittedSeatSerializer(
        many=True, required=False, help_text="Seats that have entered before, and where."
    )
    available_at = serializers.DateTimeField(
        required=False, help_text="When seats can be locked again that are in their cool-down."
    )
    largest = serializers.IntegerField(
        required=False, help_text="How many seats there are together at the most, if too few."
    )
