"""Messages to organisations' systems, the endpoints that receive them, and each delivery."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from organisations.models import Organisation
from reservations.ports.outbox import MessageKind

TEST = "webhook.test"
"""The kind of a message that an owner sends to try an endpoint. It is not in the feed."""

KINDS = [str(kind) for kind in MessageKind]
"""The kinds to which an endpoint can subscribe."""


def new_message_id() -> str:
    """Return a random id of a message, as it is in the header `webhook-id`."""
    return f"msg_{secrets.token_urlsafe(18)}"


class Feed(models.Model):
    """Whether messages to an organisation are stored, and the position of the newest one."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    is_open = models.BooleanField(default=False)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"feed of {self.organisation_id}"


class Message(models.Model):
    """What happened to a booking or an event. `body` is what is signed and sent, byte for byte.

    `position` is its place in the organisation's feed: without gaps, and in the order in which
    positions become visible. It is empty until `numbering` assigns it, and for tests.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=40, unique=True, default=new_message_id)
    kind = models.CharField(max_length=32)
    topic = models.CharField(max_length=32, help_text="Messages of one topic are sent in order.")
    body = models.TextField()
    at = models.DateTimeField(db_index=True)
    position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "position"], name="a_position_is_given_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "id"],
                condition=Q(position=None),
                name="message_without_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Endpoint(models.Model):
    """A URL that receives an organisation's messages.

    The secrets are encrypted. `old_secret` signs too until `old_secret_until`. The worker that has
    the `lease`, until `leased_until`, is the only one that sends. While attempts fail,
    `failing_since` is set, and none is made before `rest_until`.
    """

    class Disabled(models.TextChoices):
        OWNER = "owner", "By an owner"
        LEFT = "left", "Who set it up is no owner any more"
        GONE = "gone", "It answered 410"
        FAILING = "failing", "It failed for days"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="endpoints"
    )
    url = models.CharField(max_length=500)
    set_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who made it, changed its URL last, or turned it on.",
    )
    description = models.CharField(max_length=100, blank=True)
    kinds = models.JSONField()
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=10, choices=Disabled.choices, blank=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Batches since the last success.")
    rest_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"endpoint {self.pk}"


class Delivery(models.Model):
    """A message to an endpoint, with the outcome of the last attempt.

    A pending one is attempted from `due_at` on, unless an earlier one with the same topic is
    pending too. `topic` and `position` are the message's.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    topic = models.CharField(max_length=32)
    position = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True, help_text="One of `sender.Error`.")
    response = models.TextField(blank=True, help_text="The beginning of the response's body.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "message"], name="a_message_is_queued_once_for_an_endpoint"
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"], condition=Q(state="pending"), name="delivery_due"
            ),
            models.Index(
                fields=["endpoint", "topic", "position"],
                condition=Q(state="pending"),
                name="delivery_by_topic",
            ),
            models.Index(fields=["endpoint", "state", "-id"], name="delivery_by_state"),
            models.Index(fields=["endpoint", "-id"], name="delivery_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
