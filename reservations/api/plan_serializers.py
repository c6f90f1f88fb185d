"""Serializers of the API of seating plans."""

from typing import Any

from rest_framework import serializers

from reservations.api.record_serializers import serializer_of
from reservations.plans.library import MAX_NAME_LENGTH
from reservations.read.plans import DraftRecord, PlanRecord, VersionRecord

PlanSerializer = serializer_of(PlanRecord)
DraftSerializer = serializer_of(DraftRecord)
VersionSerializer = serializer_of(VersionRecord)


class PlanNameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=MAX_NAME_LENGTH)


class NewPlanQuerySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(
        required=False,
        max_length=MAX_NAME_LENGTH,
        help_text="The plan's name. Default: that in the document.",
    )


class RevisionSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The draft's revision."
    )
