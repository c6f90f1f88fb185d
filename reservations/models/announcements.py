"""What all buyers of an event are told by mail, in batches after the fact."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reservations.models.events import Event


class Announcement(models.Model):
    """Something that the buyers of an event are told, and up to which booking they were.

    `details` has what the text says besides the event. There is one reminder for each date of an
    event, so that an event that was moved is announced again.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed"
        REMINDER = "reminder"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="announcements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    date = models.DateTimeField(help_text="Of the event, when it was announced.")
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    last_id = models.BigIntegerField(default=0, help_text="The last booking whose buyer was told.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["event", "date"],
                condition=Q(kind="reminder"),
                name="an_event_is_reminded_of_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(done_at=None), name="announcement_to_make"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of event {self.event_id}"
