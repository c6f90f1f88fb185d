"""Events, their categories and their seats."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from organisations.models import Organisation
from reservations.currencies import require_currency, require_payable
from reservations.domain.features import ALL_FEATURES, SoldBy
from reservations.domain.states import AllocationKind, SeatStatus
from reservations.plans.colors import is_color
from reservations.time_zones import default_time_zone, require_time_zone

# Longer than any sale, and short enough not to overflow a deadline.
MAX_PAYMENT_SECONDS = 90 * 24 * 60 * 60

# The columns of a seat that a sale does not change. Clients cache them under the event's layout.
STATIC_SEAT_FIELDS = (
    *("id", "seat_number", "section", "row", "number", "x", "y", "category_id", "price"),
    *("features", "note", "companion_of_id", "group", "group_size", "sold_by"),
)

SEAT_STATUSES = [(status.value, status.word) for status in SeatStatus]


def require_color(text: str) -> None:
    """Require a CSS colour. Raises: ValidationError."""
    if not is_color(text):
        raise ValidationError("Give a colour such as #7c3aed.")


def require_offline_methods(codes: Any) -> None:
    """Require a list of the site's offline payment methods. Raises: ValidationError."""
    known = list(settings.SEATCAST_OFFLINE_METHODS)
    if not isinstance(codes, list) or not all(code in known for code in codes):
        raise ValidationError(f"Give a list of codes among {', '.join(known) or 'none'}.")


LATEST_DATE = datetime(3000, 1, 1, tzinfo=UTC)
"""Events begin before: later times cannot be moved or written in every time zone."""


class Event(models.Model):
    """A show with its seats.

    `change_seq` is the sequence number of the last change of its seats. It is incremented with this
    row locked, so commits are in the order of the numbers, without gaps.
    """

    class Visibility(models.TextChoices):
        DRAFT = "draft", "Draft: organisers only, not on sale"
        PUBLIC = "public", "Everyone"
        MEMBERS = "members", "Members only"

    class OrphanRule(models.TextChoices):
        """What is done about single free seats that a buyer leaves between taken ones."""

        WARN = "warn", "Warn the buyer"
        REFUSE = "refuse", "Refuse the booking"
        OFF = "off", "Nothing"

    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
        help_text="Whose members manage it. Empty: only the operators of the site.",
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="In Markdown, without HTML.")
    venue = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True, default="", help_text="Of the venue.")
    date = models.DateTimeField(help_text="When the show begins.")
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the show ends. Empty: unknown."
    )
    time_zone = models.CharField(
        max_length=64,
        default=default_time_zone,
        validators=[require_time_zone],
        help_text="Where it takes place, such as Europe/Berlin: its times are told in this zone.",
    )
    price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="For seats that have no price by themselves or by their category.",
    )
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217, such as EUR.")
    sales_open_at = models.DateTimeField(null=True, blank=True, help_text="Empty: open already.")
    sales_close_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: when the event begins."
    )
    cancel_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until when buyers may cancel. Empty: until the show begins.",
    )
    companions_held_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until when companion seats are sold only with their accessible seat."
        " Empty: always.",
    )
    orphan_rule = models.CharField(
        max_length=10,
        choices=OrphanRule.choices,
        default=OrphanRule.WARN,
        help_text="What is done if a buyer leaves a single free seat between taken ones.",
    )
    lock_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60 * 60)],
        help_text="How long a lock lasts. Empty: the site's setting.",
    )
    max_extensions = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="How often a lock may be extended. Empty: the site's setting.",
    )
    seat_cap = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many seats one person may hold at a time. Empty: the site's setting.",
    )
    purchase_cap = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many seats one person may buy. Empty: the site's setting.",
    )
    offline_methods = models.JSONField(
        null=True,
        blank=True,
        validators=[require_offline_methods],
        help_text='Ways to pay later that this event offers, such as ["invoice"]; [] offers none.'
        " Empty: all that the site has.",
    )
    payment_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(60), MaxValueValidator(MAX_PAYMENT_SECONDS)],
        help_text="Within how many seconds a booking must be paid that is not paid at once; it"
        " lapses then, and when the show begins. Empty: the site's setting.",
    )
    ticket_fee = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text="Added to the price of each ticket that costs something.",
    )
    booking_fee = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text="Added once to each booking that costs something.",
    )
    tax_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="The rate of the tax that prices and fees include. Empty: none is shown.",
    )
    requires_verified_email = models.BooleanField(
        default=False,
        help_text="Whether only people with a verified e-mail address may book.",
    )
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    member_group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose members may see a members-only event. Empty: everyone signed in.",
    )
    cancelled_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When it was called off: nothing is sold any more, and bookings are cancelled.",
    )
    revision = models.BigIntegerField(
        default=0,
        editable=False,
        help_text="Incremented with each edit of the event, its categories or its picture.",
    )
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    plan = models.JSONField(default=dict, blank=True, editable=False)
    plan_version = models.ForeignKey(
        "PlanVersion",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="events",
        help_text="The version of a seating plan that its seats are from.",
    )
    layout = models.CharField(max_length=16, editable=False, default="")
    change_seq = models.BigIntegerField(default=0, editable=False)
    history_since = models.BigIntegerField(
        default=0,
        editable=False,
        help_text="The sequence number from which on the change log is complete.",
    )

    class Meta:
        ordering = ["date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0), name="an_event_price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(ticket_fee__gte=0, booking_fee__gte=0),
                name="an_event_fee_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(sales_open_at__isnull=True)
                | Q(sales_close_at__isnull=True)
                | Q(sales_close_at__gt=F("sales_open_at")),
                name="sales_close_after_they_open",
            ),
            models.CheckConstraint(
                condition=Q(date__lt=LATEST_DATE), name="an_event_is_before_the_year_3000"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(ends_at__gt=F("date"), ends_at__lt=LATEST_DATE),
                name="an_event_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["date", "id"], name="event_by_date")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises: ValidationError for an unknown currency, or an amount it cannot express."""
        require_currency(self.currency)
        for field in ("price", "ticket_fee", "booking_fee"):
            require_payable(getattr(self, field), self.currency, field=field)


class EventPicture(models.Model):
    """The picture of an event, as WebP in two sizes. `digest` names its bytes in URLs."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="picture")
    digest = models.CharField(max_length=32)
    width = models.PositiveIntegerField(help_text="Of the large one, in pixels.")
    height = models.PositiveIntegerField(help_text="Of the large one, in pixels.")
    small = models.BinaryField()
    large = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Picture {self.digest} of event {self.event_id}"


class Category(models.Model):
    """A price category of an event's seats."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=32, default="#7c8797", validators=[require_color])
    price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Empty: the event's price.",
    )

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="a_category_is_named_once"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0),
                name="a_category_price_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises: ValidationError for a price that the event's currency cannot express."""
        require_payable(self.price, self.event.currency)


class TicketType(models.Model):
    """A kind of ticket that is sold at other prices than the seats' own, such as reduced."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="ticket_types")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0, help_text="The order to choose from.")

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class TicketPrice(models.Model):
    """What a ticket type costs in a category, or for seats without one.

    A ticket type is not sold in categories for which it has no price.
    """

    ticket_type = models.ForeignKey(TicketType, on_delete=models.CASCADE, related_name="prices")
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket_type", "category"], name="a_ticket_type_has_one_price_in_a_category"
            ),
            models.UniqueConstraint(
                fields=["ticket_type"],
                condition=Q(category__isnull=True),
                name="a_ticket_type_has_one_price_without_a_category",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="a_ticket_price_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_type}: {self.price}"


class Allocation(models.Model):
    """Seats that are kept off sale for something or somebody, until a time or until unblocked.

    Its seats are blocked and name it. When `until` has passed, EndAllocations frees those that are
    left and sets `ended_at`; the row stays, for the change log.
    """

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="allocations", db_index=False
    )
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in AllocationKind]
    )
    label = models.CharField(
        max_length=200, help_text="The reason, the person's name, or the channel's."
    )
    until = models.DateTimeField(null=True, help_text="Empty: until they are unblocked.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    ended_at = models.DateTimeField(null=True, help_text="When its seats were freed by time.")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(fields=["event"], name="allocation_by_event"),
            models.Index(
                fields=["until"],
                condition=Q(until__isnull=False, ended_at__isnull=True),
                name="allocation_to_end",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PromoCode(models.Model):
    """A code with which buyers hold and buy the seats of an allocation.

    It is stored in capitals, as `folded_code` returns it. Until `expires_at`, and while it is not
    withdrawn, it opens seats: at most `max_seats` that are held or in live bookings at a time.
    """

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="promo_codes", db_index=False
    )
    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="promo_codes")
    code = models.CharField(max_length=40)
    max_seats = models.PositiveIntegerField()
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "code"], name="a_promo_code_is_unique_in_its_event"
            ),
            models.CheckConstraint(
                condition=Q(max_seats__gte=1), name="a_promo_code_is_for_a_seat_at_least"
            ),
        ]

    def __str__(self) -> str:
        return self.code


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
