"""Prometheus metrics of the reservations app.

Labels have few values, and never name a person or an event. Metrics of stored data are collected
at scrape time, in `reservations.bookings.collectors`.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import get_args

import prometheus_client as prometheus

from reservations.domain.commands import Command
from reservations.domain.rules import Outcome
from reservations.domain.states import Reason

_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

commands = prometheus.Counter(
    "seatcast_commands_total",
    "Decided commands, by outcome: done, or the error code of the refusal.",
    ["command", "outcome"],
)
seats_changed = prometheus.Counter(
    "seatcast_seats_changed_total",
    "Committed seat changes, by reason: locked, reserved, expired and so on.",
    ["reason"],
)
conflicts = prometheus.Counter(
    "seatcast_conflicts_total",
    "Seats because of which a command was refused, by reason.",
    ["reason"],
)
batch_commands = prometheus.Histogram(
    "seatcast_queue_batch_commands",
    "Commands per batch, which is one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
queued_commands = prometheus.Gauge(
    "seatcast_queued_commands",
    "Commands that are queued in this process.",
    multiprocess_mode="livesum",
)
wait_seconds = prometheus.Histogram(
    "seatcast_queue_wait_seconds",
    "How long commands waited in a queue that already had a leader, until they had a result.",
    buckets=_SECONDS,
)
transaction_seconds = prometheus.Histogram(
    "seatcast_queue_transaction_seconds",
    "Duration of a batch's transaction, including the wait for a connection.",
    buckets=_SECONDS,
)
standby_reads = prometheus.Counter(
    "seatcast_standby_reads_total",
    "Reads that may lag, by the server that answered: standby or primary.",
    ["server"],
)
retried_batches = prometheus.Counter(
    "seatcast_queue_retried_batches_total",
    "Batches that were retried after a transient error.",
)
failed_batches = prometheus.Counter(
    "seatcast_queue_failed_batches_total",
    "Batches that failed for good; their commands were run one by one.",
)
provider_seconds = prometheus.Histogram(
    "seatcast_payment_provider_seconds",
    "Duration of calls to the payment provider, each try by itself.",
    buckets=(0.05, 0.25, 1, 2.5, 5, 10, 30),
)
payments_left = prometheus.Counter(
    "seatcast_payments_left_total",
    "Payments that could not be settled at once, and were left to reconciliation.",
)

# Initialise each series at 0, so that `increase()` counts the first event.
for kind in get_args(Command):
    commands.labels(kind.__name__, "done")
for server in ("standby", "primary"):
    standby_reads.labels(server)
for reason in Reason:
    seats_changed.labels(reason)
for word in (
    *("locked", "reserved", "blocked", "expired", "not_held"),
    *("limit", "extension_limit", "cooldown"),
):
    conflicts.labels(word)


def count_decided(decided: Iterable[tuple[Command, Outcome]]) -> None:
    """Count the outcomes of committed commands."""
    for command, outcome in decided:
        refusal = outcome.refusal
        _decided(type(command).__name__, refusal.code if refusal else "done").inc()
        for reason, count in Counter(reason for _, reason in outcome.transitions).items():
            _changed(reason).inc(count)
        if refusal:
            for row in refusal.details.get("conflicts", ()):
                _in_the_way(row["reason"]).inc()


# Caches labelled counters, because `labels()` takes four times as long as `inc()`.


@cache
def _decided(command: str, outcome: str) -> prometheus.Counter:
    return commands.labels(command, outcome)


@cache
def _changed(reason: str) -> prometheus.Counter:
    return seats_changed.labels(reason)


@cache
def _in_the_way(reason: str) -> prometheus.Counter:
    return conflicts.labels(reason)
