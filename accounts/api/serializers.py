"""Requests and responses of the account views."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import get_error_detail

from accounts import known_devices, mail
from accounts.mail_limits import TooMuchMail
from accounts.models import User, folded
from accounts.usernames import skeleton, validate_new_username
from infrastructure.security_log.log import Kind, record
from organisations.models import Membership
from organisations.roles import Role, granted_to

NAME_TAKEN = "This name is taken."


class CredentialsSerializer(serializers.Serializer[User]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class TokenCredentialsSerializer(CredentialsSerializer):
    device = serializers.CharField(
        required=False,
        max_length=known_devices.MAX_LENGTH,
        help_text="The `device` of an earlier response, by which the device is recognised.",
    )


class UsernameField(serializers.CharField):
    """A new username, normalised before it is validated."""

    def to_internal_value(self, data: Any) -> str:
        return User.normalize_username(super().to_internal_value(data))


class RegistrationSerializer(serializers.ModelSerializer[User]):
    username = UsernameField(max_length=150, validators=[User.username_validator])
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)

    class Meta:
        model = User
        fields = ["username", "email", "password"]

    def validate_username(self, name: str) -> str:
        validate_new_username(name)
        if User.objects.filter(folded_username=folded(name)).exists() or _looks_like_staff(name):
            raise serializers.ValidationError(NAME_TAKEN, code="taken")
        return name

    def validate_password(self, password: str) -> str:
        """Validate it against the username and address of the request, valid or not."""
        name, email = (
            str(self.initial_data.get(field, ""))[:254] for field in ("username", "email")
        )
        validate_password(password, User(username=User.normalize_username(name), email=email))
        return password

    def create(self, validated_data: dict[str, Any]) -> User:
        """Create an account, and mail a link to its address within the mail limits."""
        person = User(
            username=validated_data["username"],
            email=User.objects.normalize_email(validated_data.get("email")),
            language=validated_data["language"],
        )
        # Before the transaction, because hashing waits in a queue.
        person.set_password(validated_data["password"])
        try:
            with transaction.atomic():
                person.save()
                record(Kind.REGISTERED, actor_id=person.pk, subject_id=person.pk)
                if person.email:
                    with suppress(TooMuchMail):
                        mail.send_verification(
                            person,
                            person.email,
                            language=validated_data["language"],
                            client=validated_data["client"],
                        )
                return person
        except IntegrityError:
            raise serializers.ValidationError({"username": [NAME_TAKEN]}, code="taken") from None


class SignedInSerializer(serializers.Serializer[User]):
    success = serializers.BooleanField()
    user_id = serializers.IntegerField()
    username = serializers.CharField()


class SecondFactorStandingSerializer(serializers.Serializer[Any]):
    set_up = serializers.BooleanField()
    passed = serializers.BooleanField(help_text="In this session, or with this token.")
    required = serializers.BooleanField(  # type: ignore[assignment]
        help_text="Whether it must be passed before using an organiser's rights."
    )


class MembershipSerializer(serializers.Serializer[Membership]):
    id = serializers.IntegerField(source="organisation_id")
    name = serializers.CharField(source="organisation.name")
    role = serializers.ChoiceField(choices=Role.choices)
    permissions = serializers.SerializerMethodField(help_text="Those of the role.")

    def get_permissions(self, member: Membership) -> list[str]:
        return sorted(granted_to(member.role))


class MeSerializer(serializers.Serializer[User]):
    user_id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    name = serializers.CharField(source="first_name", help_text="Of guests; else mostly empty.")
    is_guest = serializers.BooleanField(help_text="Whether one buys without an account.")
    email = serializers.CharField(help_text="Empty when not given.")
    email_verified = serializers.SerializerMethodField()
    new_email = serializers.CharField(help_text="The unconfirmed new address, or empty.")
    is_staff = serializers.BooleanField(help_text="Whether one may open the admin.")
    permissions = serializers.SerializerMethodField(
        help_text="The permissions that matter to a client and hold for every event and"
        " organisation, in alphabetical order."
    )
    organisations = serializers.SerializerMethodField()
    second_factor = SecondFactorStandingSerializer()

    def get_permissions(self, person: User) -> list[str]:
        return [name for name in sorted(settings.CLIENT_PERMISSIONS) if person.has_perm(name)]

    @extend_schema_field(MembershipSerializer(many=True))
    def get_organisations(self, person: User) -> list[dict[str, Any]]:
        found = Membership.objects.filter(user=person).select_related("organisation")
        shown: Any = MembershipSerializer(many=True)
        return list(shown.to_representation(found.order_by("organisation__name")))

    def get_email_verified(self, person: User) -> bool:
        return person.email_verified_at is not None


class DoneSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class SocketTicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(
        allow_null=True, help_text="Offer it as the subprotocol `ticket.<ticket>`."
    )
    expires_in = serializers.IntegerField(help_text="In seconds.")


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInPairSerializer(TokenPairSerializer):
    device = serializers.CharField(
        help_text="Send it with the next sign-in, so that the device is recognised and others'"
        " wrong guesses do not lock it out."
    )


class PasswordChangedSerializer(DoneSerializer):
    access = serializers.CharField(required=False, help_text="For clients with a token.")
    refresh = serializers.CharField(required=False)
    device = serializers.CharField(required=False)


class PasswordChangeSerializer(serializers.Serializer[User]):
    old_password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    device = serializers.CharField(required=False, max_length=known_devices.MAX_LENGTH)


class PasswordResetSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


# The base of bodies with what a mailed link has; a docstring would be told to clients.
class MailedLinkSerializer(serializers.Serializer[Any]):
    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=256)


class PasswordResetConfirmSerializer(MailedLinkSerializer):
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class PasswordResetDoneSerializer(DoneSerializer):
    device = serializers.CharField(required=False, help_text="For a client on another host.")


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class CsrfSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField()


def _looks_like_staff(name: str) -> bool:
    """Return whether a username looks like that of a staff member; there are few of them."""
    staff = User.objects.filter(is_staff=True).values_list("username", flat=True)
    return skeleton(name) in map(skeleton, staff.iterator())


def validate_new_password(password: str, person: User) -> None:
    """Validate a new password for a person. Raises: ValidationError."""
    try:
        validate_password(password, person)
    except DjangoValidationError as error:
        raise serializers.ValidationError({"password": get_error_detail(error)}) from None
