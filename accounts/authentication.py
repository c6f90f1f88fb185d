"""Authenticate requests by session cookie, with a CSRF token for writes, or by bearer token."""

import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.middleware.csrf import REASON_NO_REFERER
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import CSRFCheck
from rest_framework.authentication import SessionAuthentication as DRFSessionAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import Token

from accounts import revocations, session_cache
from accounts.models import Family, User
from accounts.revocations import Credential
from accounts.token_types import ClaimsUser

MAX_CACHED_TOKENS = 10_000


class CSRFFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"
    default_detail = "The CSRF token is missing or wrong. Get one from /api/csrf/."


# Details for the reasons other than the token for which Django's CSRF check fails.
_DETAILS = {
    "Origin checking": "The Origin header names no site that may write here.",
    "Referer checking": "The Referer header names no site that may write here over HTTPS.",
    REASON_NO_REFERER: "Over HTTPS a write needs an Origin or a Referer header besides the token.",
}


class SessionAuthentication(DRFSessionAuthentication):
    """Authenticates by session cookie; writes need a CSRF token too."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the session's user. Raises: CSRFFailed."""
        person = session_cache.authenticated_user(getattr(request, "_request", request))
        if person is None:
            return None
        self.enforce_csrf(request)
        return person, None

    def enforce_csrf(self, request: Any) -> None:
        enforce_csrf(request)


def enforce_csrf(request: Request | Any) -> None:
    """Check a request's CSRF token and origin. Raises: CSRFFailed."""
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    reason: Any = check.process_view(request, lambda: None, (), {})  # type: ignore[arg-type,return-value]
    if reason:
        subject, _, _ = reason.partition(" failed")
        raise CSRFFailed(_DETAILS.get(reason, _DETAILS.get(subject)))


def is_from_cross_site_client(request: Request) -> bool:
    """Return whether a request is from our client on another host, without cookies.

    Other pages cannot send such an Origin, and without cookies there is nothing to forge.
    """
    return not request.COOKIES and request.headers.get("Origin") in settings.CLIENT_ORIGINS


def enforce_csrf_unless_cross_site(request: Request) -> None:
    """Check CSRF unless the request is from our client on another host. Raises: CSRFFailed."""
    if not is_from_cross_site_client(request):
        enforce_csrf(request)


class TokenAuthentication(JWTAuthentication):
    """Authenticates by bearer token, without a query.

    A token's signature is verified once; each request checks that it is not expired or revoked.
    """

    def get_validated_token(self, raw_token: bytes) -> Token:
        """Return the token. Raises: InvalidToken."""
        token, credential = _verified(raw_token)
        if credential.expires_at <= time.time():
            # Raises InvalidToken with the library's message.
            return super().get_validated_token(raw_token)
        if revocations.is_revoked(credential):
            raise InvalidToken("This token has been ended.")
        return token

    def get_user(self, validated_token: Token) -> Any:
        if "username" not in validated_token:
            return super().get_user(validated_token)
        return ClaimsUser(validated_token)


@lru_cache(maxsize=MAX_CACHED_TOKENS)
def _verified(raw_token: bytes) -> tuple[Token, Credential]:
    token = JWTAuthentication().get_validated_token(raw_token)
    return token, revocations.credential_of_token(token)


def is_credential_of(request: Request, person: User) -> bool:
    """Return whether the session or token of an authenticated request is valid for a person's row.

    Claims whose security stamp is another one are no proof that it was revoked: the stamp also
    changes with the name or the second factor. Then the stored session or token family decides.
    """
    claims: Any = request.user
    stamp = claims.token.get("stamp") if isinstance(claims, ClaimsUser) else None
    if not stamp or stamp == person.security_stamp():
        return True
    if isinstance(request.auth, Token):
        family = Family.objects.filter(pk=str(request.auth.get("sid", "")), person=person).first()
        return family is not None and person.has_session_hash(family.auth_hash)
    return session_cache.stored_user(request._request) == person


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """Describes bearer tokens in the OpenAPI schema."""

    target_class = TokenAuthentication  # type: ignore[assignment]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the session cookie in the OpenAPI schema."""

    target_class = SessionAuthentication
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Writes need the `X-CSRFToken` header too, and over HTTPS an `Origin`"
            " or a `Referer`, as browsers send them.",
        }
