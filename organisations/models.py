"""Organisations and their members."""

from django.conf import settings
from django.db import models

from organisations.roles import Role


class Organisation(models.Model):
    """Who sells: events, seating plans and members belong to it."""

    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

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
