"""Places in an event's change log, found by its index."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reservations.models import SeatChange


@dataclass(frozen=True, slots=True)
class Log:
    """The kept rows of an event's change log."""

    event_id: int

    def rows(self) -> QuerySet[SeatChange]:
        return SeatChange.objects.filter(event_id=self.event_id)

    def first_from(self, seq: int) -> tuple[int, datetime] | None:
        """Return number and time of the first kept change with this number or a later one."""
        found = self.rows().filter(seq__gte=seq).order_by("seq", "seat_id")
        return found.values_list("seq", "at").first()

    def last_until(self, seq: int) -> tuple[int, datetime] | None:
        """Return number and time of the last kept change with this number or an earlier one."""
        found = self.rows().filter(seq__lte=seq).order_by("-seq", "-seat_id")
        return found.values_list("seq", "at").first()

    def last_before(self, until: datetime, *, low: int, high: int) -> int:
        """Return the number of the last change before a time, which is `low` or up to `high`.

        The changes up to `low` are before that time, those after `high` are not. Numbers are in
        order of time, so a binary search reads some twenty rows.
        """
        while low < high:
            middle = (low + high + 1) // 2
            found = self.first_from(middle)
            if found is None or found[1] >= until:
                high = middle - 1
            else:
                low = min(found[0], high)
        return low
