"""Seats."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from reservations.domain.features import ALL_FEATURES, SoldBy
from reservations.domain.states import SeatStatus
from reservations.formats.currencies import require_payable
from reservations.models.events import Category, Event
from reservations.models.sales import Allocation, PromoCode

# The columns of a seat that a sale does not change. Clients cache them under the event's layout.
STATIC_SEAT_FIELDS = (
    *("id", "seat_number", "section", "row", "number", "x", "y", "category_id", "price"),
    *("features", "note", "companion_of_id", "group", "group_size", "sold_by"),
)

SEAT_STATUSES = [(status.value, status.word) for status in SeatStatus]


class SeatManager(models.Manager["Seat"]):
    """The seats without those that a newer version of the plan has removed."""

    def get_queryset(self) -> models.QuerySet["Seat"]:
        return super().get_queryset().filter(removed_at=None)


class Seat(models.Model):
    """A seat of an event.

    A lock is valid only before `locked_until`: a seat with an expired lock is available, even if
    its status has not been updated. Seats are listed by primary key; a seat's position in that
    list is its index in frames.

    A seat that its plan no longer has keeps its row for the sake of the change log and of ended
    bookings; `Seat.objects` leaves it out, and only `Seat.with_removed` finds it.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="seats")
    seat_number = models.CharField(max_length=100, help_text="Unique in the event, such as A1.")
    guid = models.CharField(max_length=100, help_text="The seat's name in its seating plan.")
    section = models.CharField(max_length=100, blank=True)
    row = models.CharField(max_length=50, blank=True)
    number = models.CharField(max_length=50, blank=True)
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="seats",
        db_index=False,
    )
    price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Empty: the category's price, else the event's.",
    )
    features = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(int(ALL_FEATURES))],
        help_text="The sum of: 1 accessible (wheelchair place), 2 restricted view, 4 on an aisle.",
    )
    note = models.CharField(max_length=200, blank=True, default="", help_text="For buyers.")
    companion_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="companions",
        db_index=False,
        help_text="The accessible seat whose companion sits here.",
    )
    group = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="The table or standing area in the seating plan that it belongs to.",
    )
    group_size = models.PositiveIntegerField(
        default=0, help_text="How many seats the group has; 0 without one."
    )
    sold_by = models.PositiveSmallIntegerField(
        choices=[(each.value, each.name.lower()) for each in SoldBy],
        default=SoldBy.SEAT.value,
    )
    status = models.PositiveSmallIntegerField(choices=SEAT_STATUSES, default=SeatStatus.AVAILABLE)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="locked_seats",
        db_index=False,
    )
    locked_until = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the lock began; extending it does not move this."
    )
    extensions = models.PositiveSmallIntegerField(
        default=0, help_text="How often the lock was extended."
    )
    lapsed_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Whose lock ran out last.",
    )
    former_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Who held it last, until they let go of it or booked it.",
    )
    former_locked_at = models.DateTimeField(
        null=True, blank=True, help_text="When that hold began, earlier locks of it included."
    )
    released_at = models.DateTimeField(null=True, blank=True, help_text="When that hold ended.")
    held_prices = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="If prices changed during a hold: when it began, and the prices that hold for it"
        " (`stored_held_prices`).",
    )
    reservation = models.ForeignKey(
        "Reservation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    allocation = models.ForeignKey(
        Allocation,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="seats",
        db_index=False,
        help_text="What a blocked seat is kept for, also while it is held with a promo code.",
    )
    promo_code = models.ForeignKey(
        PromoCode,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="+",
        db_index=False,
        help_text="With which its holder locked it.",
    )
    taken_grouping = models.JSONField(
        null=True,
        editable=False,
        help_text="If the plan was changed since a seat was held or sold: the table, its size and"
        " the accessible seat with which it was taken.",
    )
    mailbox = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="A keyed hash of the mail address of who holds or bought it, for the caps;"
        " negative if they only claimed it.",
    )
    network = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="A keyed hash of the network in which it was locked, for the caps.",
    )
    version = models.BigIntegerField(
        default=0, help_text="The event's sequence number at the seat's last change."
    )
    removed_at = models.DateTimeField(
        null=True, editable=False, help_text="When a new version of the plan left it out."
    )

    objects = SeatManager()
    with_removed = models.Manager["Seat"]()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "seat_number"],
                condition=Q(removed_at__isnull=True),
                name="a_seat_number_is_unique_among_an_events_seats",
            ),
            models.UniqueConstraint(
                fields=["event", "guid"], name="a_seat_guid_is_unique_in_its_event"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(status=SeatStatus.AVAILABLE),
                name="only_an_available_seat_is_removed",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0),
                name="a_seat_price_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=SeatStatus.LOCKED,
                    locked_by__isnull=False,
                    locked_until__isnull=False,
                    locked_at__isnull=False,
                    reservation__isnull=True,
                )
                | Q(
                    status=SeatStatus.RESERVED,
                    locked_by__isnull=True,
                    locked_until__isnull=True,
                    locked_at__isnull=True,
                    extensions=0,
                    reservation__isnull=False,
                )
                | Q(
                    status__in=[SeatStatus.AVAILABLE, SeatStatus.BLOCKED],
                    locked_by__isnull=True,
                    locked_until__isnull=True,
                    locked_at__isnull=True,
                    extensions=0,
                    reservation__isnull=True,
                ),
                name="a_seat_status_matches_its_columns",
            ),
            models.CheckConstraint(
                condition=Q(taken_grouping__isnull=True)
                | Q(status__in=[SeatStatus.LOCKED, SeatStatus.RESERVED]),
                name="only_a_taken_seat_has_a_taken_grouping",
            ),
            # If the holder's account is deleted, the times remain.
            models.CheckConstraint(
                condition=Q(former_locked_at__isnull=False, released_at__isnull=False)
                | Q(
                    former_holder__isnull=True,
                    former_locked_at__isnull=True,
                    released_at__isnull=True,
                ),
                name="a_former_hold_has_both_its_times",
            ),
        ]
        indexes = [
            models.Index(
                fields=["event", "locked_by"],
                condition=Q(status=SeatStatus.LOCKED),
                name="seat_by_holder",
            ),
            # Not by event first: without statistics PostgreSQL would use it for the query of a
            # person's locks, and read all locked seats.
            models.Index(
                fields=["locked_until", "event"],
                condition=Q(status=SeatStatus.LOCKED),
                name="seat_by_deadline",
            ),
            # For alternatives to seats that are taken.
            models.Index(
                fields=["event", "category", "x"],
                condition=Q(status__in=[SeatStatus.AVAILABLE, SeatStatus.LOCKED]),
                name="seat_to_offer",
            ),
            # For the free places of a standing area.
            models.Index(
                fields=["event", "group", "id"],
                condition=Q(
                    sold_by=SoldBy.NUMBER.value,
                    status__in=[SeatStatus.AVAILABLE, SeatStatus.LOCKED],
                ),
                name="place_to_sell",
            ),
            # For deleting seats, and for the companions of an accessible seat.
            models.Index(
                fields=["companion_of"],
                condition=Q(companion_of__isnull=False),
                name="seat_by_accompanied",
            ),
            models.Index(
                fields=["allocation"],
                condition=Q(allocation__isnull=False),
                name="seat_by_allocation",
            ),
            # For the caps of a mail address and of a network.
            models.Index(
                fields=["event", "mailbox"],
                condition=Q(mailbox__isnull=False),
                name="seat_by_mailbox",
            ),
            models.Index(
                fields=["event", "network"],
                condition=Q(network__isnull=False),
                name="seat_by_network",
            ),
            models.Index(
                fields=["promo_code"],
                condition=Q(promo_code__isnull=False),
                name="seat_by_promo_code",
            ),
        ]

    def __str__(self) -> str:
        return self.seat_number

    def clean(self) -> None:
        """Raises: ValidationError for a price that the event's currency cannot express."""
        require_payable(self.price, self.event.currency)


def seat_price() -> Coalesce:
    """Return the SQL expression for a seat's price: its own, else its category's, else the event's.

    `domain.rules.price_of` computes the same in Python.
    """
    return Coalesce("price", "category__price", "event__price")
