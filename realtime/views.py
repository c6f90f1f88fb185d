"""The frames of the WebSocket protocol over HTTP, for clients that poll."""

from typing import Any

from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.views import APIView

from realtime import metrics
from realtime.messages import resume_point
from realtime.polling import access_cache, polled_events
from realtime.subscriptions import subscription_of
from reservations.api.documentation import reads
from reservations.api.requests import requester


class ResumeSerializer(serializers.Serializer[Any]):
    since = serializers.IntegerField(
        required=False, min_value=0, help_text="The `seq` that one has; only with `layout`."
    )
    layout = serializers.CharField(
        required=False, max_length=100, help_text="The `layout` that one has."
    )

    sections = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=(
            "Subscribe to sections: `all`, or numbers and runs of them, as `3,7-12`. These are the"
            " ones whose states one has as of `since`; the answer is then a `part`."
        ),
    )
    add = serializers.CharField(
        required=False, help_text="The sections to subscribe to as well, like `sections`."
    )


class _FrameSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    now = serializers.IntegerField(help_text="The server's time in Unix milliseconds.")


class SnapshotSerializer(_FrameSerializer):
    type = serializers.ChoiceField(choices=["snapshot"])
    event = serializers.IntegerField()
    layout = serializers.CharField()
    statuses = serializers.CharField(
        help_text="Base64: two bits a seat, four seats a byte, the first in the lowest bits."
    )
    locks = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="`[index, locked_until in Unix milliseconds, holder or null]` of each.",
    )

    kept = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="The indexes of locked seats that are blocked when their lock ends.",
    )


class DeltaSerializer(_FrameSerializer):
    type = serializers.ChoiceField(choices=["delta"])
    changes = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="`[index, status, locked_until or null, holder or null]` of each.",
    )
    kept = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="As in a snapshot."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": serializers.IntegerField()}


class PartSerializer(_FrameSerializer):
    type = serializers.ChoiceField(choices=["part"])
    layout = serializers.CharField(required=False)
    whole = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        required=False,
        help_text="`[section, statuses, locks]` of each section that is given in full.",
    )
    changes = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        required=False,
        help_text="`[index, status, milliseconds until a lock ends, holder]` of each.",
    )
    free = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        required=False,
        help_text="`[pool, free seats in it, free seats in the next, …]` of each run of pools.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            **super().get_fields(),
            "from": serializers.IntegerField(allow_null=True, help_text="Null starts over."),
        }


class ChangesView(APIView):
    """The first frame that a socket would send.

    Authenticates lazily, so that polls of a public event do not query for a user.
    """

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Do nothing: accessing `request.user` authenticates."""

    @reads(
        "changes",
        PolymorphicProxySerializer(
            component_name="Changes",
            serializers={
                "snapshot": SnapshotSerializer,
                "delta": DeltaSerializer,
                "part": PartSerializer,
            },
            resource_type_field_name="type",
        ),
        query=ResumeSerializer,
    )
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """Return what has changed since a number, as the frame that a socket would send first.

        For clients that no socket gets through to; ask every three seconds. With If-None-Match of
        `W/"<layout>-<seq>"` the answer is 304 while nothing has changed.
        """
        query_string = request.META.get("QUERY_STRING", "")
        resume, subscription = resume_point(query_string), subscription_of(query_string)
        event = polled_events.event(event_id, since=resume["since"])
        if not event.is_public:
            access_cache.require_access(event_id=event_id, requester=requester(request))
        tag = event.tag
        # A client that adds sections lacks their states, whichever number it has.
        adds = subscription is not None and subscription.wanted != subscription.known
        response = None if adds else get_conditional_response(request._request, etag=_etag(tag))
        metrics.poll("changed" if response is None else "unchanged").inc()
        if response is None:
            answer = event.answer(**resume, subscription=subscription)
            tag = answer.tag
            response = HttpResponse(answer.text, content_type="application/json")
        response["ETag"] = _etag(tag)
        response["Cache-Control"] = "private, no-cache"
        return response


def _etag(tag: str) -> str:
    # Weak: equal states can have different bodies, by the server's time and by the delta's start.
    return f'W/"{tag}"'
