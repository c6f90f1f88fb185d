"""Edit an event's seats: names, positions, categories and prices.

Lock order, always: the event's row, then its seats by primary key. No statement here changes status
columns, which only the command queue does.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db.models import Q

from reservations.domain.errors import SeatNotFound
from reservations.domain.features import SeatFeature
from reservations.models import Category, Seat
from reservations.plans.characters import is_clean
from reservations.plans.errors import InvalidEdit, SeatNumberTaken
from reservations.plans.services import static_changes
from security_log.log import Kind, record


class SeatEdit(TypedDict, total=False):
    """The changes of a seat. Missing keys are left unchanged."""

    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category_id: int | None
    price: Decimal | None
    features: int
    note: str
    companion_of_id: int | None


_FIELDS = tuple(SeatEdit.__annotations__)
# How many seats the security log names for one edit.
_MAX_NAMED = 50


def edit_seats(*, event_id: int, edits: Mapping[int, SeatEdit]) -> str:
    """Change seats by id, all of them or none. Return the event's new layout.

    A seat number that another edit of the same call would free counts as taken. Raises:
    EventNotFound, SeatNotFound, SeatNumberTaken, InvalidEdit.
    """
    with static_changes(event_id=event_id) as event:
        seats = list(
            Seat.objects.select_for_update(no_key=True, of=("self",))
            .filter(event_id=event_id, pk__in=edits)
            .order_by("pk")
            .only("event_id", *_FIELDS)
        )
        if len(seats) < len(edits):
            raise SeatNotFound
        _require_known_fields(edits)
        _require_own_categories(event_id, edits)
        _require_accessible_seats(event_id, edits)
        _require_free_numbers(event_id, edits)
        for seat in seats:
            _apply(seat, edits[seat.pk])
        changed = sorted({name for edit in edits.values() for name in edit})
        if seats and changed:
            Seat.objects.bulk_update(seats, changed, batch_size=1_000)
            record(
                Kind.PLAN_CHANGED,
                event_id=event_id,
                organisation_id=event.organisation_id,
                details={"seats": [seat.seat_number for seat in seats[:_MAX_NAMED]]},
            )
    return event.layout


def _apply(seat: Seat, edit: SeatEdit) -> None:
    """Change the object. Raises: InvalidEdit if the seat would be invalid."""
    for name, value in edit.items():
        setattr(seat, name, value)
        if isinstance(value, str) and not is_clean(value):
            raise InvalidEdit(f"{name}: There are control characters in it.")
    if not (math.isfinite(seat.x) and math.isfinite(seat.y)):
        raise InvalidEdit("A seat's position must be two finite numbers.")
    try:
        seat.clean_fields(exclude={field.name for field in Seat._meta.fields} - set(edit))
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise InvalidEdit(f"{field}: {' '.join(problems)}") from None


def _require_known_fields(edits: Mapping[int, SeatEdit]) -> None:
    unknown = {name for edit in edits.values() for name in edit} - set(_FIELDS)
    if unknown:
        raise InvalidEdit(f"{min(unknown)} cannot be edited.")


def _require_own_categories(event_id: int, edits: Mapping[int, SeatEdit]) -> None:
    wanted = {edit["category_id"] for edit in edits.values() if "category_id" in edit} - {None}
    own = Category.objects.filter(event_id=event_id).values_list("pk", flat=True)
    if not wanted <= set(own):
        raise InvalidEdit("A seat's category must be one of its event.")


def _require_accessible_seats(event_id: int, edits: Mapping[int, SeatEdit]) -> None:
    """Raises: InvalidEdit if a companion seat would have no accessible seat of its event."""
    if not any({"features", "companion_of_id"} & edit.keys() for edit in edits.values()):
        return
    stored = Seat.objects.filter(event_id=event_id)
    concerned = Q(features__gt=0) | Q(companion_of__isnull=False) | Q(pk__in=list(edits))
    features: dict[int, int] = {}
    companions: dict[int, int | None] = {}
    for seat in stored.filter(concerned).only("features", "companion_of"):
        edit = edits.get(seat.pk, {})
        features[seat.pk] = edit.get("features", seat.features)
        companions[seat.pk] = edit.get("companion_of_id", seat.companion_of_id)
    accessible = {pk for pk, each in features.items() if each & SeatFeature.ACCESSIBLE}
    for seat_id, accessible_id in companions.items():
        if accessible_id is not None and (accessible_id not in accessible or seat_id in accessible):
            raise InvalidEdit(
                "companion_of_id: A companion seat needs an accessible seat of its event."
            )


def _require_free_numbers(event_id: int, edits: Mapping[int, SeatEdit]) -> None:
    """Raises: SeatNumberTaken. The event's lock prevents concurrent edits."""
    wanted: set[str] = set()
    for seat_id, edit in edits.items():
        number = edit.get("seat_number")
        if number is None:
            continue
        others = Seat.objects.filter(event_id=event_id, seat_number=number).exclude(pk=seat_id)
        if number in wanted or others.exists():
            raise SeatNumberTaken(f"Another seat of this event is called {number}.")
        wanted.add(number)
