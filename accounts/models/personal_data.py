"""The erasure of an account, recorded so that a killed one is finished."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Erasure(models.Model):
    """The erasure of one account. While this row exists, nobody can sign in to the account."""

    class Cause(models.TextChoices):
        ASKED = "asked"
        RETENTION = "retention"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    cause = models.CharField(max_length=10, choices=Cause.choices)
    began_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["began_at"], name="erasure_to_finish", condition=models.Q(done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"erasure of person {self.person_id}"
