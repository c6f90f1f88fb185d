"""Where somebody is signed in: one row for each session and each family of refresh tokens."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SignIn(models.Model):
    """One time of signing in, as its person sees it. What it opens is decided elsewhere.

    Its id is public to its person and useless as a credential. It is shown while its session or
    family still exists, and was not made with an earlier password.
    """

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Exactly one of these two.
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    family = models.OneToOneField(
        "accounts.Family", null=True, on_delete=models.CASCADE, related_name="+"
    )
    # The session's hash of Django.
    auth_hash = models.CharField(max_length=128)
    device = models.CharField(max_length=60, blank=True)
    network = models.CharField(max_length=64, blank=True)
    # To a minute, see accounts.sign_ins.tracking.
    seen_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-seen_at", "id"]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"
