"""The list of where people are signed in: a row for each session and each token family."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SignIn(models.Model):
    """A sign-in, as its person sees it in the list. It authenticates nobody.

    The id is shown to the person and is no credential. The row is listed while its session or
    family exists and the password has not changed since.
    """

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Exactly one of these two.
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    family = models.OneToOneField(
        "accounts.Family", null=True, on_delete=models.CASCADE, related_name="+"
    )
    # Django's session auth hash.
    auth_hash = models.CharField(max_length=128)
    device = models.CharField(max_length=60, blank=True)
    network = models.CharField(max_length=64, blank=True)
    # Accurate to a minute, see accounts.sign_ins.tracking.
    seen_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-seen_at", "id"]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"
