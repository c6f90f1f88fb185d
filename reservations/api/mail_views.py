"""The view with which organisers see the mail that buyers get."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reservations.announcing import mail_previews
from reservations.api.documentation import reads
from reservations.api.permissions import HasPermission
from reservations.api.views import EventView
from reservations.permissions import Permission

PREVIEWED = ("booked", "paid", "reminder", "event", "cancelled", "ended", "lapsed")


class MailsQuerySerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=("en", "de"), default="en")


class MailPreviewSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PREVIEWED)
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()


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
