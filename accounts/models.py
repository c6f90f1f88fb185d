"""Who somebody is."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.password_validators import is_published
from accounts.personal_data.models import Erasure
from accounts.second_factor.models import Authenticator, Challenge, Passkey, RecoveryCode
from accounts.sign_ins.models import SignIn

__all__ = [
    "Authenticator",
    "Challenge",
    "Ended",
    "Erasure",
    "Family",
    "Mail",
    "Passkey",
    "RecoveryCode",
    "SignIn",
    "User",
    "folded",
]


def folded(username: str) -> str:
    """Return a name as names are compared: those that differ in case only are one."""
    return username.casefold()


class FoldedUsernameField(models.CharField):  # type: ignore[type-arg]
    """The folded username of its row, written whenever the row is."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002
        person: Any = model_instance
        person.folded_username = folded(person.username)
        return str(person.folded_username)


class User(AbstractUser):
    """A person. The username is the name that others see; permissions say what they may do.

    Names that differ in case only would be taken for one another on the seat map, so the database
    forbids them. Folding makes a name three times as long at the most.
    """

    folded_username = FoldedUsernameField(max_length=450, unique=True, editable=False)
    # Since when signing in takes a second factor; null while the person has none.
    second_factor_since = models.DateTimeField(null=True, editable=False)
    # How often everything that the person was signed in by has been ended at once.
    generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # When the person last showed that they read mail at `email`; empty while that is only claimed.
    email_verified_at = models.DateTimeField(null=True, editable=False)
    # The address that the person wants instead, until they follow the link sent to it.
    new_email = models.EmailField(blank=True, default="", db_default="", editable=False)

    # Whether the request that the person was loaded for showed their second factor.
    mfa_passed = False
    # When the person showed it, for who signs them in.
    mfa_shown_at: datetime | None = None

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor_since is not None

    def security_stamp(self) -> str:
        """Return what changes when no earlier word about this person is to be believed any more.

        It is in tokens, for anyone to read. Nobody learns a password by it: that is hashed with
        a salt of 128 bits, which is in here and nowhere else outside.
        """
        said: tuple[object, ...] = (
            *(self.password, self.generation, self.is_active, self.is_staff, self.username),
            *((self.second_factor_since.isoformat(),) if self.second_factor_since else ()),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Have Django end the sessions of former generations; the first has the hash as ever."""
        found: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{found}-{self.generation}" if self.generation else found

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password, and none that everybody knows.

        It takes as long for one as for the other, and for somebody whom there is not.
        """
        return super().check_password(raw_password) and not is_published(raw_password)


class Family(models.Model):
    """The refresh tokens that came one of the other, from one time of signing in.

    Only `current` is good, and is exchanged once. A family that has ended has no row.
    """

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The session's hash of Django, so that both end for the same reasons.
    auth_hash = models.CharField(max_length=128)
    current = models.CharField(max_length=32)
    previous = models.CharField(max_length=32, blank=True)
    # What the exchange was called by who asked for it, hashed.
    key = models.CharField(max_length=64, blank=True)
    # When the second factor was shown, if it was.
    mfa_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return f"family of tokens {self.pk}"


class Ended(models.Model):
    """Something by which a person was signed in has ended before its time.

    A process that reads the rows of the last seconds knows all that has ended since it looked
    last; the books of what is still good are kept elsewhere. With a `name`, one session or family
    of tokens has ended; with none, all that was known of the person, but for what bears `stamp`.
    """

    person_id = models.BigIntegerField()
    name = models.CharField(max_length=80, blank=True)
    stamp = models.CharField(max_length=16, blank=True)
    # By the database's clock, since processes may run on several machines.
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.name or 'everything'} of person {self.person_id}"


class Mail(models.Model):
    """A mail that is to be sent, and for a day one that was. See `accounts.mail`."""

    class Kind(models.TextChoices):
        LINK = "link"
        CHANGED = "changed"
        VERIFY = "verify"
        MOVING = "moving"
        MOVED = "moved"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.EmailField()
    # Keyed hashes by which mail is bounded: of the folded address, and of who asked for it.
    recipient = models.CharField(max_length=64, default="", db_default="")
    network = models.CharField(max_length=64, default="", db_default="")
    language = models.CharField(max_length=2, default="en")
    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    due_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "mail"
        indexes = [
            models.Index(fields=["due_at"], name="mail_to_be_sent", condition=Q(done_at=None)),
            models.Index(fields=["recipient", "created_at"], name="mail_to_recipient"),
            models.Index(fields=["network", "created_at"], name="mail_from_network"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
