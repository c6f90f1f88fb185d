"""Requests and responses of the second factor."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import DoneSerializer, PasswordChangedSerializer
from accounts.models.second_factors import MAX_NAME_LENGTH

METHODS = ["passkey", "totp", "recovery_code"]


class PasswordSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class SecondStepSerializer(serializers.Serializer[Any]):
    challenge = serializers.CharField(max_length=100)
    method = serializers.ChoiceField(choices=METHODS)
    code = serializers.CharField(
        max_length=60, required=False, default="", help_text="Of an app, or a recovery code."
    )
    credential = serializers.DictField(
        required=False,
        default=None,
        allow_null=True,
        help_text="PublicKeyCredential.toJSON() of a passkey.",
    )


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class NewPasskeySerializer(serializers.Serializer[Any]):
    challenge = serializers.CharField(max_length=100)
    credential = serializers.DictField(help_text="PublicKeyCredential.toJSON().")
    name = serializers.CharField(max_length=MAX_NAME_LENGTH)


class PasskeyNameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=MAX_NAME_LENGTH)


class TotpSerializer(serializers.Serializer[Any]):
    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)


class PasskeySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)


class SecondFactorSerializer(serializers.Serializer[Any]):
    totp = TotpSerializer(allow_null=True)
    passkeys = PasskeySerializer(many=True)
    recovery_codes_left = serializers.IntegerField()
    passkey_host = serializers.CharField(help_text="The host on whose pages passkeys work.")


class TotpSecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="For an app that cannot read the address as a code.")
    uri = serializers.CharField(help_text="`otpauth://totp/…`, for a QR code.")


class PasskeyOptionsSerializer(serializers.Serializer[Any]):
    challenge = serializers.CharField()
    options = serializers.DictField(help_text="For navigator.credentials.create().")


class FactorAddedSerializer(PasswordChangedSerializer):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With the first factor."
    )


class RecoveryCodesSerializer(DoneSerializer):
    recovery_codes = serializers.ListField(child=serializers.CharField())
