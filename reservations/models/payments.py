"""Payments, and the charges of the demo provider."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reservations.domain.states import PaymentStatus
from reservations.models.bookings import Reservation
from reservations.models.seats import Event

_BOOKED = [
    PaymentStatus.AUTHORISED,
    PaymentStatus.CAPTURED,
    PaymentStatus.REFUND_DUE,
    PaymentStatus.REFUNDED,
]
UNFINISHED = [
    PaymentStatus.PENDING,
    PaymentStatus.AUTHORISED,
    PaymentStatus.VOID_DUE,
    PaymentStatus.REFUND_DUE,
]


class Payment(models.Model):
    """The money of one reservation, or of an attempt at one.

    It is stored before the provider is called, and updated in the transaction that stores the
    reservation, so that after a crash its status says which call to the provider is due.
    """

    reference = models.CharField(
        max_length=32, unique=True, help_text="By which the provider knows it."
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reservation = models.OneToOneField(
        Reservation, null=True, on_delete=models.PROTECT, related_name="payment"
    )
    method = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=10, choices=[(status.value, status.value) for status in PaymentStatus]
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=_BOOKED, reservation__isnull=False)
                | Q(
                    status__in=[PaymentStatus.PENDING, PaymentStatus.DECLINED],
                    reservation__isnull=True,
                )
                | Q(status__in=[PaymentStatus.VOID_DUE, PaymentStatus.VOIDED]),
                name="a_payment_status_matches_its_reservation",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="a_payment_amount_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=UNFINISHED),
                name="payment_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class DemoCharge(models.Model):
    """A charge of the demo provider, used by nothing else."""

    class Status(models.TextChoices):
        AUTHORISED = "authorised"
        CAPTURED = "captured"
        VOIDED = "voided"
        REFUNDED = "refunded"
        DECLINED = "declined"

    reference = models.CharField(max_length=32, unique=True)
    method = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status.choices)
    answered = models.CharField(
        max_length=10, blank=True, help_text="The last call whose answer was not lost."
    )

    def __str__(self) -> str:
        return f"{self.reference} {self.status}"
