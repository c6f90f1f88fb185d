"""What the views of this app share: base classes, parsers, schema parameters, the current user."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts.authentication import enforce_csrf_unless_cross_site, is_credential_of
from accounts.models import User

CSRF_TOKEN = OpenApiParameter(
    "X-CSRFToken",
    location=OpenApiParameter.HEADER,
    required=True,
    description="The token that `GET /api/csrf/` returns and sets as a cookie.",
)
# For a CsrfCheckedView.
CSRF_TOKEN_WITH_COOKIES = OpenApiParameter(
    "X-CSRFToken",
    location=OpenApiParameter.HEADER,
    description=f"{CSRF_TOKEN.description} Not needed by a client on another host, whose calls"
    " carry no cookies.",
)


class _Utf8Parser(BaseParser):
    """Decode as UTF-8, whatever charset a request names: with others decoding can fail."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})


class Utf8FormParser(_Utf8Parser, FormParser):
    """`application/x-www-form-urlencoded`."""


class Utf8MultiPartParser(_Utf8Parser, MultiPartParser):
    """`multipart/form-data`."""


class PublicView(APIView):
    """An API view without authentication."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes: Sequence[Any] = (
        *api_settings.DEFAULT_PARSER_CLASSES,
        Utf8FormParser,
        Utf8MultiPartParser,
    )

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Return a challenge, so that wrong credentials are answered 401 instead of 403."""
        return 'Bearer realm="api"'


class CsrfCheckedView(PublicView):
    """A public view that checks CSRF, unless the request is from our client on another host."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        enforce_csrf_unless_cross_site(request)


def parsed_body(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body. Raises: ParseError, ValidationError."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def current_user(request: Request) -> User:
    """Return the authenticated user, loaded from the database.

    Servers learn of a revocation within a second. The row is newer than that, so the credential of
    the request is compared with it. Raises: NotAuthenticated.
    """
    person = User.objects.filter(pk=request.user.pk or 0, is_active=True).first()
    if person is None or not is_credential_of(request, person):
        raise NotAuthenticated
    return person
