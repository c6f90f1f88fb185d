"""Edit the ticket types of an event and their prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from reservations.currencies import require_payable
from reservations.models import TicketPrice, TicketType
from reservations.plans.characters import is_clean
from reservations.plans.errors import InvalidEdit
from reservations.plans.services import static_changes

MAX_TICKET_TYPES = 20


@dataclass(frozen=True, slots=True)
class TicketTypeEdit:
    """A ticket type as it is to be. `id` is None for a new one.

    `prices` are by category id; None is for seats without a category.
    """

    id: int | None
    name: str
    prices: dict[int | None, Decimal]


def replace_ticket_types(*, event_id: int, edits: Sequence[TicketTypeEdit]) -> None:
    """Make these the event's ticket types, in this order; all or nothing.

    Types that are not among them are deleted; what was sold with them keeps their name and price.

    Raises: EventNotFound, InvalidEdit.
    """
    _require_valid(edits)
    with static_changes(event_id=event_id) as event:
        stored = {found.pk: found for found in event.ticket_types.all()}
        categories = set(event.categories.values_list("pk", flat=True))
        kept = [edit.id for edit in edits if edit.id is not None]
        if len(set(kept)) < len(kept) or not set(kept) <= set(stored):
            raise InvalidEdit("A ticket type's id must be one of this event, and given once.")
        event.ticket_types.exclude(pk__in=kept).delete()
        for position, edit in enumerate(edits):
            if not set(edit.prices) - {None} <= categories:
                raise InvalidEdit("A price's category must be one of its event.")
            _require_payable(edit, event.currency)
            found = TicketType(event=event) if edit.id is None else stored[edit.id]
            found.name, found.position = edit.name, position
            found.save()
            found.prices.all().delete()
            TicketPrice.objects.bulk_create(
                TicketPrice(ticket_type=found, category_id=category_id, price=price)
                for category_id, price in edit.prices.items()
            )


def _require_payable(edit: TicketTypeEdit, currency: str) -> None:
    """Raises: InvalidEdit for a price that the currency cannot express."""
    try:
        for price in edit.prices.values():
            require_payable(price, currency)
    except ValidationError as error:
        raise InvalidEdit(" ".join(error.messages)) from None


def _require_valid(edits: Sequence[TicketTypeEdit]) -> None:
    """Raises: InvalidEdit."""
    if len(edits) > MAX_TICKET_TYPES:
        raise InvalidEdit(f"An event has at most {MAX_TICKET_TYPES} ticket types.")
    names = [edit.name for edit in edits]
    if len(set(names)) < len(names):
        raise InvalidEdit("Two ticket types have the same name.")
    if not all(is_clean(name) for name in names):
        raise InvalidEdit("name: There are control characters in it.")
