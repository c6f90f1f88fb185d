"""Views to complete a sign-in with the second factor, and to manage one's factors."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import Token

from accounts import known_devices
from accounts.api.base_views import CSRF_TOKEN, PublicView, current_user, parsed_body
from accounts.api.second_factor_serializers import (
    CodeSerializer,
    FactorAddedSerializer,
    NewPasskeySerializer,
    PasskeyNameSerializer,
    PasskeyOptionsSerializer,
    PasswordSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    SecondStepSerializer,
    TotpSecretSerializer,
)
from accounts.api.serializers import DoneSerializer, SignedInPairSerializer, SignedInSerializer
from accounts.authentication import enforce_csrf
from accounts.models import User
from accounts.models.second_factors import Challenge
from accounts.reauthentication import require_password, require_second_factor_if_set_up
from accounts.second_factor import challenges, factors, passkeys, totp
from accounts.second_factor.sign_in import take_second_step
from accounts.sign_ins import tracking
from accounts.signing_in import keep_credential, sign_in
from accounts.tokens import end_family, issue_pair
from infrastructure.security_log.log import Kind, record


class LoginSecondFactorView(PublicView):
    @extend_schema(
        operation_id="login_second_factor",
        parameters=[CSRF_TOKEN],
        request=SecondStepSerializer,
        responses=SignedInSerializer,
    )
    def post(self, request: Request) -> Response:
        """Complete a sign-in with a session cookie, by the challenge of its first step."""
        enforce_csrf(request)
        person, at = _second_step(request)
        person.mfa_shown_at = at
        return sign_in(request, person)


class TokenSecondFactorView(PublicView):
    @extend_schema(
        operation_id="token_second_factor",
        request=SecondStepSerializer,
        responses=SignedInPairSerializer,
    )
    def post(self, request: Request) -> Response:
        """Complete a sign-in with a pair of tokens, by the challenge of its first step."""
        person, at = _second_step(request)
        tokens = issue_pair(person, request=request, mfa_at=at)
        record(Kind.SIGNED_IN, actor_id=person.pk, subject_id=person.pk, details={"by": "token"})
        return Response({**tokens, "device": known_devices.device_token(request, person)})


class SecondFactorView(APIView):
    @extend_schema(operation_id="second_factor", responses=SecondFactorSerializer)
    def get(self, request: Request) -> Response:
        """List one's second factors."""
        return Response(SecondFactorSerializer(factors.as_dict(current_user(request))).data)


class TotpView(APIView):
    @extend_schema(
        operation_id="totp_begin", request=PasswordSerializer, responses=TotpSecretSerializer
    )
    def post(self, request: Request) -> Response:
        """Get a secret for an authenticator app. It counts once one of its codes is confirmed."""
        person = _reauthenticated_user(request)
        secret, uri = totp.start(person)
        return Response({"secret": secret, "uri": uri})


class TotpConfirmView(APIView):
    @extend_schema(
        operation_id="totp_confirm", request=CodeSerializer, responses=FactorAddedSerializer
    )
    def post(self, request: Request) -> Response:
        """Confirm the authenticator app by one of its codes.

        The first factor comes with recovery codes, which are shown only once, and ends all other
        sessions and tokens. The session of this request then counts as having passed the factor; a
        client with a token gets a new pair.
        """
        person, data = current_user(request), parsed_body(CodeSerializer, request)
        require_second_factor_if_set_up(request, person)
        at, codes = factors.confirm_totp(person, data["code"])
        return _added(request, person, at, codes)


class TotpRemoveView(APIView):
    @extend_schema(operation_id="totp_remove", request=PasswordSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Remove the authenticator app; all other sessions and tokens end."""
        person = _reauthenticated_user(request)
        factors.remove_totp(person)
        keep_credential(request, person)
        return Response({"success": True, "message": "Authenticator app removed"})


class PasskeyOptionsView(APIView):
    @extend_schema(
        operation_id="passkey_options",
        request=PasswordSerializer,
        responses=PasskeyOptionsSerializer,
    )
    def post(self, request: Request) -> Response:
        """Get the options for creating a passkey in the browser."""
        person = _reauthenticated_user(request)
        token, challenge = challenges.issue(person, Challenge.Purpose.NEW_PASSKEY)
        return Response({"challenge": token, "options": passkeys.creation_options(challenge)})


class PasskeysView(APIView):
    @extend_schema(
        operation_id="passkey_add", request=NewPasskeySerializer, responses=FactorAddedSerializer
    )
    def post(self, request: Request) -> Response:
        """Store the passkey that the browser created; responds as for an authenticator app."""
        person, data = current_user(request), parsed_body(NewPasskeySerializer, request)
        require_second_factor_if_set_up(request, person)
        at, codes = factors.add_passkey(
            data["challenge"], person, data["credential"], name=data["name"]
        )
        return _added(request, person, at, codes)


class PasskeyView(APIView):
    @extend_schema(
        operation_id="passkey_rename", request=PasskeyNameSerializer, responses=DoneSerializer
    )
    def patch(self, request: Request, passkey_id: int) -> Response:
        """Rename a passkey."""
        person, data = current_user(request), parsed_body(PasskeyNameSerializer, request)
        factors.rename_passkey(person, passkey_id, data["name"])
        return Response({"success": True, "message": "Passkey renamed"})


class PasskeyRemoveView(APIView):
    @extend_schema(
        operation_id="passkey_remove", request=PasswordSerializer, responses=DoneSerializer
    )
    def post(self, request: Request, passkey_id: int) -> Response:
        """Remove a passkey; all other sessions and tokens end."""
        person = _reauthenticated_user(request)
        factors.remove_passkey(person, passkey_id)
        keep_credential(request, person)
        return Response({"success": True, "message": "Passkey removed"})


class RecoveryCodesView(APIView):
    @extend_schema(
        operation_id="recovery_codes",
        request=PasswordSerializer,
        responses=RecoveryCodesSerializer,
    )
    def post(self, request: Request) -> Response:
        """Get new recovery codes; the earlier ones and all other sessions and tokens end."""
        person = _reauthenticated_user(request)
        codes = factors.renew_recovery_codes(person)
        keep_credential(request, person)
        message = "New recovery codes"
        return Response({"success": True, "message": message, "recovery_codes": codes})


def _second_step(request: Request) -> tuple[User, datetime]:
    data = parsed_body(SecondStepSerializer, request)
    return take_second_step(
        data["challenge"],
        method=data["method"],
        code=data["code"],
        credential=data["credential"],
    )


def _reauthenticated_user(request: Request) -> User:
    """Return the current user, after checking their password and, if set up, second factor."""
    person, data = current_user(request), parsed_body(PasswordSerializer, request)
    require_second_factor_if_set_up(request, person)
    require_password(request, person, data["password"])
    return person


def _added(request: Request, person: User, at: datetime, codes: list[str] | None) -> Response:
    done: dict[str, Any] = {"success": True, "message": "Second factor set up"}
    if codes is None:
        return Response(done)
    done["recovery_codes"] = codes
    if isinstance(request.auth, Token):
        end_family(request.auth)
        return Response({**done, **issue_pair(person, request=request, mfa_at=at)})
    request._request.session[tracking.MFA_AT] = at.timestamp()
    keep_credential(request, person)
    return Response(done)
