"""What is counted where seats are sold, for Prometheus.

A label has a handful of values, and never names a person or an event. What is stored anyway is
asked for when somebody looks: `reservations.collectors`.
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
    "Commands that the desk decided, by what came of them: done, or the code of the refusal.",
    ["command", "outcome"],
)
seats_changed = prometheus.Counter(
    "seatcast_seats_changed_total",
    "Seats whose new state was committed, by why: locked, reserved, expired and so on.",
    ["reason"],
)
conflicts = prometheus.Counter(
    "seatcast_conflicts_total",
    "Seats because of which the desk refused a command, by what was in the way.",
    ["reason"],
)
batch_commands = prometheus.Histogram(
    "seatcast_queue_batch_commands",
    "Commands that were taken into one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
queued_commands = prometheus.Gauge(
    "seatcast_queued_commands",
    "Commands that wait at the desks of this server.",
    multiprocess_mode="livesum",
)
wait_seconds = prometheus.Histogram(
    "seatcast_queue_wait_seconds",
    "How long a command waited that found its desk busy, until it was answered or served.",
    buckets=_SECONDS,
)
transaction_seconds = prometheus.Histogram(
    "seatcast_queue_transaction_seconds",
    "How long the transaction of a batch took, from asking for a connection to the commit.",
    buckets=_SECONDS,
)
retried_batches = prometheus.Counter(
    "seatcast_queue_retried_batches_total",
    "Batches that failed for a reason that may pass, and were run again.",
)
failed_batches = prometheus.Counter(
    "seatcast_queue_failed_batches_total",
    "Batches that failed for good; their commands were tried one by one.",
)
provider_seconds = prometheus.Histogram(
    "seatcast_payment_provider_seconds",
    "How long calls to the payment provider took, each try by itself.",
    buckets=(0.05, 0.25, 1, 2.5, 5, 10, 30),
)
payments_left = prometheus.Counter(
    "seatcast_payments_left_total",
    "Payments that could not be brought to an end at once, and were left to be reconciled.",
)

# What begins at a hundred has not increased, for Prometheus: all that may come begins at nothing.
for kind in get_args(Command):
    commands.labels(kind.__name__, "done")
for reason in Reason:
    seats_changed.labels(reason)
for word in (
    *("locked", "reserved", "blocked", "expired", "not_held"),
    *("limit", "extension_limit", "cooldown"),
):
    conflicts.labels(word)


def count_decided(decided: Iterable[tuple[Command, Outcome]]) -> None:
    """Count what commands came to, once that is committed."""
    for command, outcome in decided:
        refusal = outcome.refusal
        _decided(type(command).__name__, refusal.code if refusal else "done").inc()
        for reason, count in Counter(reason for _, reason in outcome.transitions).items():
            _changed(reason).inc(count)
        if refusal:
            for row in refusal.details.get("conflicts", ()):
                _in_the_way(row["reason"]).inc()


# Prometheus's own look-up of a labelled counter takes four times as long as to count.


@cache
def _decided(command: str, outcome: str) -> prometheus.Counter:
    return commands.labels(command, outcome)


@cache
def _changed(reason: str) -> prometheus.Counter:
    return seats_changed.labels(reason)


@cache
def _in_the_way(reason: str) -> prometheus.Counter:
    return conflicts.labels(reason)
