"""What is counted where viewers are told, for Prometheus.

Nothing here is counted for each viewer and frame: a crowd is counted once a round, or when somebody
looks (`realtime.collectors`).
"""

import time
from functools import cache

import prometheus_client as prometheus

from realtime.messages import CloseCode

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
# A closed tab, a closed page, a connection that was cut, and what the server says.
_CLOSE_CODES = {1000, 1001, 1006, *(code for code in vars(CloseCode).values() if type(code) is int)}

sockets_opened = prometheus.Counter("seatcast_sockets_opened_total", "Sockets that were accepted.")
handshakes_refused = prometheus.Counter(
    "seatcast_handshakes_refused_total",
    "Handshakes that were refused because their network had opened too many sockets.",
)
sockets_closed = prometheus.Counter(
    "seatcast_sockets_closed_total",
    "Sockets that have ended, by close code; codes that are none of ours are `other`.",
    ["code"],
)
first_frames = prometheus.Counter(
    "seatcast_first_frames_total",
    "First frames to a viewer: a snapshot, or for one that comes back a delta.",
    ["kind"],
)
frames = prometheus.Counter(
    "seatcast_frames_total",
    "Frames that were written once for everybody, by type.",
    ["type"],
)
frames_sent = prometheus.Counter(
    "seatcast_frames_sent_total", "Frames that were handed to a viewer's connection."
)
frame_changes = prometheus.Histogram(
    "seatcast_frame_changes",
    "Numbers of the change log that one frame brings its viewers on by.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024),
)
fanout_seconds = prometheus.Histogram(
    "seatcast_fanout_seconds",
    "How long it took to hand a frame to everybody who watches an event here.",
    buckets=_SECONDS,
)
lag_seconds = prometheus.Histogram(
    "seatcast_hub_lag_seconds",
    "From the commit of the oldest change in a frame until everybody here was handed it.",
    buckets=_SECONDS,
)
gaps = prometheus.Counter(
    "seatcast_hub_gaps_total",
    "Doorbells that did not fit what a hub knew: gap, or foreign for seats that it did not know.",
    ["kind"],
)
log_reads = prometheus.Counter(
    "seatcast_hub_log_reads_total",
    "Times that a hub read from the change log what no doorbell had told it.",
)
fresh_starts = prometheus.Counter(
    "seatcast_hub_fresh_starts_total",
    "Times that a hub loaded its event anew and showed it to everybody.",
)
broken_hubs = prometheus.Counter(
    "seatcast_hub_broken_total", "Hubs that have ended although they had viewers."
)
notifications = prometheus.Counter(
    "seatcast_notifications_total",
    "Messages to the hubs, by what came of them: sent, failed, or dropped because too many wait.",
    ["outcome"],
)
polls = prometheus.Counter(
    "seatcast_polls_total",
    "Questions for changes from those without a socket: changed, or unchanged since they asked.",
    ["outcome"],
)
poll_head_reads = prometheus.Counter(
    "seatcast_poll_looks_total",
    "Times that the database was asked where the events stand that are polled.",
)

# What begins at a hundred has not increased, for Prometheus: all that may come begins at nothing.
for counter, words in (
    (notifications, ("sent", "failed", "dropped")),
    (first_frames, ("snapshot", "delta")),
    (frames, ("delta", "snapshot", "beat")),
    (gaps, ("gap", "foreign")),
    (polls, ("changed", "unchanged")),
    (sockets_closed, (*_CLOSE_CODES, "other")),
):
    for word in words:
        counter.labels(word)


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


def count_published(kind: str, *, numbers: int, committed: float | None) -> None:
    """Count a frame of changes that everybody was handed, and how late that is if it is known."""
    frame(kind).inc()
    frame_changes.observe(numbers)
    if committed is not None:
        # Clocks of two machines differ by a little.
        lag_seconds.observe(max(0.0, time.time() - committed))


def count_closed(code: int) -> None:
    """Count the end of a socket; a client may close it with any of 4,000 codes."""
    sockets_closed.labels(str(code) if code in _CLOSE_CODES else "other").inc()
