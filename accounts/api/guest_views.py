"""Views for guests, and for accounts that take over the bookings of guests."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import mail
from accounts.api.base_views import (
    CSRF_TOKEN_WITH_COOKIES,
    CsrfCheckedView,
    current_user,
    parsed_body,
)
from accounts.api.serializers import (
    NAME_TAKEN,
    DoneSerializer,
    MailedLinkSerializer,
    RegistrationSerializer,
    SignedInSerializer,
)
from accounts.api.views import InvalidLink
from accounts.authentication import is_from_cross_site_client
from accounts.client_ip import client_ip
from accounts.guests import services
from accounts.mail_links import BadLink
from accounts.models import User
from accounts.password_hashing import Workload, hashing_slot
from accounts.sessions import SESSION_BACKEND
from accounts.signing_in import keep_signed_in, signed_in_record
from accounts.throttles import ApiThrottle, RegisterThrottle, ResetThrottle
from accounts.tokens import issue_pair
from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.people import NameField


class NotAGuest(APIException):
    status_code = 409
    default_code = "not_a_guest"
    default_detail = "You have an account already."


class AddressVerified(APIException):
    status_code = 409
    default_code = "address_verified"
    default_detail = "Your address is confirmed. Make an account to change it."


class GuestSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=150)
    email = serializers.EmailField(max_length=254)


class GuestLinkSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class ComeBackSerializer(MailedLinkSerializer):
    pass


class GuestSignedInSerializer(SignedInSerializer):
    access = serializers.CharField(required=False, help_text="For clients on another host.")
    refresh = serializers.CharField(required=False)


class GuestAccountSerializer(RegistrationSerializer):
    class Meta(RegistrationSerializer.Meta):
        fields = ["username", "password"]


class MadeAccountSerializer(DoneSerializer):
    access = serializers.CharField(required=False, help_text="For clients with a token.")
    refresh = serializers.CharField(required=False)


class GuestBookingsSerializer(serializers.Serializer[Any]):
    bookings = serializers.IntegerField(help_text="That `guest/merge/` would take over.")


class GuestView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, RegisterThrottle)

    @extend_schema(
        operation_id="guest",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=GuestSerializer,
        responses={201: GuestSignedInSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin to buy without an account, and sign in; a client on another host gets tokens.

        Mail about a booking has a link that leads back to it.
        """
        body = parsed_body(GuestSerializer, request)
        guest = services.start(
            body["name"],
            body["email"],
            language=mail.language_of_request(request),
        )
        return _signed_in(request, guest, status=201)


class GuestDetailsView(APIView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(operation_id="guest_details", request=GuestSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Correct a guest's name and address; a link is mailed to a new address.

        Refused with `address_verified` once a link to the address was followed.
        """
        body = parsed_body(GuestSerializer, request)
        try:
            services.correct(
                current_user(request),
                body["name"],
                body["email"],
                client=client_ip(request),
            )
        except services.NotAGuest:
            raise NotAGuest from None
        except services.AddressVerified:
            raise AddressVerified from None
        return Response({"success": True, "message": "Saved"})


class GuestLinkView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="guest_link",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=GuestLinkSerializer,
        responses=DoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Mail the links to the bookings of guests with an address, within the mail limits.

        The response does not tell whether there are any.
        """
        mail.request_guest_links(
            parsed_body(GuestLinkSerializer, request)["email"],
            language=mail.language_of_request(request),
            client=client_ip(request),
        )
        return Response(
            {
                "success": True,
                "message": "If somebody bought with this address, a link is on its way to it",
            }
        )


class ComeBackView(CsrfCheckedView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="guest_come_back",
        parameters=[CSRF_TOKEN_WITH_COOKIES],
        request=ComeBackSerializer,
        responses=GuestSignedInSerializer,
    )
    def post(self, request: Request) -> Response:
        """Sign in as a guest by a mailed link, which also verifies the address."""
        link = parsed_body(ComeBackSerializer, request)
        try:
            guest = services.come_back(**link)
        except BadLink:
            raise InvalidLink from None
        return _signed_in(request, guest)


class GuestAccountView(APIView):
    throttle_classes = (ApiThrottle, RegisterThrottle)

    @extend_schema(
        operation_id="guest_account",
        request=GuestAccountSerializer,
        responses=MadeAccountSerializer,
    )
    def post(self, request: Request) -> Response:
        """Make an account of a guest, with a username and a password; the bookings stay.

        Other sessions and tokens of the guest end, and mailed links become invalid.
        """
        wanted = parsed_body(GuestAccountSerializer, request)
        person = current_user(request)
        if not person.is_guest:
            raise NotAGuest
        with hashing_slot(request, Workload.OTHER):
            hashed = make_password(wanted["password"])
        try:
            person = services.make_account(person, wanted["username"], hashed)
        except services.NotAGuest:
            raise NotAGuest from None
        except services.NameTaken:
            raise serializers.ValidationError({"username": [NAME_TAKEN]}, code="taken") from None
        done: dict[str, Any] = {"success": True, "message": "Account created"}
        if request.auth is not None:
            return Response({**done, **issue_pair(person, request=request)})
        return keep_signed_in(request, person, done)


class GuestBookingsView(APIView):
    @extend_schema(operation_id="guest_bookings", responses=GuestBookingsSerializer)
    def get(self, request: Request) -> Response:
        """Count the bookings that guests made with one's verified address."""
        return Response({"bookings": services.count_bookings(current_user(request))})


class GuestMergeView(APIView):
    @extend_schema(operation_id="guest_merge", request=None, responses=GuestBookingsSerializer)
    def post(self, request: Request) -> Response:
        """Take over the bookings that guests made with one's verified address.

        The guests' links become invalid. Doing so again takes over what came since.
        """
        _ = request.data  # refuses a malformed body
        return Response({"bookings": services.merge(current_user(request))})


def _signed_in(request: Request, guest: User, *, status: int = 200) -> Response:
    answer = signed_in_record(guest)
    if is_from_cross_site_client(request):
        record(Kind.SIGNED_IN, actor_id=guest.pk, subject_id=guest.pk, details={"by": "token"})
        return Response({**answer, **issue_pair(guest, request=request)}, status=status)
    login(request._request, guest, backend=SESSION_BACKEND)
    return Response(answer, status=status)
