"""Prometheus collectors that query the database at scrape time."""

from collections.abc import Iterator

from django.db.models import Count, Q
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reservations.domain.states import SeatStatus
from reservations.models import Event, Payment, Seat
from reservations.models.payments import UNFINISHED
from reservations.runtime import clock

MAX_EVENTS = 20
"""How many events get series of their own, to bound the number of series."""


class SalesCollector(Collector):
    """Collects seats by status of the events on sale, and unfinished payments by status."""

    def collect(self) -> Iterator[Metric]:
        """Raises: django.db.Error."""
        seats = GaugeMetricFamily(
            "seatcast_seats",
            f"Seats by status, of the {MAX_EVENTS} events on sale with the newest changes.",
            labels=["event", "status"],
        )
        for event_id, counts in _seats_by_status().items():
            for status, number in counts.items():
                seats.add_metric([str(event_id), status.word], number)
        yield seats
        payments = GaugeMetricFamily(
            "seatcast_unfinished_payments",
            "Unfinished payments, by status.",
            labels=["status"],
        )
        for word, number in _unfinished_payments().items():
            payments.add_metric([word], number)
        yield payments


def _seats_by_status() -> dict[int, dict[SeatStatus, int]]:
    """Return seat counts by event and status; expired locks count as available."""
    now = clock.now()
    is_open = (Q(sales_open_at=None) | Q(sales_open_at__lte=now)) & (
        Q(sales_close_at=None) | Q(sales_close_at__gt=now)
    )
    busiest = Event.objects.filter(is_open, date__gt=now).order_by("-change_seq", "pk")
    ids = list(busiest.values_list("pk", flat=True)[:MAX_EVENTS])
    found = {event_id: dict.fromkeys(SeatStatus, 0) for event_id in ids}
    has_lapsed = Q(status=SeatStatus.LOCKED, locked_until__lte=now)
    counted = Seat.objects.filter(event__in=ids).order_by().values_list("event_id", "status")
    for event_id, status, number, lapsed in counted.annotate(
        Count("pk"), lapsed=Count("pk", filter=has_lapsed)
    ):
        found[event_id][SeatStatus(status)] += number - lapsed
        found[event_id][SeatStatus.AVAILABLE] += lapsed
    return found


def _unfinished_payments() -> dict[str, int]:
    counted = Payment.objects.filter(status__in=UNFINISHED).order_by().values_list("status")
    return {**dict.fromkeys(UNFINISHED, 0), **dict(counted.annotate(Count("pk")))}
