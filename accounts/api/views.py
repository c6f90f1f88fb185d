"""Views to sign in and out, by session cookie or by token, and to change or reset a password."""

from typing import Any

from django.contrib.auth import authenticate, logout
from django.db import transaction
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import (
    known_devices,
    login_throttle,
    mail,
    mail_links,
    passwords,
    revocations,
    socket_tickets,
)
from accounts.api.base_views import (
    CSRF_TOKEN,
    CSRF_TOKEN_WITH_COOKIES,
    CsrfCheckedView,
    PublicView,
    current_user,
    parsed_body,
)
from accounts.api.serializers import (
    CredentialsSerializer,
    CsrfSerializer,
    DoneSerializer,
    MeSerializer,
    PasswordChangedSerializer,
    PasswordChangeSerializer,
    PasswordResetConfirmSerializer,
    PasswordResetDoneSerializer,
    PasswordResetSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    SignedInPairSerializer,
    SignedInSerializer,
    SocketTicketSerializer,
    TokenCredentialsSerializer,
    TokenPairSerializer,
    validate_new_password,
)
from accounts.authentication import enforce_csrf, is_from_cross_site_client
from accounts.client_ip import client_ip
from accounts.models import User
from accounts.organisers import second_factor_status
from accounts.password_hashing import Workload, hashing_slot
from accounts.reauthentication import password_attempt, require_second_factor_if_set_up
from accounts.second_factor.sign_in import require_second_step
from accounts.signing_in import keep_signed_in, sign_in, signed_in_record
from accounts.throttles import ApiThrottle, PasswordChangeThrottle, RegisterThrottle, ResetThrottle
from accounts.tokens import end_family, issue_pair, mfa_at_of, revoke_refresh_token, rotate
from infrastructure.security_log.log import Kind, record


class InvalidCredentials(AuthenticationFailed):
    default_code = "invalid_credentials"
    default_detail = "Invalid credentials"


class InvalidLink(APIException):
    status_code = 400
    default_code = "invalid_link"
    default_detail = "This link was used before, or is too old. Ask for a new one."


class CsrfView(PublicView):
    @extend_schema(operation_id="csrf", responses=CsrfSerializer)
    def get(self, request: Request) -> Response:
        """Set the `csrftoken` cookie; send its value as X-CSRFToken with each write."""
        return Response({"csrf_token": get_token(request._request)})


class RegisterView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, RegisterThrottle)

    @extend_schema(
        operation_id="register",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=RegistrationSerializer,
        responses={201: SignedInSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create an account and sign in; a client on another host requests tokens next."""
        form = RegistrationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with hashing_slot(request, Workload.OTHER):
            person = form.save(
                language=mail.language_of_request(request), client=client_ip(request)
            )
        if is_from_cross_site_client(request):
            return Response(signed_in_record(person), status=201)
        return sign_in(request, person, status=201)


class LoginView(PublicView):
    @extend_schema(
        operation_id="login",
        parameters=[CSRF_TOKEN],
        request=CredentialsSerializer,
        responses=SignedInSerializer,
    )
    def post(self, request: Request) -> Response:
        """Sign in with a session cookie."""
        enforce_csrf(request)
        person = _authenticated(request, **parsed_body(CredentialsSerializer, request))
        return sign_in(request, person)


class LogoutView(APIView):
    @extend_schema(operation_id="logout", request=None, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """End the session or, with a token, all tokens of the same sign-in."""
        _ = request.data  # refuses a malformed body
        if isinstance(request.auth, Token):
            end_family(request.auth)
        logout(request._request)
        return Response({"success": True, "message": "Signed out"})


class LogoutEverywhereView(APIView):
    @extend_schema(operation_id="logout_everywhere", request=None, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """End all of one's sessions and tokens, including this one."""
        _ = request.data  # refuses a malformed body
        person = current_user(request)
        with transaction.atomic():
            revocations.revoke_all(person)
            record(Kind.SIGNED_OUT_EVERYWHERE, actor_id=person.pk, subject_id=person.pk)
        logout(request._request)
        return Response({"success": True, "message": "Signed out everywhere"})


class MeView(APIView):
    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return the current user."""
        person: Any = current_user(request)
        is_passed = bool(getattr(request.user, "mfa_passed", False))
        person.second_factor = second_factor_status(person, is_passed=is_passed)
        return Response(MeSerializer(person).data)


class SocketTicketView(APIView):
    @extend_schema(operation_id="socket_ticket", request=None, responses=SocketTicketSerializer)
    def post(self, request: Request) -> Response:
        """Return a ticket for a WebSocket to another host than that of the session cookie.

        With a token it is null: the token itself opens a socket.
        """
        _ = request.data  # refuses a malformed body
        ticket = None if request.auth else socket_tickets.issue(request._request)
        return Response({"ticket": ticket, "expires_in": socket_tickets.TICKET_SECONDS})


class PasswordChangeView(APIView):
    @extend_schema(
        operation_id="password_change",
        request=PasswordChangeSerializer,
        responses=PasswordChangedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Change one's password; all tokens and all other sessions end.

        The session of this request stays valid; a client with a token gets a new pair.
        """
        person = current_user(request)
        require_second_factor_if_set_up(request, person)
        body = parsed_body(PasswordChangeSerializer, request)
        old, new = body["old_password"], body["password"]
        validate_new_password(new, person)
        PasswordChangeThrottle.enforce(request, person.pk)
        device = body.get("device", "")
        with password_attempt(request, person, field="old_password", device=device) as attempt:
            attempt.is_correct = passwords.change(
                person, old=old, new=new, language=mail.language_of_request(request)
            )
        done = {"success": True, "message": "Password changed"}
        if isinstance(request.auth, Token):
            known = known_devices.device_token(request, person, token=device)
            tokens = issue_pair(person, request=request, mfa_at=mfa_at_of(request.auth))
            return Response({**done, **tokens, "device": known})
        return keep_signed_in(request, person, done)


class PasswordResetView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="password_reset",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=PasswordResetSerializer,
        responses=DoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Mail a password link if an account has the address; the response is always the same."""
        mail.send_password_link(
            parsed_body(PasswordResetSerializer, request)["email"],
            language=mail.language_of_request(request),
            client=client_ip(request),
        )
        return Response(
            {"success": True, "message": "If somebody has this address, a link is on its way to it"}
        )


class PasswordResetConfirmView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="password_reset_confirm",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=PasswordResetConfirmSerializer,
        responses=PasswordResetDoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Choose a new password by a mailed link, which works once."""
        link = parsed_body(PasswordResetConfirmSerializer, request)
        new = link.pop("password")
        try:
            person = mail_links.person_by_password_link(**link)
            validate_new_password(new, person)
            with hashing_slot(request, Workload.OTHER):
                person = passwords.reset(
                    **link, new=new, language=mail.language_of_request(request)
                )
        except mail_links.BadLink:
            raise InvalidLink from None
        done = {"success": True, "message": "Password changed"}
        if is_from_cross_site_client(request):
            return Response({**done, "device": known_devices.device_token(request, person)})
        answer = Response(done)
        known_devices.set_cookie(request, answer, person)
        return answer


class TokenView(PublicView):
    @extend_schema(
        operation_id="token", request=TokenCredentialsSerializer, responses=SignedInPairSerializer
    )
    def post(self, request: Request) -> Response:
        """Sign in and get a pair of tokens, for a client on another host."""
        credentials = parsed_body(TokenCredentialsSerializer, request)
        person = _authenticated(request, **credentials)
        record(Kind.SIGNED_IN, actor_id=person.pk, subject_id=person.pk, details={"by": "token"})
        known = known_devices.device_token(request, person, token=credentials.get("device", ""))
        return Response({**issue_pair(person, request=request), "device": known})


class TokenRefreshView(PublicView):
    @extend_schema(
        operation_id="token_refresh",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                description=(
                    "A secret for this one exchange. Within a minute, the same token and key get"
                    " the same response again. A used token without its key, or with another one,"
                    " ends all tokens of the same sign-in."
                ),
            )
        ],
        request=RefreshSerializer,
        responses=TokenPairSerializer,
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair; it becomes invalid.

        A used token may have been stolen, so using it again without the key of its exchange ends
        all tokens of the same sign-in. To be able to repeat a request whose response got lost, send
        an `Idempotency-Key`, a secret for this one exchange: for a minute, the same token and key
        get the same response.
        """
        token = parsed_body(RefreshSerializer, request)["refresh"]
        key = request.headers.get("Idempotency-Key", "")
        try:
            return Response(rotate(token, key=key, request=request))
        except TokenError as error:
            raise InvalidToken(str(error)) from None


class TokenRevokeView(PublicView):
    @extend_schema(operation_id="token_revoke", request=RefreshSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Sign out: end all tokens of the same sign-in as this refresh token."""
        token = parsed_body(RefreshSerializer, request)["refresh"]
        try:
            revoke_refresh_token(token)
        except TokenError as error:
            raise InvalidToken(str(error)) from None
        return Response({"success": True, "message": "Signed out"})


def _authenticated(request: Request, *, username: str, password: str, device: str = "") -> User:
    """Return the person with a username and password.

    Raises: InvalidCredentials, Throttled, TooManySignIns, SecondStepRequired.
    """
    with (
        login_throttle.attempt(request, username, device_token=device) as attempt,
        hashing_slot(request, Workload.SIGN_IN),
    ):
        person = authenticate(request._request, username=username, password=password)
        attempt.is_correct = person is not None
    if not isinstance(person, User):
        raise InvalidCredentials
    require_second_step(person)
    return person
