"""Queries for the free seats near seats that are taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Value, When

from reservations.domain.features import ALL_FEATURES, SeatFeature, SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.models.seats import seat_price
from reservations.runtime import clock

_OFFERED_SETS = 3
_ACCESSIBLE = [at for at in range(ALL_FEATURES + 1) if at & SeatFeature.ACCESSIBLE]
_MAX_PLACES = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A seat with its position and price."""

    id: int
    seat_number: str
    section: str
    row: str
    x: float
    y: float
    category_id: int | None
    features: int
    companion_of: int | None
    table: str
    table_size: int
    price: Decimal

    @property
    def is_special(self) -> bool:
        """Whether it is an accessible or a companion seat."""
        return bool(self.features & SeatFeature.ACCESSIBLE) or self.companion_of is not None


def places_of(*, event_id: int, seat_ids: Iterable[int]) -> list[Place]:
    """Return seats of an event by id."""
    return _places(Seat.objects.filter(event_id=event_id, pk__in=seat_ids))


def free_places_near(*, event_id: int, wanted: Sequence[Place]) -> list[Place]:
    """Return up to a few dozen free seats of the categories of `wanted`, nearest first.

    If `wanted` has accessible or companion seats, only such seats; otherwise none of them. The same
    goes for the seats of tables that are sold as a whole.

    The search area grows, at last to the whole plan, until there are enough for three sets.
    """
    if not wanted:
        return []
    plan = Event.objects.values("plan__width", "plan__height").get(pk=event_id)
    size = max(plan["plan__width"] or 0, plan["plan__height"] or 0)
    for reach in (size / 50, size / 10, None):
        found = _free_places(event_id, wanted, reach=reach)
        if len(found) >= _OFFERED_SETS * len(wanted):
            break
    return found


def _free_places(event_id: int, wanted: Sequence[Place], *, reach: float | None) -> list[Place]:
    categories = {place.category_id for place in wanted}
    fits = Q(category_id__in=categories - {None})
    if None in categories:
        fits |= Q(category_id__isnull=True)
    special = Q(features__in=_ACCESSIBLE) | Q(companion_of__isnull=False)
    fits &= special if any(place.is_special for place in wanted) else ~special
    is_table = any(place.table for place in wanted)
    fits &= Q(sold_by=SoldBy.TABLE if is_table else SoldBy.SEAT)
    # The redundant condition on the status lets PostgreSQL use the partial index `seat_to_offer`.
    found = Seat.objects.filter(
        fits, event_id=event_id, status__in=[SeatStatus.AVAILABLE, SeatStatus.LOCKED]
    ).filter(Q(status=SeatStatus.AVAILABLE) | Q(locked_until__lte=clock.now(), allocation=None))
    xs, ys = [place.x for place in wanted], [place.y for place in wanted]
    if reach is not None:
        found = found.filter(
            x__range=(min(xs) - reach, max(xs) + reach), y__range=(min(ys) - reach, max(ys) + reach)
        )
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    away = (F("x") - x) * (F("x") - x) + (F("y") - y) * (F("y") - y)
    limit = max(_MAX_PLACES, _OFFERED_SETS * len(wanted))
    return _places(found.order_by(away, "pk")[:limit])


def _places(found: QuerySet[Seat]) -> list[Place]:
    rows = found.values_list(
        *("pk", "seat_number", "section", "row", "x", "y", "category_id"),
        *("features", "companion_of_id"),
        Case(When(sold_by=SoldBy.TABLE, then="group"), default=Value("")),
        "group_size",
        seat_price(),
    )
    return [Place(*row) for row in rows]
