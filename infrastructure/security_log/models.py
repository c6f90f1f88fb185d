"""Security events: who did what, when and from where."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Kind(models.TextChoices):
    """What happened. Stored by value, so a value is never renamed."""

    ROLES_CHANGED = "roles_changed"
    GROUP_CHANGED = "group_changed"
    LOG_EXPORTED = "log_exported"
    TICKET_ADMITTED = "ticket_admitted"
    TICKET_REFUSED = "ticket_refused"
    RESERVATION_CANCELLED = "reservation_cancelled"
    RESERVATION_MARKED_PAID = "reservation_marked_paid"
    RESERVATION_MOVED = "reservation_moved"
    BUYER_CHANGED = "buyer_changed"
    RESERVATION_SPLIT = "reservation_split"
    RESERVATION_MERGED = "reservation_merged"
    RESERVATION_TAKEN_OVER = "reservation_taken_over"
    PAYMENT_REFUNDED = "payment_refunded"
    PAYMENT_DISPUTED = "payment_disputed"
    REGISTERED = "registered"
    GUEST_STARTED = "guest_started"
    GUEST_MERGED = "guest_merged"
    SIGNED_IN = "signed_in"
    GUESSING_STOPPED = "guessing_stopped"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    TOKENS_REUSED = "tokens_reused"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    SECOND_FACTOR_PASSED = "second_factor_passed"
    SESSION_ENDED = "session_ended"
    DATA_EXPORTED = "data_exported"
    PERSON_ERASED = "person_erased"
    ORGANISATION_CREATED = "organisation_created"
    ORGANISATION_RELEASED = "organisation_released"
    ORGANISATION_RENAMED = "organisation_renamed"
    ORGANISATION_DELETED = "organisation_deleted"
    MEMBER_INVITED = "member_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MEMBER_JOINED = "member_joined"
    MEMBER_ROLE_CHANGED = "member_role_changed"
    MEMBER_REMOVED = "member_removed"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_DELETED = "webhook_deleted"
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"
    WEBHOOK_REPLAYED = "webhook_replayed"
    WEBHOOK_DISABLED = "webhook_disabled"
    FEED_CHANGED = "feed_changed"
    EVENT_CREATED = "event_created"
    EVENT_EDITED = "event_edited"
    EVENT_PUBLISHED = "event_published"
    EVENT_UNPUBLISHED = "event_unpublished"
    EVENT_CANCELLED = "event_cancelled"
    SALE_OPENED = "sale_opened"
    SALE_CLOSED = "sale_closed"
    CATEGORIES_EDITED = "categories_edited"
    TICKET_TYPES_EDITED = "ticket_types_edited"
    PICTURE_CHANGED = "picture_changed"
    PLAN_CHANGED = "plan_changed"
    SALES_EXPORTED = "sales_exported"
    DOOR_REGISTERED = "door_registered"
    DOOR_REVOKED = "door_revoked"
    SEATS_SOLD = "seats_sold"
    SEATS_BLOCKED = "seats_blocked"
    SEATS_UNBLOCKED = "seats_unblocked"
    LOCKS_RELEASED = "locks_released"
    MONEY_PAID_BACK = "money_paid_back"
    PROMO_CODE_CREATED = "promo_code_created"
    PROMO_CODE_WITHDRAWN = "promo_code_withdrawn"
    LOG_ARCHIVED = "log_archived"


class SecurityEvent(models.Model):
    """A row of the security log. It is append-only: the database refuses an UPDATE.

    People, events and organisations are primary keys without a foreign key, so that a row outlives
    them.
    """

    at = models.DateTimeField(db_default=Now(), db_index=True)
    kind = models.CharField(max_length=32, help_text="One of the words of `Kind`.")
    actor_id = models.BigIntegerField(null=True, help_text="Who did it; null: nobody signed in.")
    subject_id = models.BigIntegerField(null=True, help_text="The account that it was done to.")
    event_id = models.BigIntegerField(null=True, help_text="The event that it was done to.")
    organisation_id = models.BigIntegerField(
        null=True, help_text="The organisation that it was done to."
    )
    address = models.CharField(max_length=64, blank=True, help_text="The client's network.")
    request_id = models.UUIDField(null=True, help_text="The web request, as in the server's logs.")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="security_event_by_subject"),
            models.Index(fields=["actor_id", "-id"], name="security_event_by_actor"),
            models.Index(
                fields=["event_id", "-id"],
                condition=Q(event_id__isnull=False),
                name="security_event_by_event",
            ),
            models.Index(
                fields=["organisation_id", "-id"],
                condition=Q(organisation_id__isnull=False),
                name="security_event_by_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"

    def as_json(self) -> dict[str, Any]:
        """Return the row for the API and the export."""
        return {
            "id": self.pk,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "kind": self.kind,
            "actor_id": self.actor_id,
            "subject_id": self.subject_id,
            "event_id": self.event_id,
            "organisation_id": self.organisation_id,
            "address": self.address,
            "request_id": str(self.request_id) if self.request_id else None,
            "details": self.details,
        }
