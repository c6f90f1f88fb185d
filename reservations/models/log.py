"""The change log, idempotency keys, and how many commands were refused."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reservations.domain.states import Reason
from reservations.models.bookings import Reservation
from reservations.models.events import Event
from reservations.models.sales import Allocation
from reservations.models.seats import SEAT_STATUSES, Seat


class SeatChange(models.Model):
    """A seat's new state, as committed: audit trail, source for resuming viewers, and outbox."""

    pk = models.CompositePrimaryKey("event_id", "seq", "seat_id")
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    seq = models.BigIntegerField()
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="changes", db_index=False)
    status = models.PositiveSmallIntegerField(choices=SEAT_STATUSES)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    locked_until = models.DateTimeField(null=True)
    held_since = models.DateTimeField(
        null=True, help_text="Of a lock that goes on with an earlier hold: when that began."
    )
    reservation = models.ForeignKey(
        Reservation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    allocation = models.ForeignKey(
        Allocation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(
        max_length=10, choices=[(reason.value, reason.value) for reason in Reason]
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Who did it; nobody for what time did.",
    )
    at = models.DateTimeField()
    request_id = models.UUIDField(
        null=True, help_text="The web request that asked for it, as in the server's logs."
    )

    class Meta:
        # For a seat's last change up to a number; also for deleting seats.
        indexes = [
            models.Index(fields=["seat", "seq"], name="seat_change_by_seat"),
            # For people whose locks the box office released lately.
            models.Index(
                fields=["event", "at"],
                condition=Q(reason=Reason.RELEASED.value),
                name="seat_change_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}:{self.seq} seat {self.seat_id} {self.reason}"


class PrunedLog(models.Model):
    """Up to which number an event's change log was pruned: what pruning kept is not read again."""

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.CASCADE, related_name="pruned_log"
    )
    seq = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.event_id}: up to {self.seq}"


class ArchivedLog(models.Model):
    """A file with an event's change log up to `seq`, for which rows of that log were removed.

    It is stored before the first row is removed.
    """

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="archived_logs", db_index=False
    )
    seq = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, help_text="As in the last line of the file.")
    written_at = models.DateTimeField(help_text="When the file was written.")
    removed_at = models.DateTimeField(help_text="When the removal of rows began.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["event", "seq"], name="a_log_is_archived_once_up_to_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: up to {self.seq}, {self.sha256}"


class IdempotencyKey(models.Model):
    """An idempotency key with the stored result of its command.

    `answer` is None while its payment is pending.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the command.")
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "key"], name="an_idempotency_key_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ConflictMinute(models.Model):
    """How many commands in a minute were refused because others had the seats.

    Without a foreign key in the database: inserting a row would lock the event's, for which
    commands would wait.
    """

    pk = models.CompositePrimaryKey("event_id", "minute")
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    minute = models.DateTimeField()
    refused = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.event_id}: {self.refused} at {self.minute}"
