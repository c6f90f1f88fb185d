"""Views to list one's sign-ins and to end one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.base_views import current_user
from accounts.api.serializers import DoneSerializer
from accounts.sign_ins import tracking

MOST_LISTED = 200


class NoSuchSession(APIException):
    status_code = 404
    default_code = "not_found"
    default_detail = "You are not signed in there."


class SessionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="No credential: it is neither a cookie nor a token.")
    kind = serializers.ChoiceField(choices=["session", "tokens"])
    device = serializers.CharField(help_text="Such as `Firefox, Windows`. Empty if unknown.")
    network = serializers.CharField(help_text="The IPv4 address, or the /64 of an IPv6 address.")
    started_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="To the minute.")
    is_current = serializers.BooleanField()


class SessionsView(APIView):
    @extend_schema(operation_id="sessions", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List one's sign-ins, latest used first."""
        found = list(tracking.active_sign_ins(current_user(request))[:MOST_LISTED])
        listed = tracking.as_dicts(found, tracking.current_sign_in_id(request))
        return Response(SessionSerializer(listed, many=True).data)


class SessionView(APIView):
    @extend_schema(operation_id="session_end", responses={200: DoneSerializer})
    def delete(self, request: Request, sign_in_id: str) -> Response:
        """End one of one's sign-ins."""
        _ = request.data  # refuses a malformed body
        if not tracking.end_sign_in(current_user(request), sign_in_id):
            raise NoSuchSession
        return Response({"success": True, "message": "Signed out there"})
