"""What accounts take and give over HTTP."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from rest_framework import serializers
from rest_framework.fields import get_error_detail

from accounts.models import User, folded

NAME_TAKEN = "This name is taken."


class CredentialsSerializer(serializers.Serializer[User]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class UsernameField(serializers.CharField):
    """A new name, brought into the form in which it is stored before anything is checked."""

    def to_internal_value(self, data: Any) -> str:
        return User.normalize_username(super().to_internal_value(data))


class RegistrationSerializer(serializers.ModelSerializer[User]):
    username = UsernameField(max_length=150, validators=[User.username_validator])
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)

    class Meta:
        model = User
        fields = ["username", "email", "password"]

    def validate_username(self, name: str) -> str:
        if User.objects.filter(folded_username=folded(name)).exists():
            raise serializers.ValidationError(NAME_TAKEN, code="taken")
        return name

    def validate_password(self, password: str) -> str:
        validate_password(password)
        return password

    def create(self, validated_data: dict[str, Any]) -> User:
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError:
            raise serializers.ValidationError({"username": [NAME_TAKEN]}, code="taken") from None


class SignedInSerializer(serializers.Serializer[User]):
    success = serializers.BooleanField()
    user_id = serializers.IntegerField()
    username = serializers.CharField()


class MeSerializer(serializers.Serializer[User]):
    user_id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    email = serializers.CharField(help_text="Empty when not given.")
    is_staff = serializers.BooleanField()


class DoneSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class PasswordChangedSerializer(DoneSerializer):
    access = serializers.CharField(required=False, help_text="For who asked with a token.")
    refresh = serializers.CharField(required=False)


class PasswordChangeSerializer(serializers.Serializer[User]):
    old_password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class PasswordResetSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class PasswordResetConfirmSerializer(serializers.Serializer[Any]):
    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=128)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class CsrfSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField()


def require_good_password(password: str, person: User) -> None:
    """Let pass only a password that is good enough for a person. Raises: ValidationError."""
    try:
        validate_password(password, person)
    except DjangoValidationError as error:
        raise serializers.ValidationError({"password": get_error_detail(error)}) from None
