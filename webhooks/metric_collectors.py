"""Metrics of webhooks, computed at scrape time."""

from collections.abc import Iterator

from django.db.models import Count, Q
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webhooks.models import Delivery


class WebhookCollector(Collector):
    """Collects the number of deliveries to enabled endpoints that wait, and of those given up."""

    def collect(self) -> Iterator[Metric]:
        """Raises: django.db.Error."""
        unsent = Delivery.objects.exclude(state=Delivery.State.DELIVERED)
        found = unsent.filter(endpoint__disabled_at=None).aggregate(
            waiting=Count("pk", filter=Q(state=Delivery.State.PENDING)),
            given_up=Count("pk", filter=Q(state=Delivery.State.FAILED)),
        )
        deliveries = GaugeMetricFamily(
            "seatcast_webhook_deliveries",
            "Deliveries to webhooks that are on, which wait, or were given up in the last month.",
            labels=["state"],
        )
        for state, number in found.items():
            deliveries.add_metric([state], number)
        yield deliveries
