"""Reservations with their seats and entries."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from infrastructure.security_log.people import display_name
from infrastructure.security_log.prefixes import Folded
from infrastructure.security_log.words import Words
from reservations.domain.states import SaleChannel
from reservations.formats.public_ids import LENGTH, new_public_id
from reservations.models.events import Event
from reservations.models.sales import PromoCode
from reservations.models.seats import Seat


def overdue(now: datetime) -> Q:
    """Return the condition for overdue reservations, which LapseUnpaid has not ended yet."""
    return Q(status="confirmed", paid_at__isnull=True, payment_due_at__lte=now)


class Reservation(models.Model):
    """A reservation. It is kept after it ends, with its seats and their prices.

    `payment_due_at` is set for offline payment methods: at that time the reservation is overdue
    unless `paid_at` is set, even before LapseUnpaid stores that. What the box office sells is paid
    at once: both are when it was made. What was paid is told by `Settlement`. Only `public_id` is
    used outside the server.
    """

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        CANCELLED = "cancelled", "Cancelled"
        LAPSED = "lapsed", "Lapsed"

    public_id = models.CharField(
        "number",
        max_length=LENGTH,
        unique=True,
        editable=False,
        default=new_public_id,
    )
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reservations",
        help_text="Whose account booked it. Empty: sold at the box office.",
    )
    channel = models.CharField(
        max_length=10,
        choices=[(channel.value, channel.value) for channel in SaleChannel],
        default=SaleChannel.ONLINE.value,
    )
    buyer_name = models.CharField(
        max_length=150,
        blank=True,
        default="",
        help_text="Of a buyer without an account.",
    )
    buyer_email = models.EmailField(blank=True, default="")
    split_from = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The booking of which it was a part; it has the time at which that was made.",
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The booking that has its seats and its money; it is cancelled itself.",
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CONFIRMED)
    payment_method = models.CharField(max_length=32)
    total_price = models.DecimalField(max_digits=12, decimal_places=2, help_text="With the fees.")
    fees = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    tax_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="The rate of the tax that the total includes.",
    )
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    payment_due_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(
        null=True, blank=True, help_text="When an organiser had the money of a booking paid later."
    )
    lapsed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was written down that it was not paid in time."
    )
    seats_changed_at = models.DateTimeField(
        null=True, editable=False, help_text="Since when it has its seats, if not from the start."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="confirmed", cancelled_at__isnull=True, lapsed_at__isnull=True)
                | Q(status="cancelled", cancelled_at__isnull=False, lapsed_at__isnull=True)
                | Q(status="lapsed", cancelled_at__isnull=True, lapsed_at__isnull=False),
                name="a_reservation_status_matches_its_columns",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(channel=SaleChannel.ONLINE.value),
                name="a_reservation_made_online_is_a_persons",
            ),
            models.CheckConstraint(
                condition=Q(payment_due_at__isnull=False) | Q(paid_at__isnull=True),
                name="only_what_is_paid_later_has_a_time_of_payment",
            ),
            models.CheckConstraint(
                condition=~Q(status="lapsed")
                | Q(payment_due_at__isnull=False, paid_at__isnull=True),
                name="only_an_unpaid_reservation_lapses",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "user"], name="reservation_by_buyer"),
            # For the organisers' search, see `reservations.box_office.bookings`.
            models.Index(fields=["event", "-id"], name="reservation_by_event"),
            models.Index(
                fields=["event", "status", "-id"],
                condition=~Q(status="confirmed"),
                name="reservation_ended",
            ),
            models.Index(
                fields=["event", "-id"],
                condition=Q(status="confirmed", paid_at__isnull=True, payment_due_at__isnull=False),
                name="reservation_to_be_paid",
            ),
            GinIndex(Words("buyer_name"), condition=~Q(buyer_name=""), name="reservation_by_name"),
            models.Index(
                "event",
                Folded("buyer_email"),
                condition=~Q(buyer_email=""),
                name="reservation_by_email",
            ),
            models.Index(
                fields=["payment_due_at"],
                condition=Q(status="confirmed", paid_at__isnull=True),
                name="reservation_unpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"Reservation {self.public_id}"

    @property
    def buyer(self) -> str:
        """Whom the booking is for: a name of its own, else that of the account or the guest."""
        return self.buyer_name or (display_name(self.user) if self.user else "")


class ReservationSeat(models.Model):
    """A seat of a reservation with its price.

    `live` is False once the reservation has ended. A unique constraint on live rows prevents
    selling a seat twice even if the code has a bug.
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="seats")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    ticket_type = models.CharField(
        max_length=60, blank=True, default="", help_text="Its name when it was sold."
    )
    promo_code = models.ForeignKey(
        PromoCode,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="sold",
        db_index=False,
        help_text="With which its buyer held it.",
    )
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ["seat_id"]
        indexes = [
            models.Index(
                fields=["promo_code"],
                condition=Q(promo_code__isnull=False),
                name="sold_by_promo_code",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(live=True),
                name="a_seat_is_in_at_most_one_live_reservation",
            ),
            models.UniqueConstraint(
                fields=["reservation", "seat"], name="a_seat_is_once_in_a_reservation"
            ),
        ]

    def __str__(self) -> str:
        return f"Seat {self.seat_id} of reservation {self.reservation_id}"


class GivenUpSeat(models.Model):
    """A seat that a reservation had, until it was moved, split off or merged with the reservation.

    One of `new_seat` and `new_reservation` says what came in its place. A reservation has its
    present seats only in ReservationSeat.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_index=False)
    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="given_up")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    new_seat = models.ForeignKey(
        Seat, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    new_reservation = models.ForeignKey(
        Reservation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_seat__isnull=False, new_reservation__isnull=True)
                | Q(new_seat__isnull=True, new_reservation__isnull=False),
                name="a_seat_is_given_up_for_a_seat_or_a_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"Seat {self.seat_id}, given up by reservation {self.reservation_id}"


class Entry(models.Model):
    """The entry of a reservation's seat; there is at most one.

    Written with the event's row locked, so that a reservation cannot be cancelled meanwhile.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    seat = models.OneToOneField(ReservationSeat, on_delete=models.CASCADE, related_name="entry")
    at = models.DateTimeField()
    gate = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name_plural = "entries"
        default_permissions = ()
        permissions = [("scan_ticket", "Can check tickets and record entry")]

    def __str__(self) -> str:
        return f"Entry of {self.seat}"
