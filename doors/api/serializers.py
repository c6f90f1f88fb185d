"""Requests and responses of the doors' API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from doors.models import Scan
from doors.selectors import NewEntryRecord
from reservations.api.record_serializers import serializer_of
from reservations.api.serializers import MAX_ID, MAX_SEATS, BoundedListField
from reservations.bookings.ticket_codes import MAX_CODE_LENGTH

MAX_SCANS = 200
"""How many scans one request takes over."""

REASONS = (
    "forged",
    "another_event",
    "outdated",
    "unknown",
    "unpaid",
    "cancelled",
    "lapsed",
    "used",
)
"""Why a door refuses a ticket by itself."""


class NewDoorSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40, help_text="The gate.")


class ChangesQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        default=0,
        help_text="The `last_entry` of the response before.",
    )


class ScanSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Chosen by the door; a repeated one is recorded once.")
    ticket = serializers.CharField(
        max_length=MAX_CODE_LENGTH, help_text="The signed ticket or the ticket code."
    )
    at = serializers.DateTimeField(help_text="By the door's clock.")
    seat_ids = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        max_length=MAX_SEATS,
        default=list,
        help_text="Whom the door admitted; empty: all of the ticket.",
    )
    was_admitted = serializers.BooleanField(
        default=None,
        allow_null=True,
        help_text="What the door did without a network; null: the server decides.",
    )
    reason = serializers.ChoiceField(
        choices=REASONS, default="", allow_blank=True, help_text="Why the door refused."
    )


class ScansSerializer(serializers.Serializer[Any]):
    sent_at = serializers.DateTimeField(help_text="The door's clock now; corrects each `at`.")
    scans = BoundedListField(child=ScanSerializer(), min_length=1, max_length=MAX_SCANS)


class ScanResultSerializer(serializers.Serializer[Scan]):
    id = serializers.UUIDField(source="scan_id")
    outcome = serializers.ChoiceField(choices=Scan.Outcome.choices)
    was_admitted = serializers.BooleanField()
    code = serializers.CharField(help_text="Why, as in errors; empty if it was admitted.")
    seats = serializers.SerializerMethodField(
        help_text="The numbers of the seats admitted, or of those that had entered before."
    )
    entries = serializers.SerializerMethodField(help_text="When and where they had entered.")

    def get_seats(self, scan: Scan) -> list[str]:
        return list(scan.details["seats"])

    @extend_schema_field(serializer_of(NewEntryRecord)(many=True))
    def get_entries(self, scan: Scan) -> list[dict[str, Any]]:
        return list(scan.details["entries"])


class ScanResultsSerializer(serializers.Serializer[Any]):
    results = ScanResultSerializer(many=True)
