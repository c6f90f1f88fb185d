"""Where one is signed in, and signing out there."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.base_views import current_user
from accounts.serializers import DoneSerializer
from accounts.sign_ins import tracking

MOST_LISTED = 200


class NoSuchSession(APIException):
    status_code = 404
    default_code = "not_found"
    default_detail = "You are not signed in there."


class SessionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Signs nobody in: it is no cookie and no token.")
    kind = serializers.ChoiceField(choices=["session", "tokens"])
    device = serializers.CharField(help_text="Such as `Firefox, Windows`. Empty: not known.")
    network = serializers.CharField(help_text="The address, or the /64 of an IPv6 one.")
    started_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="To the minute.")
    is_current = serializers.BooleanField()


class SessionsView(APIView):
    @extend_schema(operation_id="sessions", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List where one is signed in, the place that was used last first."""
        found = list(tracking.active_sign_ins(current_user(request))[:MOST_LISTED])
        listed = tracking.as_dicts(found, tracking.current_sign_in_id(request))
        return Response(SessionSerializer(listed, many=True).data)


class SessionView(APIView):
    @extend_schema(operation_id="session_end", responses={200: DoneSerializer})
    def delete(self, request: Request, sign_in_id: str) -> Response:
        """Sign oneself out in one place."""
        _ = request.data  # a malformed body is refused, whoever sends it
        if not tracking.end_sign_in(current_user(request), sign_in_id):
            raise NoSuchSession
        return Response({"success": True, "message": "Signed out there"})
