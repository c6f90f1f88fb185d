"""Organisations, their members, and invitations to become one."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from organisations.roles import Role


def new_key() -> str:
    """Return a random key of an invitation."""
    return secrets.token_urlsafe(16)


class Organisation(models.Model):
    """Who sells: events, seating plans and members belong to it."""

    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    mails_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many mails about its bookings may go to addresses that nobody has verified,"
        " in a day. Empty: any number.",
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organisation. A person has one role in each."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], name="a_person_has_one_role_in_an_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organisation}: {self.get_role_display()}"


class Invitation(models.Model):
    """An offer of a role in an organisation, mailed to an address.

    The mailed link has a token, which is this row's key with the server's signature: the row alone
    is not enough to make one. Another invitation to the address replaces the key.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    key = models.CharField(max_length=32, unique=True, default=new_key)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at=None),
                name="an_address_is_invited_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
