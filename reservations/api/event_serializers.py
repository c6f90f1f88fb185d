"""Serializers of what organisers send and see of their events."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as FieldsError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from reservations.api.record_serializers import serializer_of
from reservations.api.serializers import MAX_ID
from reservations.formats.currencies import require_currency
from reservations.formats.time_zones import require_time_zone
from reservations.models import Event
from reservations.models.events import MAX_PAYMENT_SECONDS, require_color
from reservations.organising.event_settings import CategoriesRecord, EventSettingsRecord

MAX_DESCRIPTION_LENGTH = 10_000
MAX_LOCK_SECONDS = 24 * 60 * 60
MAX_COUNT = 10_000
MAX_CATEGORIES = 200

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[0-9:.]*([Zz]|[+-][0-9:]+)?")

EventSettingsSerializer = serializer_of(EventSettingsRecord)
CategoriesSerializer = serializer_of(CategoriesRecord)


class LocalDateTimeField(serializers.DateTimeField):
    """A time. Without an offset, as 2030-05-24T19:30, it is in the event's time zone."""

    def to_internal_value(self, value: Any) -> datetime:
        if isinstance(value, str) and not _TIME.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss][+HH:MM|Z]")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        return value if value.tzinfo is None else super().enforce_timezone(value)


class EventFieldsSerializer(serializers.Serializer[Any]):
    """The fields of an event that organisers set; null is the site's setting."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True)
    venue = serializers.CharField(max_length=200)
    address = serializers.CharField(
        max_length=300, allow_blank=True, help_text="Of the venue; empty if it needs none."
    )
    date = LocalDateTimeField()
    ends_at = LocalDateTimeField(allow_null=True, help_text="Null: unknown.")
    time_zone = serializers.CharField(max_length=64)
    price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    currency = serializers.CharField(max_length=3)
    sales_open_at = LocalDateTimeField(allow_null=True)
    sales_close_at = LocalDateTimeField(allow_null=True)
    cancel_until = LocalDateTimeField(allow_null=True)
    companions_held_until = LocalDateTimeField(allow_null=True)
    orphan_rule = serializers.ChoiceField(choices=Event.OrphanRule.values)
    lock_seconds = serializers.IntegerField(
        min_value=10, max_value=MAX_LOCK_SECONDS, allow_null=True
    )
    max_extensions = serializers.IntegerField(min_value=0, max_value=100, allow_null=True)
    seat_cap = serializers.IntegerField(min_value=1, max_value=MAX_COUNT, allow_null=True)
    purchase_cap = serializers.IntegerField(min_value=1, max_value=MAX_COUNT, allow_null=True)
    offline_methods = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=50, allow_null=True
    )
    payment_seconds = serializers.IntegerField(
        min_value=60, max_value=MAX_PAYMENT_SECONDS, allow_null=True
    )
    requires_verified_email = serializers.BooleanField()
    ticket_fee = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    booking_fee = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    tax_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, allow_null=True
    )
    visibility = serializers.ChoiceField(
        choices=[Event.Visibility.PUBLIC.value, Event.Visibility.MEMBERS.value]
    )

    def validate_time_zone(self, name: str) -> str:
        return _checked(require_time_zone, name)

    def validate_currency(self, code: str) -> str:
        return _checked(require_currency, code)

    def validate_offline_methods(self, codes: list[str] | None) -> list[str] | None:
        unknown = [code for code in codes or () if code not in settings.SEATCAST_OFFLINE_METHODS]
        if unknown:
            raise serializers.ValidationError("The site has no such way to pay.")
        return codes


class NewEventSerializer(serializers.Serializer[Any]):
    """A new draft."""

    name = serializers.CharField(max_length=200)
    venue = serializers.CharField(max_length=200)
    date = LocalDateTimeField()
    time_zone = serializers.CharField(
        max_length=64, required=False, help_text="Default: the site's."
    )
    price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    currency = serializers.CharField(max_length=3, default="EUR")
    description = serializers.CharField(
        max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True, default=""
    )

    validate_time_zone = EventFieldsSerializer.validate_time_zone
    validate_currency = EventFieldsSerializer.validate_currency


class DuplicateSerializer(serializers.Serializer[Any]):
    date = LocalDateTimeField(help_text="When the new event begins.")
    name = serializers.CharField(
        max_length=200, required=False, help_text="Default: that of the other event."
    )


class PublishSerializer(serializers.Serializer[Any]):
    is_draft = serializers.BooleanField(
        default=False, help_text="Whether to make it a draft again instead."
    )
    members_only = serializers.BooleanField(default=False)


class CategoryEditSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    name = serializers.CharField(max_length=100)
    color = serializers.CharField(max_length=32)
    price = serializers.DecimalField(
        max_digits=10,
        decimal_places=2,
        min_value=0,
        allow_null=True,
        help_text="Null: the event's.",
    )

    def validate_color(self, text: str) -> str:
        return _checked(require_color, text)


class CategoryEditsSerializer(serializers.Serializer[Any]):
    categories = serializers.ListField(child=CategoryEditSerializer(), max_length=MAX_CATEGORIES)


class PictureQuerySerializer(serializers.Serializer[Any]):
    v = serializers.CharField(
        max_length=64, allow_blank=True, default="", help_text="The digest of the picture."
    )
    size = serializers.ChoiceField(choices=["small", "large"], default="large")


class CreatedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()


class CancelledEventSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    is_finished = serializers.BooleanField(
        help_text="False: bookings are still being cancelled, which goes on by itself."
    )
    event = EventSettingsSerializer()


def invalid(error: FieldsError) -> serializers.ValidationError:
    """Return the API's error for one of a model or a service; `body` has those of no field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"body": error.error_list}
    return serializers.ValidationError(
        {
            ("body" if name == NON_FIELD_ERRORS else name): [
                ErrorDetail(sentence, each.code or "invalid")
                for each in found
                for sentence in each.messages
            ]
            for name, found in by_field.items()
        }
    )


def _checked(check: Callable[[str], None], text: str) -> str:
    """Return a text that passes a validator of a model. Raises: ValidationError."""
    try:
        check(text)
    except FieldsError as error:
        raise serializers.ValidationError(error.messages) from None
    return text
