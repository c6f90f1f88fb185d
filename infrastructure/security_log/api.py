"""The API of the security log."""

from typing import Any

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infrastructure.security_log.models import Kind, SecurityEvent
from infrastructure.security_log.pagination import add_next_link
from infrastructure.security_log.second_factors import require_powers

MAX_ROWS = 1_000


class MayReadSecurityLog(BasePermission):
    """Admits superusers, and people with the permission `security_log.view_securityevent`.

    Raises: PermissionDenied without the second factor, where one is required.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        person = get_user_model().objects.filter(pk=request.user.pk or 0).first()
        if person is None or not person.has_perm("security_log.view_securityevent"):
            return False
        require_powers(request.user)
        return True


class SecurityEventSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    actor_id = serializers.IntegerField(allow_null=True)
    subject_id = serializers.IntegerField(allow_null=True)
    event_id = serializers.IntegerField(allow_null=True)
    organisation_id = serializers.IntegerField(allow_null=True)
    address = serializers.CharField()
    request_id = serializers.UUIDField(allow_null=True)
    details = serializers.DictField()


class QuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_ROWS, default=100, help_text="How many events at most."
    )
    before = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Only events older than this id.",
    )
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    person = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Only events about this account.",
    )


class SecurityLogView(APIView):
    permission_classes = (MayReadSecurityLog,)

    @extend_schema(
        operation_id="security_log",
        parameters=[QuerySerializer],
        responses={200: SecurityEventSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List security events, newest first; needs `security_log.view_securityevent`.

        The `Link` header (RFC 8288) leads to the next page, if there is one.
        """
        query = QuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = SecurityEvent.objects.order_by("-pk")
        for name, column in {"before": "pk__lt", "kind": "kind", "person": "subject_id"}.items():
            if name in asked:
                rows = rows.filter(**{column: asked[name]})
        found = list(rows[: asked["limit"] + 1])
        page = found[: asked["limit"]]
        response = Response([row.as_json() for row in page])
        if len(found) > len(page):
            add_next_link(response, request, before=str(page[-1].pk))
        return response
