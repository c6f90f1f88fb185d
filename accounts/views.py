"""Signing in and out, by session cookie or by token."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    NotAuthenticated,
    ValidationError,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import links, mail, passwords, revocations, tries
from accounts.authentication import enforce_csrf
from accounts.models import User
from accounts.parsers import Utf8FormParser, Utf8MultiPartParser
from accounts.serializers import (
    CredentialsSerializer,
    CsrfSerializer,
    DoneSerializer,
    MeSerializer,
    PasswordChangedSerializer,
    PasswordChangeSerializer,
    PasswordResetConfirmSerializer,
    PasswordResetSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    SignedInSerializer,
    TokenPairSerializer,
    require_good_password,
)
from accounts.throttles import ApiThrottle, RegisterThrottle, ResetThrottle
from accounts.tokens import end_family, pair, revoke, rotate


class InvalidCredentials(AuthenticationFailed):
    default_code = "invalid_credentials"
    default_detail = "Invalid credentials"


class InvalidLink(APIException):
    status_code = 400
    default_code = "invalid_link"
    default_detail = "This link was used before, or is too old. Ask for a new one."


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


class CsrfView(OpenView):
    @extend_schema(operation_id="csrf", responses=CsrfSerializer)
    def get(self, request: Request) -> Response:
        """Set the `csrftoken` cookie, whose value goes into X-CSRFToken with each write."""
        return Response({"csrf_token": get_token(request._request)})


class RegisterView(OpenView):
    throttle_classes = (ApiThrottle, RegisterThrottle)

    @extend_schema(
        operation_id="register",
        request=RegistrationSerializer,
        responses={201: SignedInSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an account and sign in with it; a client on another host asks for tokens next."""
        keeps_cookies = not _is_from_client_elsewhere(request)
        _refuse_forged(request)
        form = RegistrationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        person = form.save()
        if keeps_cookies:
            login(request._request, person)
        return Response(_signed_in(person), status=201)


class LoginView(OpenView):
    @extend_schema(
        operation_id="login", request=CredentialsSerializer, responses=SignedInSerializer
    )
    def post(self, request: Request) -> Response:
        """Sign in with a session cookie."""
        enforce_csrf(request)
        person = _authenticated(request)
        login(request._request, person)
        return Response(_signed_in(person))


class LogoutView(APIView):
    @extend_schema(operation_id="logout", request=None, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """End the session, or with a token all tokens that came of the same signing in."""
        _ = request.data  # a malformed body is refused, whoever sends it
        if isinstance(request.auth, Token):
            end_family(request.auth)
        logout(request._request)
        return Response({"success": True, "message": "Signed out"})


class LogoutEverywhereView(APIView):
    @extend_schema(operation_id="logout_everywhere", request=None, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """End all sessions and tokens of who asks, this one too."""
        _ = request.data  # a malformed body is refused, whoever sends it
        revocations.end_all(_asker(request))
        logout(request._request)
        return Response({"success": True, "message": "Signed out everywhere"})


class MeView(APIView):
    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Tell who is signed in."""
        return Response(MeSerializer(_asker(request)).data)


class PasswordChangeView(APIView):
    @extend_schema(
        operation_id="password_change",
        request=PasswordChangeSerializer,
        responses=PasswordChangedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Change one's password; all other sessions end, and all tokens.

        The session that asks goes on; who asks with a token gets a new pair.
        """
        person = _asker(request)
        form = PasswordChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        old, new = form.validated_data["old_password"], form.validated_data["password"]
        require_good_password(new, person)
        with tries.one_try(request, person.username) as one:
            one.is_right = passwords.change(person, old=old, new=new, language=_language(request))
        if not one.is_right:
            complaint = ErrorDetail("This is not your password.", code="wrong_password")
            raise ValidationError({"old_password": [complaint]})
        done = {"success": True, "message": "Password changed"}
        if isinstance(request.auth, Token):
            return Response({**done, **pair(person)})
        # Who was remembered is not who Django would compare with.
        request._request.user = person
        update_session_auth_hash(request._request, person)
        return Response(done)


class PasswordResetView(OpenView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="password_reset", request=PasswordResetSerializer, responses=DoneSerializer
    )
    def post(self, request: Request) -> Response:
        """Mail a link for a new password to who has the address; the answer is always the same."""
        _refuse_forged(request)
        form = PasswordResetSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        mail.ask_for_link(form.validated_data["email"], language=_language(request))
        return Response(
            {"success": True, "message": "If somebody has this address, a link is on its way to it"}
        )


class PasswordResetConfirmView(OpenView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="password_reset_confirm",
        request=PasswordResetConfirmSerializer,
        responses=DoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Choose a new password by the link that was mailed; it works once."""
        _refuse_forged(request)
        form = PasswordResetConfirmSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        new = form.validated_data.pop("password")
        try:
            person = links.person_of_link(**form.validated_data)
            require_good_password(new, person)
            passwords.reset(person, new=new, language=_language(request))
            tries.welcome(request, person.username)
        except links.LinkIsBad:
            raise InvalidLink from None
        return Response({"success": True, "message": "Password changed"})


class TokenView(OpenView):
    @extend_schema(
        operation_id="token", request=CredentialsSerializer, responses=TokenPairSerializer
    )
    def post(self, request: Request) -> Response:
        """Sign in with a pair of tokens, for a client on another host."""
        return Response(pair(_authenticated(request)))


class TokenRefreshView(OpenView):
    @extend_schema(
        operation_id="token_refresh",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                description="Has the answer given again, to the same token within a minute.",
            )
        ],
        request=RefreshSerializer,
        responses=TokenPairSerializer,
    )
    def post(self, request: Request) -> Response:
        """Return a new pair. The refresh token that was sent is worth nothing from then on.

        One that comes again ends the pair that it was exchanged for: it may have been stolen. Who
        may not get the answer sends an `Idempotency-Key`, a secret made for this one exchange, and
        within a minute gets the answer again by it.
        """
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")
        try:
            return Response(rotate(form.validated_data["refresh"], key=key))
        except TokenError as error:
            raise InvalidToken(str(error)) from None


class TokenRevokeView(OpenView):
    @extend_schema(operation_id="token_revoke", request=RefreshSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Sign out: the refresh token that was sent is worth nothing from then on."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            revoke(form.validated_data["refresh"])
        except TokenError as error:
            raise InvalidToken(str(error)) from None
        return Response({"success": True, "message": "Signed out"})


def _is_from_client_elsewhere(request: Request) -> bool:
    """Return whether a client on another host asks, whose browser sends no cookies here.

    No other page can name such an origin, and without cookies there is nothing to forge.
    """
    return not request.COOKIES and request.headers.get("Origin") in settings.CLIENT_ORIGINS


def _refuse_forged(request: Request) -> None:
    """Let nobody's browser be made to send a form here. Raises: CSRFFailed."""
    if not _is_from_client_elsewhere(request):
        enforce_csrf(request)


def _language(request: Request) -> str:
    return mail.language_of(request.headers.get("Accept-Language", ""))


def _asker(request: Request) -> User:
    """Return who asks, from the database. Raises: NotAuthenticated."""
    person = User.objects.filter(pk=request.user.pk or 0, is_active=True).first()
    if person is None:
        raise NotAuthenticated
    return person


def _authenticated(request: Request) -> User:
    form = CredentialsSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    with tries.one_try(request, form.validated_data["username"]) as one:
        person = authenticate(request._request, **form.validated_data)
        one.is_right = person is not None
    if not isinstance(person, User):
        raise InvalidCredentials
    return person


def _signed_in(person: User) -> dict[str, object]:
    return {"success": True, "user_id": person.pk, "username": person.username}
