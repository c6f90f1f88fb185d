"""Second factors: an authenticator app, passkeys, recovery codes, and a sign-in's second step."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

MAX_NAME_LENGTH = 60


class Authenticator(models.Model):
    """A person's authenticator app (TOTP). It counts once it is confirmed.

    `last_step` is the time step of the last accepted code. A code of that step or an earlier one
    is refused, so a code works once.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret = models.TextField(help_text="Encrypted, see security_log.encryption.")
    last_step = models.BigIntegerField(default=0)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"authenticator of person {self.person_id}"


class Passkey(models.Model):
    """A WebAuthn credential. `sign_count` only grows; it stays 0 if the key does not count."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    # Base64url of at most 1023 bytes, by the specification.
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
    """The hash of a code that replaces a lost factor once. Deleted when it is used."""

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
    """A pending second step of a sign-in, or a pending new passkey.

    Only the client knows the token; the key is its hash. Deleted when it succeeds.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in"
        NEW_PASSKEY = "new_passkey"

    digest = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Django's session auth hash, so that a new password invalidates the challenge.
    auth_hash = models.CharField(max_length=128)
    # The WebAuthn challenge that a passkey signs, base64url.
    nonce = models.CharField(max_length=100)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"challenge of person {self.person_id}"
