"""Edit the ticket types of an event and their prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from infrastructure.security_log.log import Kind
from reservations.formats.currencies import require_payable
from reservations.models import TicketPrice, TicketType
from reservations.organising import editing
from reservations.organising.seating import static_changes
from reservations.plans.characters import is_clean

MAX_TICKET_TYPES = 20


@dataclass(frozen=True, slots=True)
class TicketTypeEdit:
    """A ticket type as it is to be. `id` is None for a new one.

    `prices` are by category id; None is for seats without a category.
    """

    id: int | None
    name: str
    prices: dict[int | None, Decimal]


def replace_ticket_types(
    *,
    event_id: int,
    editor_id: int | None,
    edits: Sequence[TicketTypeEdit],
    revision: int | None = None,
) -> int:
    """Make these the event's ticket types, in this order, all or none; return its new revision.

    Types that are not among them are deleted; what was sold with them keeps their name and price.
    Errors are given by their place, such as `ticket_types.0.name`. Raises: EventNotFound,
    StaleEvent, ValidationError.
    """
    _require_valid(edits)
    with (
        editing.edits(event_id=event_id, editor_id=editor_id, revision=revision) as edited,
        static_changes(event_id=event_id),
    ):
        event = edited.event
        stored = {found.pk: found for found in event.ticket_types.all()}
        categories = set(event.categories.values_list("pk", flat=True))
        for number, edit in enumerate(edits):
            _require_of_event(number, edit, ids=set(stored), categories=categories)
            _require_payable(number, edit, event.currency)
        kept = [edit.id for edit in edits if edit.id is not None]
        event.ticket_types.exclude(pk__in=kept).delete()
        for position, edit in enumerate(edits):
            found = TicketType(event=event) if edit.id is None else stored[edit.id]
            found.name, found.position = edit.name, position
            found.save()
            found.prices.all().delete()
            TicketPrice.objects.bulk_create(
                TicketPrice(ticket_type=found, category_id=category_id, price=price)
                for category_id, price in edit.prices.items()
            )
        edited.save(
            Kind.TICKET_TYPES_EDITED,
            ticket_types=[
                {
                    "name": edit.name,
                    "prices": {str(key or ""): str(price) for key, price in edit.prices.items()},
                }
                for edit in edits
            ],
        )
    return event.revision


def _require_of_event(
    number: int, edit: TicketTypeEdit, *, ids: set[int], categories: set[int]
) -> None:
    """Raises: ValidationError."""
    if edit.id is not None and edit.id not in ids:
        raise _error(f"{number}.id", "A ticket type's id must be one of this event.")
    for place, category in enumerate(edit.prices):
        if category is not None and category not in categories:
            path = f"{number}.prices.{place}.category"
            raise _error(path, "A price's category must be one of its event.")


def _require_payable(number: int, edit: TicketTypeEdit, currency: str) -> None:
    """Raises: ValidationError for a price that the currency cannot express."""
    for place, price in enumerate(edit.prices.values()):
        try:
            require_payable(price, currency)
        except ValidationError as error:
            path = f"{number}.prices.{place}.price"
            raise _error(path, " ".join(error.messages), code="decimals") from None


def _require_valid(edits: Sequence[TicketTypeEdit]) -> None:
    """Raises: ValidationError."""
    if len(edits) > MAX_TICKET_TYPES:
        sentence = f"An event has at most {MAX_TICKET_TYPES} ticket types."
        raise ValidationError({"ticket_types": sentence})
    names, ids = set[str](), set[int]()
    for number, edit in enumerate(edits):
        if edit.name in names:
            sentence = "Two ticket types have the same name."
            raise _error(f"{number}.name", sentence, code="taken")
        if not is_clean(edit.name):
            sentence = "There are control characters in it."
            raise _error(f"{number}.name", sentence, code="invisible")
        if edit.id in ids:
            raise _error(f"{number}.id", "A ticket type's id can be given once.")
        names.add(edit.name)
        if edit.id is not None:
            ids.add(edit.id)


def _error(path: str, sentence: str, *, code: str = "invalid") -> ValidationError:
    return ValidationError({f"ticket_types.{path}": ValidationError(sentence, code=code)})
