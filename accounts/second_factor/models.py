"""Second factors: an authenticator app, passkeys, recovery codes, and a sign-in's second step."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

MAX_NAME_LENGTH = 60


class Authenticator(models.Model):
    """A person's authenticator app (TOTP). Until it is confirmed it opens nothing.

    `last_step` is the time step of the last code that was accepted: a code of that step or an
    earlier one is refused, so that a code is good once.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret = models.TextField(help_text="Encrypted, see accounts.second_factor.encryption.")
    last_step = models.BigIntegerField(default=0)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"authenticator of person {self.person_id}"


class Passkey(models.Model):
    """A WebAuthn credential. `sign_count` never goes back, unless the key does not count."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    # Base64url; at most 1023 bytes by the specification.
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"passkey {self.pk}"


class RecoveryCode(models.Model):
    """A code that replaces a lost factor once. Deleted when it is used; only its hash is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "digest"], name="a_recovery_code_is_given_out_once"
            ),
        ]

    def __str__(self) -> str:
        return f"recovery code of person {self.person_id}"


class Challenge(models.Model):
    """A step that somebody was asked for: the second one of a sign-in, or making a passkey.

    Its token is known to the client alone; the key is the token's hash. Deleted when it succeeds.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in"
        NEW_PASSKEY = "new_passkey"

    digest = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The session's hash of Django, so that a new password ends what the old one began.
    auth_hash = models.CharField(max_length=128)
    # What a passkey is to sign, base64url.
    nonce = models.CharField(max_length=100)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"challenge of person {self.person_id}"
