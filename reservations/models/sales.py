"""What an event is sold by: ticket types, allocations of kept seats, and promo codes."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from reservations.domain.states import AllocationKind
from reservations.models.events import Category, Event


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
