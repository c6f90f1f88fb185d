"""Devices at the doors of an event, and what they scanned."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from reservations.models import Event, Reservation


class Door(models.Model):
    """A device that admits people to one event, also while it has no network.

    It chooses its own id. A revoked door gets no list any more, and none of its scans is accepted.
    """

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="doors")
    name = models.CharField(max_length=40, help_text="The gate, as it is stored with each entry.")
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"door {self.name}"


class Scan(models.Model):
    """A scan, and what the server found when it arrived.

    `at` is the door's time corrected by its clock's error. `was_admitted` is what happened at the
    door, which without a network decides by itself. So `outcome` can contradict it.
    """

    class Outcome(models.TextChoices):
        ADMITTED = "admitted"
        # Some of its seats had entered before, by another door.
        DOUBLE = "double"
        # The ticket was not valid: it should not have been admitted.
        INVALID = "invalid"
        REFUSED = "refused"
        # The ticket was valid: it should not have been refused.
        REFUSED_WRONGLY = "refused_wrongly"

    scan_id = models.UUIDField(help_text="The door's own id of it.")
    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="scans")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    reservation = models.ForeignKey(
        Reservation, null=True, on_delete=models.CASCADE, related_name="+"
    )
    was_admitted = models.BooleanField()
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    code = models.CharField(max_length=40, blank=True, help_text="Why, as in the API's errors.")
    details = models.JSONField(default=dict, help_text="Seats, and entries before this one.")

    class Meta:
        ordering = ["received_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["door", "scan_id"], name="a_scan_of_a_door_is_recorded_once"
            ),
        ]
        indexes = [
            models.Index(fields=["event", "received_at"], name="scan_by_event"),
        ]

    def __str__(self) -> str:
        return f"scan {self.pk}"
