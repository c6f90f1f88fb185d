"""Users, token families, revocations and queued mail."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import constant_time_compare

from accounts.mailboxes import mailbox_key
from accounts.models.personal_data import Erasure
from accounts.models.second_factors import Authenticator, Challenge, Passkey, RecoveryCode
from accounts.models.sign_ins import SignIn
from accounts.password_validators import is_published
from infrastructure.security_log.people import display_name
from infrastructure.security_log.prefixes import Folded
from infrastructure.security_log.words import Words

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
    """Return a username's case-folded form, by which usernames are compared."""
    return username.casefold()


class FoldedUsernameField(models.CharField):  # type: ignore[type-arg]
    """The row's folded username, set on every save."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002
        person: Any = model_instance
        person.folded_username = folded(person.username)
        return str(person.folded_username)


class User(AbstractUser):
    """A person. Others see the username; permissions say what the person may do.

    Usernames that differ only in case would be confused on the seat map, so the database forbids
    them. Case folding makes a name at most three times as long.
    """

    folded_username = FoldedUsernameField(max_length=450, unique=True, editable=False)
    # Since when signing in takes a second factor; null while the person has none.
    second_factor_since = models.DateTimeField(null=True, editable=False)
    # How often all of the person's credentials have been revoked at once.
    generation = models.PositiveIntegerField(default=0, editable=False)
    # When the person last verified `email`; null while the address is only claimed.
    email_verified_at = models.DateTimeField(null=True, editable=False)
    # The address that is to replace `email` once the link mailed to it is followed.
    new_email = models.EmailField(blank=True, default="", editable=False)
    # Since when the person buys without an account, as a guest; null for accounts.
    guest_since = models.DateTimeField(null=True, editable=False)
    # The account that took over this guest's bookings.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # When an account began to take over what the guest has; null once it has all of it.
    merging_since = models.DateTimeField(null=True, editable=False)
    # Of mail; empty if it is not known.
    language = models.CharField(max_length=2, blank=True, default="", editable=False)

    # Whether the session or token of the current request passed the second factor.
    mfa_passed = False
    # When the person passed it, for `tracking.record_session` at sign-in.
    mfa_shown_at: datetime | None = None

    class Meta(AbstractUser.Meta):
        indexes = [
            models.Index(
                Lower("email"),
                name="guest_by_address",
                condition=Q(guest_since__isnull=False, merged_into=None),
            ),
            models.Index(
                fields=["merging_since"],
                name="guest_to_be_merged",
                condition=Q(merging_since__isnull=False),
            ),
            models.Index(Folded("username"), name="user_by_name"),
            # Guests have random usernames.
            GinIndex(Words("first_name"), name="user_by_first_name", condition=~Q(first_name="")),
            models.Index(Folded("email"), name="user_by_email", condition=~Q(email="")),
        ]

        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(is_active=False, first_name="", last_name="", email=""),
                name="a_merged_guest_is_closed_and_nameless",
            ),
        ]

    def __str__(self) -> str:
        return display_name(self)

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor_since is not None

    @property
    def is_guest(self) -> bool:
        return self.guest_since is not None

    @property
    def mailbox(self) -> int | None:
        """The cap key of the person's mail address: see `reservations.domain.states.Person`."""
        return mailbox_key(self.email, is_verified=self.email_verified_at is not None)

    def security_stamp(self) -> str:
        """Return a digest that changes whenever earlier claims about this person become invalid.

        Tokens contain it, readable to anyone. It reveals no password: the password hash that goes
        into it has a salt of 128 bits, which never leaves the server.
        """
        parts: tuple[object, ...] = (
            *(self.password, self.generation, self.is_active, self.is_staff, self.username),
            *((self.second_factor_since.isoformat(),) if self.second_factor_since else ()),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Invalidate the sessions of earlier generations; generation 0 has Django's own hash."""
        found: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{found}-{self.generation}" if self.generation else found

    def has_session_hash(self, known: str) -> bool:
        """Return whether a stored session auth hash is the person's, by any key of the site."""
        hashes = (self.get_session_auth_hash(), *self.get_session_auth_fallback_hash())
        return any(constant_time_compare(known, each) for each in hashes)

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password, and not a published one.

        The hash is computed in either case, so both take the same time.
        """
        return super().check_password(raw_password) and not is_published(raw_password)


class Family(models.Model):
    """A token family: the refresh tokens that were issued one for another since one sign-in.

    Only the token with the id `current` is valid, and it is exchanged once. A family that was
    revoked has no row.
    """

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Django's session auth hash, so that families end for the same reasons as sessions.
    auth_hash = models.CharField(max_length=128)
    current = models.CharField(max_length=32)
    previous = models.CharField(max_length=32, blank=True)
    # A digest of the Idempotency-Key of the last exchange.
    key = models.CharField(max_length=64, blank=True)
    # When the second factor was passed; null if it was not.
    mfa_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return f"family of tokens {self.pk}"


class Ended(models.Model):
    """A revocation, kept for a day; `accounts.revocations` has each process read the latest ones.

    With a `name`, one session or token family is revoked; without, all claims about the person
    whose security stamp is not `stamp`.
    """

    person_id = models.BigIntegerField()
    name = models.CharField(max_length=80, blank=True)
    stamp = models.CharField(max_length=16, blank=True)
    # By the database's clock: processes can run on several machines.
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.name or 'everything'} of person {self.person_id}"


class Mail(models.Model):
    """A mail to be sent, or sent within the last day. See `accounts.mail`."""

    class Kind(models.TextChoices):
        LINK = "link"
        CHANGED = "changed"
        VERIFY = "verify"
        MOVING = "moving"
        MOVED = "moved"
        SEATS = "seats"
        BOOKING = "booking"
        INVITED = "invited"
        CANCELLED = "cancelled"
        ENDED = "ended"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"
        PAID = "paid"
        REFUNDED = "refunded"
        WEBHOOK = "webhook"
        BOOKED = "booked"
        CHANGED_EVENT = "event"
        REMINDER = "reminder"
        GUEST = "guest"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.EmailField()
    # Keyed hashes for the mail limits: of the normalised address, and of the requesting network.
    recipient = models.CharField(max_length=64, default="")
    network = models.CharField(max_length=64, default="")
    # The organisation at whose event it is, if the address has not been verified by anybody.
    organisation_id = models.BigIntegerField(null=True)
    # The event of the booking that it is about.
    event_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=2, default="en")
    # Of the account that it is about; of an invitation, who invites.
    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    # What the text says besides, without secrets: see `mail_templates`.
    details = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    due_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    # When the last attempt failed; null while another one is being made.
    failed_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "mail"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="mail_to_be_sent",
                condition=Q(done_at=None, given_up_at=None),
            ),
            models.Index(
                fields=["event_id"],
                name="mail_that_failed",
                condition=Q(done_at=None, failed_at__isnull=False),
            ),
            models.Index(fields=["recipient", "created_at"], name="mail_to_recipient"),
            models.Index(fields=["network", "created_at"], name="mail_from_network"),
            models.Index(
                fields=["organisation_id", "created_at"],
                condition=Q(organisation_id__isnull=False),
                name="mail_of_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
