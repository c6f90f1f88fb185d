"""Metrics of mail and revocations, computed at scrape time."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.mail import unsent
from accounts.models import Ended


class AccountCollector(Collector):
    """Collects the number of unsent mails and of revocations."""

    def collect(self) -> Iterator[Metric]:
        """Raises: django.db.Error."""
        mail = GaugeMetricFamily(
            "seatcast_unsent_mail",
            "Mail that waits for its first attempt, or for another one, and that was given up.",
            labels=["state"],
        )
        for state, number in unsent()._asdict().items():
            mail.add_metric([state], number)
        yield mail
        yield GaugeMetricFamily(
            "seatcast_revocations",
            "Sessions and families of tokens that were ended before their time in the last day.",
            value=Ended.objects.count(),
        )
