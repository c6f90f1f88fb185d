"""Prometheus metrics of sockets, event streams, hubs and polls.

Nothing is counted per viewer and frame: fan-outs are counted once each, and viewers at scrape time.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import prometheus_client as prometheus
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from realtime.messages import CloseCode

MAX_LABELLED_EVENTS = 20
"""How many events get a label of their own; all others are `other`."""

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
# Normal closure, closed page, cut connection, and the server's own codes.
_CLOSE_CODES = {1000, 1001, 1006, *(code for code in vars(CloseCode).values() if type(code) is int)}

sockets_opened = prometheus.Counter("seatcast_sockets_opened_total", "Sockets that were accepted.")
streams_opened = prometheus.Counter(
    "seatcast_streams_opened_total", "Event streams that were opened, by clients without a socket."
)
handshakes_refused = prometheus.Counter(
    "seatcast_handshakes_refused_total",
    "Handshakes and event streams refused because their network had opened too many.",
)
sockets_closed = prometheus.Counter(
    "seatcast_sockets_closed_total",
    "Closed sockets, by close code; codes outside the protocol are `other`.",
    ["code"],
)
first_frames = prometheus.Counter(
    "seatcast_first_frames_total",
    "First frames sent to viewers: snapshots, deltas to those that resume, parts to subscribers.",
    ["kind"],
)
frames = prometheus.Counter(
    "seatcast_frames_total",
    "Frames published to an event's viewers, by type; each is counted once, parts once a round.",
    ["type"],
)
frames_sent = prometheus.Counter(
    "seatcast_frames_sent_total", "Frames written to a viewer's connection."
)
frame_changes = prometheus.Histogram(
    "seatcast_frame_changes",
    "Sequence numbers covered by one published frame.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024),
)
fanout_seconds = prometheus.Histogram(
    "seatcast_fanout_seconds",
    "Time to write a frame to all of an event's viewers in this process.",
    buckets=_SECONDS,
)
lag_seconds = prometheus.Histogram(
    "seatcast_hub_lag_seconds",
    "From the commit of a frame's oldest change until it was written to all viewers here.",
    buckets=_SECONDS,
)
gaps = prometheus.Counter(
    "seatcast_hub_gaps_total",
    "Notifications that a hub could not merge: gap, or unknown_seats.",
    ["kind"],
)
log_reads = prometheus.Counter(
    "seatcast_hub_log_reads_total",
    "Reads of the change log by hubs that had missed a notification.",
)
hub_reloads = prometheus.Counter(
    "seatcast_hub_reloads_total",
    "Times that a hub reloaded its seat map and sent it to all viewers.",
)
broken_hubs = prometheus.Counter("seatcast_hub_broken_total", "Hubs of which a task has failed.")
notifications = prometheus.Counter(
    "seatcast_notifications_total",
    "Messages to the hubs: sent, failed, or dropped because too many were in flight.",
    ["outcome"],
)
polls = prometheus.Counter(
    "seatcast_polls_total",
    "Polls by clients without a socket or event stream: changed or unchanged since their last one.",
    ["outcome"],
)
poll_head_reads = prometheus.Counter(
    "seatcast_poll_head_reads_total",
    "Queries for the sequence numbers of polled events.",
)

# Initialise each series at 0, so that `increase()` counts the first event.
for counter, labels in (
    (notifications, ("sent", "failed", "dropped")),
    (first_frames, ("snapshot", "delta", "part")),
    (frames, ("delta", "snapshot", "part", "beat", "figures")),
    (gaps, ("gap", "unknown_seats")),
    (polls, ("changed", "unchanged")),
    (sockets_closed, (*_CLOSE_CODES, "other")),
):
    for label in labels:
        counter.labels(label)


@cache
def notification(outcome: str) -> prometheus.Counter:
    return notifications.labels(outcome)


@cache
def frame(kind: str) -> prometheus.Counter:
    return frames.labels(kind)


@cache
def first_frame(kind: str) -> prometheus.Counter:
    return first_frames.labels(kind)


@cache
def poll(outcome: str) -> prometheus.Counter:
    return polls.labels(outcome)


def count_published(*, numbers: int, committed: float | None) -> None:
    """Count published changes and, if their first commit's time is known, the lag."""
    frame_changes.observe(numbers)
    if committed is not None:
        # Clocks of two machines differ by a little.
        lag_seconds.observe(max(0.0, time.time() - committed))


def count_closed(code: int) -> None:
    """Count a closed socket by its code; clients may send any of 4,000 codes."""
    sockets_closed.labels(str(code) if code in _CLOSE_CODES else "other").inc()


@dataclass(frozen=True, slots=True)
class EventViewers:
    """The number of an event's viewers in this process, and of those with full send buffers."""

    event_id: int
    viewers: int
    behind: int


class ViewersCollector(Collector):
    """Collects the viewers of this process by event, from what `counts` returns."""

    def __init__(self, counts: Callable[[], Iterable[EventViewers]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        viewers = GaugeMetricFamily(
            "seatcast_viewers",
            "Open sockets and streams that watch an event.",
            labels=["event"],
        )
        behind = GaugeMetricFamily(
            "seatcast_viewers_behind", "Viewers whose send buffers are full.", labels=["event"]
        )
        viewers_by_label: Counter[str] = Counter()
        behind_by_label: Counter[str] = Counter()
        largest_first = sorted(self._counts(), key=lambda count: count.viewers, reverse=True)
        for place, count in enumerate(largest_first):
            label = str(count.event_id) if place < MAX_LABELLED_EVENTS else "other"
            viewers_by_label[label] += count.viewers
            behind_by_label[label] += count.behind
        for label in viewers_by_label:
            viewers.add_metric([label], viewers_by_label[label])
            behind.add_metric([label], behind_by_label[label])
        yield viewers
        yield behind
