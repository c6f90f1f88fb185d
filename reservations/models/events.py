"""Events with their categories, ticket types, kept seats and promo codes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from organisations.models import Organisation
from reservations.formats.currencies import require_currency, require_payable
from reservations.formats.time_zones import default_time_zone, require_time_zone
from reservations.plans.colors import is_color

# Longer than any sale, and short enough not to overflow a deadline.
MAX_PAYMENT_SECONDS = 90 * 24 * 60 * 60


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
