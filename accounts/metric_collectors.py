"""Metrics of mail and revocations, computed at scrape time."""

from collections.abc import Iterator

from django.db.models import Count, Q
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.mail_worker import RETRY_DELAYS_MINUTES
from accounts.models import Ended, Mail


class AccountCollector(Collector):
    """Collects the number of unsent mails and of revocations."""

    def collect(self) -> Iterator[Metric]:
        """Raises: django.db.Error."""
        is_given_up = Q(tries__gte=len(RETRY_DELAYS_MINUTES))
        found = Mail.objects.filter(done_at=None).aggregate(
            waiting=Count("pk", filter=~is_given_up),
            given_up=Count("pk", filter=is_given_up),
        )
        mail = GaugeMetricFamily(
            "seatcast_unsent_mail",
            "Mail that waits to be sent, and that was given up in the last day.",
            labels=["state"],
        )
        for state, number in found.items():
            mail.add_metric([state], number)
        yield mail
        yield GaugeMetricFamily(
            "seatcast_revocations",
            "Sessions and families of tokens that were ended before their time in the last day.",
            value=Ended.objects.count(),
        )
