"""Serializers of the API of seating plans."""

from typing import Any

from rest_framework import serializers

from reservations.api.record_serializers import serializer_of
from reservations.api.serializers import MAX_ID, BoundedListField
from reservations.demo.templates import TEMPLATES
from reservations.organising.plan_changes import PlanChangesRecord
from reservations.organising.plan_library import MAX_NAME_LENGTH
from reservations.organising.plan_previews import PlanCheckRecord, PlanPreviewRecord
from reservations.organising.plan_records import (
    NewPlanRecord,
    PlanDraftRecord,
    PlanVersionRecord,
    SeatingPlanRecord,
)

SeatingPlanSerializer = serializer_of(SeatingPlanRecord)
NewPlanSerializer = serializer_of(NewPlanRecord)
PlanDraftSerializer = serializer_of(PlanDraftRecord)
PlanVersionSerializer = serializer_of(PlanVersionRecord)
PlanCheckSerializer = serializer_of(PlanCheckRecord)
PlanChangesSerializer = serializer_of(PlanChangesRecord)
PlanPreviewSerializer = serializer_of(PlanPreviewRecord)


class PlanNameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=MAX_NAME_LENGTH)


class DeletedPlanSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class NewPlanQuerySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(
        required=False,
        max_length=MAX_NAME_LENGTH,
        help_text="The plan's name. Default: that in the document.",
    )
    template = serializers.ChoiceField(
        required=False,
        choices=TEMPLATES,
        help_text="Begin with a demo hall, instead of with the document in the body.",
    )
    repair = serializers.BooleanField(
        default=False,
        help_text="Give seats with the id or the label of another one their own, and tell.",
    )


class RevisionSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The draft's revision."
    )


class PreviewQuerySerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version's number. Default: the draft.",
    )


class ExportQuerySerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(
        choices=["document", "pretix", "csv"],
        default="document",
        help_text="The format of the file: the document as it was sent, what pretix reads, or CSV.",
    )


class PutPlanSerializer(serializers.Serializer[Any]):
    plan = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    keep = BoundedListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        required=False,
        max_length=5_000,
        help_text="The ids of seats that stay as they are, off the new plan.",
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only answer what would change.")
