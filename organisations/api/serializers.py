"""Serializers of request bodies, and of responses for the OpenAPI schema."""

from typing import Any

from rest_framework import serializers

from infrastructure.security_log.people import NameField
from organisations.models import Organisation
from organisations.roles import Role
from organisations.selectors import MAX_PAGE

MAX_ID = 2**63 - 1


class NewOrganisationSerializer(serializers.Serializer[Organisation]):
    name = NameField(max_length=200)


class OrganisationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.ChoiceField(
        choices=Role.choices, allow_null=True, help_text="Null for operators who are no members."
    )
    permissions = serializers.ListField(child=serializers.CharField())


class PageSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_PAGE, default=MAX_PAGE, help_text="The page size."
    )
    after = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        default=0,
        help_text="Where the page begins, as the `Link` header says.",
    )


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class MemberSerializer(serializers.Serializer[Any]):
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class NewInvitationSerializer(RoleSerializer):
    email = serializers.EmailField(max_length=254)


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    invited_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_expired = serializers.BooleanField()


class InvitationTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=256)


class OfferSerializer(serializers.Serializer[Any]):
    organisation_id = serializers.IntegerField()
    organisation = serializers.CharField(help_text="Its name.")
    role = serializers.ChoiceField(choices=Role.choices)
    is_accepted = serializers.BooleanField(help_text="Whether the requester accepted it before.")
