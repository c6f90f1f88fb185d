"""The session cookie, which needs a CSRF token with every write, and the bearer's token."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import CSRFCheck
from rest_framework.authentication import SessionAuthentication as DRFSessionAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.models import TokenUser
from rest_framework_simplejwt.tokens import Token


class CSRFFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"
    default_detail = "The CSRF token is missing or wrong. Get one from /api/csrf/."


class SessionAuthentication(DRFSessionAuthentication):
    """The session cookie; writes need the CSRF token too."""

    def enforce_csrf(self, request: Any) -> None:
        enforce_csrf(request)


def enforce_csrf(request: Request | Any) -> None:
    """Let pass only a request that carries the CSRF token. Raises: CSRFFailed."""
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if check.process_view(request, lambda: None, (), {}):  # type: ignore[arg-type,return-value]
        raise CSRFFailed


class TokenAuthentication(JWTAuthentication):
    """A bearer's token. One that says whose it is is taken at its word."""

    def get_user(self, validated_token: Token) -> Any:
        if "username" not in validated_token:
            return super().get_user(validated_token)
        return TokenUser(validated_token)


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """How the bearer's token is described in the schema."""

    target_class = TokenAuthentication  # type: ignore[assignment]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the session cookie is described in the schema."""

    target_class = SessionAuthentication
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
