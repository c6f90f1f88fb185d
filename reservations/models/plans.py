"""Seating plans of organisations, their versions and drafts."""

from django.conf import settings
from django.db import models

from organisations.models import Organisation


class SeatingPlan(models.Model):
    """A hall of an organisation. It has one draft, and a version for each time it was saved."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="seating_plans"
    )
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """A saved version of a plan: the bytes of its document as they were sent. It never changes.

    Numbers start at 1 and have no gaps.
    """

    plan = models.ForeignKey(SeatingPlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.BinaryField(help_text="Seating-plan JSON, see docs/seating-plans.md.")
    sha256 = models.CharField(max_length=64, help_text="Of the document, in hexadecimal digits.")
    seats = models.PositiveIntegerField(help_text="How many seats the document has.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="a_plan_version_has_its_own_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"


class PlanDraft(models.Model):
    """What is being edited of a plan. `revision` increases with each save."""

    plan = models.OneToOneField(
        SeatingPlan, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    document = models.BinaryField(help_text="Seating-plan JSON, see docs/seating-plans.md.")
    sha256 = models.CharField(max_length=64, help_text="Of the document, in hexadecimal digits.")
    revision = models.PositiveBigIntegerField(default=1)
    seats = models.PositiveIntegerField(help_text="How many seats the document has.")
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    def __str__(self) -> str:
        return f"{self.plan}, draft {self.revision}"
