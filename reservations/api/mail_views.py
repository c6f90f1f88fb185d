"""The view with which organisers see the mail that buyers get."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reservations.api.documentation import reads, writes
from reservations.api.permissions import HasPermission
from reservations.api.public_views import EventView
from reservations.api.requests import idempotency_key
from reservations.domain.rules.wording import pluralize
from reservations.organising.announcing import mail_previews
from reservations.permissions import Permission
from reservations.ports.notices import notices

PREVIEWED = ("booked", "paid", "reminder", "event", "cancelled", "ended", "lapsed", "withdrawn")


class MailsQuerySerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=("en", "de"), default="en")


class MailPreviewSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PREVIEWED)
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()


class SentMailsSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    count = serializers.IntegerField(min_value=0)


class MailsView(EventView):
    permission_classes = (HasPermission.to(Permission.CHANGE_EVENT),)

    @reads(
        "mails",
        MailPreviewSerializer(many=True),
        query=MailsQuerySerializer,
        permissions=[Permission.CHANGE_EVENT],
    )
    def get(self, request: Request, event_id: int) -> Response:
        """Return the mail that buyers of the event get, about a booking of two seats."""
        query = MailsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = mail_previews(event_id=event_id, **query.validated_data)
        shown: Any = MailPreviewSerializer(many=True)
        return Response(shown.to_representation(found))

    @writes("send_mails_again", SentMailsSerializer, permissions=[Permission.CHANGE_EVENT])
    def post(self, request: Request, event_id: int) -> Response:
        """Send the event's mail that failed again, also what was given up."""
        _ = request.data
        idempotency_key(request)
        count = notices().send_again(event_id)
        message = f"{pluralize(count, 'mail')} will be sent again"
        return Response({"success": True, "message": message, "count": count})
