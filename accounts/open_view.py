"""What the calls of accounts have in common."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts.models import User
from accounts.parsers import Utf8FormParser, Utf8MultiPartParser

CSRF_TOKEN = OpenApiParameter(
    "X-CSRFToken",
    location=OpenApiParameter.HEADER,
    required=True,
    description="What `GET /api/csrf/` answers and sets as a cookie.",
)
# What `refuse_forged` looks for.
CSRF_TOKEN_WITH_COOKIES = OpenApiParameter(
    "X-CSRFToken",
    location=OpenApiParameter.HEADER,
    description=f"{CSRF_TOKEN.description} Only a client on another host, whose calls carry no"
    " cookies, goes without.",
)


class OpenView(APIView):
    """A call for people who are nobody yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes: Sequence[Any] = (
        *api_settings.DEFAULT_PARSER_CLASSES,
        Utf8FormParser,
        Utf8MultiPartParser,
    )

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Wrong credentials are a 401 here too, though nobody is authenticated yet."""
        return 'Bearer realm="api"'


def asker(request: Request) -> User:
    """Return who asks, from the database. Raises: NotAuthenticated."""
    person = User.objects.filter(pk=request.user.pk or 0, is_active=True).first()
    if person is None:
        raise NotAuthenticated
    return person
