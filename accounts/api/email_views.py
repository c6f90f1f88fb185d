"""Views to verify, confirm and change one's e-mail address."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import email_verification, mail
from accounts.api.base_views import current_user, parsed_body
from accounts.api.serializers import DoneSerializer, MailedLinkSerializer
from accounts.api.views import InvalidLink
from accounts.client_ip import client_ip
from accounts.mail_links import BadLink
from accounts.reauthentication import password_attempt, require_second_factor_if_set_up
from accounts.throttles import ApiThrottle, PasswordChangeThrottle, ResetThrottle


class NothingToVerify(APIException):
    status_code = 409
    default_code = "nothing_to_verify"
    default_detail = "There is no address of yours that waits to be confirmed."


class OtherAccount(APIException):
    status_code = 409
    default_code = "other_account"
    default_detail = "This link is for another account. Sign in to that one first."


class EmailConfirmSerializer(MailedLinkSerializer):
    pass


class EmailChangeSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    email = serializers.EmailField(max_length=254)
    device = serializers.CharField(required=False, max_length=1024)


class EmailVerifyView(APIView):
    @extend_schema(operation_id="email_verify", request=None, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Mail another link to one's unconfirmed address, a few times a day."""
        _ = request.data  # refuses a malformed body
        person = current_user(request)
        address = person.new_email or ("" if person.email_verified_at else person.email)
        # A guest's address is verified by the links to the bookings.
        if not address or person.is_guest:
            raise NothingToVerify
        mail.send_verification(
            person, address, language=mail.language_of_request(request), client=client_ip(request)
        )
        return Response({"success": True, "message": "A link is on its way to your address"})


class EmailConfirmView(APIView):
    throttle_classes = (ApiThrottle, ResetThrottle)

    @extend_schema(
        operation_id="email_confirm", request=EmailConfirmSerializer, responses=DoneSerializer
    )
    def post(self, request: Request) -> Response:
        """Confirm an address by the link that was mailed to it. It works once, within a day.

        Sign in to the account first; a link for another one is refused with `other_account`.
        """
        person = current_user(request)
        require_second_factor_if_set_up(request, person)
        link = parsed_body(EmailConfirmSerializer, request)
        try:
            email_verification.confirm(person, **link, language=mail.language_of_request(request))
        except email_verification.OtherAccount:
            raise OtherAccount from None
        except BadLink:
            raise InvalidLink from None
        return Response({"success": True, "message": "Address confirmed"})


class EmailChangeView(APIView):
    @extend_schema(
        operation_id="email_change", request=EmailChangeSerializer, responses=DoneSerializer
    )
    def post(self, request: Request) -> Response:
        """Mail a link to a new address, which replaces the old one when it is confirmed.

        A verified old address is notified of the request and of the change.
        """
        person = current_user(request)
        require_second_factor_if_set_up(request, person)
        body = parsed_body(EmailChangeSerializer, request)
        address = body["email"]
        if person.email_verified_at and address == person.email:
            complaint = ErrorDetail("This is your address already.", code="same")
            raise ValidationError({"email": [complaint]})
        PasswordChangeThrottle.enforce(request, person.pk)
        device = body.get("device", "")
        with password_attempt(request, person, device=device) as attempt:
            is_known = person.check_password(body["password"])
            attempt.is_correct = is_known and email_verification.request_change(
                person,
                address,
                known=person.password,
                language=mail.language_of_request(request),
                client=client_ip(request),
            )
        return Response({"success": True, "message": "A link is on its way to the new address"})
