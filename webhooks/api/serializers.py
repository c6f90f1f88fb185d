"""Serializers of request bodies, and of responses for the OpenAPI schema."""

from typing import Any

from rest_framework import serializers

from organisations.api.serializers import MAX_ID
from webhooks.addresses import BadUrl, require_usable
from webhooks.models import KINDS, TEST, Delivery, Endpoint
from webhooks.sender import Error

MAX_MESSAGES = 500
MAX_DELIVERIES = 100

_KINDS = [(kind, kind) for kind in KINDS]


class UrlField(serializers.CharField):
    """An https URL of a public host."""

    def to_internal_value(self, data: Any) -> str:
        """Return the URL. Raises: ValidationError."""
        url = super().to_internal_value(data)
        try:
            require_usable(url)
        except BadUrl as error:
            raise serializers.ValidationError(str(error), code="bad_url") from None
        return url


class NewEndpointSerializer(serializers.Serializer[Any]):
    url = UrlField(max_length=500, help_text="https, of a host on the public Internet.")
    kinds = serializers.MultipleChoiceField(choices=_KINDS, allow_empty=False)
    description = serializers.CharField(max_length=100, required=False, allow_blank=True)


class ChangedEndpointSerializer(serializers.Serializer[Any]):
    url = UrlField(max_length=500, required=False)
    kinds = serializers.MultipleChoiceField(choices=_KINDS, allow_empty=False, required=False)
    description = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_enabled = serializers.BooleanField(
        required=False, help_text="Turned on, all that is pending is attempted at once."
    )


class EndpointSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=_KINDS))
    is_enabled = serializers.BooleanField()
    disabled_because = serializers.ChoiceField(
        choices=Endpoint.Disabled.choices,
        allow_null=True,
        help_text="Gone: it answered 410. Failing: it accepted nothing for three days.",
    )
    failing_since = serializers.DateTimeField(allow_null=True)
    old_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before the last rotation signs too."
    )
    created_at = serializers.DateTimeField()
    pending = serializers.IntegerField(help_text="The number of pending deliveries.")
    failed = serializers.IntegerField(help_text="The number of those given up.")


class NewSecretSerializer(EndpointSerializer):
    secret = serializers.CharField(help_text="Shown only now.")


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    message_id = serializers.CharField(help_text="The header `webhook-id`.")
    kind = serializers.ChoiceField(choices=[*_KINDS, (TEST, TEST)])
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    due_at = serializers.DateTimeField(allow_null=True, help_text="Of the next attempt.")
    attempts = serializers.IntegerField()
    attempted_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.ChoiceField(
        choices=[(str(each), each.name) for each in Error], allow_null=True
    )
    request = serializers.CharField(help_text="The body as it is sent.")
    response = serializers.CharField(help_text="The beginning of the last response's body.")


class DeliveriesQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    before = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Only those older than this id."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_DELIVERIES, default=20)


class ReplayedSerializer(serializers.Serializer[Any]):
    replayed = serializers.IntegerField(help_text="How many are sent again.")


class FeedQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0, max_value=MAX_ID, default=0, help_text="The cursor: `after` of the last page."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_MESSAGES, default=100)


class MessageSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(
        help_text="1, 2, 3 … in the feed; a gap means that older messages were deleted."
    )
    id = serializers.CharField(help_text="As in the header `webhook-id`.")
    type = serializers.ChoiceField(choices=_KINDS)
    timestamp = serializers.DateTimeField()
    # The class's own property of this name is never read.
    data = serializers.DictField()  # type: ignore[assignment]


class FeedSerializer(serializers.Serializer[Any]):
    is_open = serializers.BooleanField(help_text="Whether messages are stored.")
    messages = MessageSerializer(many=True)
    after = serializers.IntegerField(help_text="The cursor for the next request.")
    has_more = serializers.BooleanField()


class FeedSettingSerializer(serializers.Serializer[Any]):
    is_open = serializers.BooleanField()
