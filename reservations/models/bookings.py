"""Bookings: what was sold to whom, and at what price."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reservations.models.seats import Event, Seat


class Reservation(models.Model):
    """A booking. Cancelling it keeps it, with its seats and what was paid for them."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        CANCELLED = "cancelled", "Cancelled"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="reservations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reservations"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CONFIRMED)
    payment_method = models.CharField(max_length=32)
    total_price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="confirmed", cancelled_at__isnull=True)
                | Q(status="cancelled", cancelled_at__isnull=False),
                name="a_reservation_status_matches_its_columns",
            ),
        ]

    def __str__(self) -> str:
        return f"Reservation {self.pk}"


class ReservationSeat(models.Model):
    """A seat of a reservation and the price paid for it.

    `live` ends with the reservation. The constraint is what forbids selling a seat twice, should
    the code ever fail to.
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="seats")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ["seat_id"]
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
