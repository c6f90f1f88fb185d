"""How many watch, for who watches over a sale: counted when somebody looks."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from realtime.hub import viewers_by_event

MAX_EVENTS = 20
"""How many events are told of by name; the rest are `other`."""


class ViewersCollector(Collector):
    """The viewers of this process, by event."""

    def collect(self) -> Iterator[Metric]:
        viewers = GaugeMetricFamily(
            "seatcast_viewers", "Open sockets that watch an event.", labels=["event"]
        )
        behind = GaugeMetricFamily(
            "seatcast_viewers_behind", "Viewers whose connections are full.", labels=["event"]
        )
        watching: Counter[str] = Counter()
        waiting: Counter[str] = Counter()
        biggest = sorted(
            viewers_by_event(), key=lambda viewer_count: viewer_count.viewers, reverse=True
        )
        for place, viewer_count in enumerate(biggest):
            name = str(viewer_count.event_id) if place < MAX_EVENTS else "other"
            watching[name] += viewer_count.viewers
            waiting[name] += viewer_count.behind
        for name in watching:
            viewers.add_metric([name], watching[name])
            behind.add_metric([name], waiting[name])
        yield viewers
        yield behind
