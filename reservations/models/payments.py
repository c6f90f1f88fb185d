"""Payments, and the charges of the demo provider."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reservations.domain.states import DisputeStatus, PaymentStatus
from reservations.models.bookings import Reservation
from reservations.models.events import Event

_BOOKED = [
    PaymentStatus.AUTHORISED,
    PaymentStatus.CAPTURED,
    PaymentStatus.REFUND_DUE,
    PaymentStatus.REFUNDED,
]
UNFINISHED = [
    PaymentStatus.PENDING,
    PaymentStatus.OPEN,
    PaymentStatus.AUTHORISED,
    PaymentStatus.VOID_DUE,
    PaymentStatus.REFUND_DUE,
]


REFUND_STATUSES = [
    PaymentStatus.REFUND_DUE,
    PaymentStatus.REFUNDED,
    PaymentStatus.REFUND_FAILED,
]


class Payment(models.Model):
    """The money of one reservation, or of an attempt at one.

    It is stored before the provider is called, and updated in the transaction that stores the
    reservation, so that after a crash its status says which call to the provider is due.

    One that is open has what is needed to book its seats later, from whichever process learns that
    it was authorised: `order` has `seat_ids`, `ticket_types` and `expected_total`.
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
        max_length=10,
        choices=[
            (status.value, status.value)
            for status in PaymentStatus
            if status is not PaymentStatus.REFUND_FAILED
        ],
    )
    provider_reference = models.CharField(
        max_length=255,
        blank=True,
        default="",
        help_text="The provider's own name for it, if it has one.",
    )
    dispute = models.CharField(
        max_length=16,
        blank=True,
        default="",
        choices=[(status.value, status.value) for status in DisputeStatus],
        help_text="Of a buyer who asked their bank for the money back.",
    )
    expires_at = models.DateTimeField(
        null=True, help_text="Until when it waits for the buyer or their bank."
    )
    order = models.JSONField(null=True, help_text="What it pays for, if it was left open.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=_BOOKED, reservation__isnull=False)
                | Q(
                    status__in=[
                        PaymentStatus.PENDING,
                        PaymentStatus.OPEN,
                        PaymentStatus.DECLINED,
                    ],
                    reservation__isnull=True,
                )
                | Q(status__in=[PaymentStatus.VOID_DUE, PaymentStatus.VOIDED]),
                name="a_payment_status_matches_its_reservation",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="a_payment_amount_is_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status=PaymentStatus.OPEN)
                | Q(expires_at__isnull=False, order__isnull=False),
                name="an_open_payment_has_an_order_and_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=UNFINISHED),
                name="payment_unfinished",
            ),
            models.Index(
                fields=["provider_reference"],
                condition=Q(provider_reference__gt=""),
                name="payment_of_the_provider",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Settlement(models.Model):
    """Money of a booking besides its payment: what its total says is the sum of both.

    `amount` is negative for what the booking no longer has. Money that the provider can refund
    names the `payment` that it is from, which may be another booking's; other money was paid at the
    box office. A REFUND is stored before the provider is called, which knows it by `reference`.
    """

    class Kind(models.TextChoices):
        PAID = "paid", "Paid at the box office, or marked as paid"
        PAID_BACK = "paid_back", "Paid back at the box office"
        DIFFERENCE = "difference", "Paid or paid back at the box office, for other seats"
        REFUND = "refund", "Refunded by the provider, for cheaper seats"
        CANCELLATION = "cancelled", "Refunded by the provider, for a cancelled booking"
        RETURNED = "returned", "Refunded in the provider's dashboard, for seats that are kept"
        TRANSFER = "transfer", "From or to another booking, with its seats"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    reservation = models.ForeignKey(
        Reservation, on_delete=models.PROTECT, related_name="settlements"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    method = models.CharField(max_length=32, blank=True, help_text="Of what was paid or refunded.")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="parts")
    other = models.ForeignKey(
        Reservation,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Of a transfer: the other booking.",
    )
    reference = models.CharField(max_length=32, blank=True, default="")
    provider_reference = models.CharField(
        max_length=255,
        blank=True,
        default="",
        help_text="The provider's own name for a refund that was made in its dashboard.",
    )
    status = models.CharField(
        max_length=16,
        choices=[(status.value, status.value) for status in REFUND_STATUSES],
        blank=True,
        help_text="Of a refund by the provider.",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["refund", "cancelled", "returned"],
                    payment__isnull=False,
                    reference__gt="",
                    status__in=REFUND_STATUSES,
                    amount__lt=0,
                )
                | Q(kind__in=["difference", "transfer"], reference="", status="")
                | Q(kind="paid", payment__isnull=True, reference="", status="", amount__gt=0)
                | Q(kind="paid_back", payment__isnull=True, reference="", status="", amount__lt=0),
                name="a_refund_names_its_payment",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(reference__gt=""),
                name="a_refund_has_its_own_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"],
                condition=Q(status=PaymentStatus.REFUND_DUE),
                name="settlement_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} for reservation {self.reservation_id}"


class DemoCharge(models.Model):
    """A charge of the demo provider, used by nothing else."""

    class Status(models.TextChoices):
        ASKING = "asking"
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


class DemoRefund(models.Model):
    """A refund of a part of a demo charge."""

    reference = models.CharField(max_length=32, unique=True)
    charge = models.ForeignKey(DemoCharge, on_delete=models.CASCADE, related_name="refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.reference} of {self.amount}"
