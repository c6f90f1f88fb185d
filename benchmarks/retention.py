"""Time pruning beside clicks: `python -m benchmarks.retention`.

Makes an event with 50,000 seats and a log of ten million changes in thirty days, in the database of
`DATABASE_URL`. In each round another process prunes a day's changes, while people lock and unlock
seats of the same event at fixed times; before or after that they do the same without pruning. A
click's latency counts from when it was due. Removes the event at the end.

Exits with 1 if pruning a day takes more than five seconds, or if the clicks' p99 is more than 1.2
times the one without pruning, in the median of the rounds.
"""

import itertools
import multiprocessing
import os
import random
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.history import _event, _remove  # noqa: E402
from reservations.domain.commands import LockSeats, UnlockSeats  # noqa: E402
from reservations.domain.states import Person  # noqa: E402
from reservations.housekeeping.pruning import prune_log  # noqa: E402
from reservations.models import Event, PrunedLog, SeatChange  # noqa: E402
from reservations.write import command_queue  # noqa: E402

MAX_SECONDS = 5.0
MAX_RATIO = 1.2
DAYS = 30
THREADS = 4


def main() -> int:
    """Return the exit status."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seats", type=int, default=50_000)
    options.add_argument("--changes", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=8, help="Each prunes another day.")
    options.add_argument("--rate", type=float, default=100.0, help="Clicks per second.")
    asked = options.parse_args()
    event = _event(asked.seats, asked.changes, days=DAYS)
    try:
        print(f"{asked.seats:,} seats, {asked.changes:,} changes, {asked.rate:.0f} clicks/s")
        return _measure(event, rounds=asked.rounds, rate=asked.rate)
    finally:
        PrunedLog.objects.filter(event=event).delete()
        _remove(event)


def _measure(event: Event, *, rounds: int, rate: float) -> int:
    clicks = _Clicks(event, rate=rate)
    here, there = multiprocessing.get_context("spawn").Pipe()
    pruner = multiprocessing.get_context("spawn").Process(target=_pruner, args=[there], daemon=True)
    pruner.start()
    here.recv()
    clicks.during(lambda: time.sleep(2))
    took, ratios = [], []
    pooled: dict[str, list[float]] = {"alone": [], "pruning": []}
    seconds = MAX_SECONDS
    for number in range(1, rounds + 1):
        told: list[tuple[int, float]] = []

        def prune(number: int = number, told: list[tuple[int, float]] = told) -> None:
            here.send(DAYS - number)
            told.append(here.recv())

        def rest(seconds: float = seconds) -> None:
            time.sleep(seconds)

        phases: list[tuple[str, Callable[[], None]]] = [("alone", rest), ("pruning", prune)]
        found = {name: clicks.during(do) for name, do in (phases if number % 2 else phases[::-1])}
        [(rows, seconds)] = told
        for name, latencies in found.items():
            pooled[name] += latencies
        p99 = {name: _percentile(latencies, 99) for name, latencies in found.items()}
        took.append(seconds)
        ratios.append(p99["pruning"] / p99["alone"])
        print(
            f"  a day, {rows:7,} rows: {seconds:5.2f} s; p99 {p99['alone']:6.1f} ms alone,"
            f" {p99['pruning']:6.1f} ms beside it ({ratios[-1]:.2f}),"
            f" load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    here.send(None)
    for percent in (50, 99):
        both = {name: _percentile(latencies, percent) for name, latencies in pooled.items()}
        print(
            f"  all rounds, p{percent}: {both['alone']:.1f} ms alone, {both['pruning']:.1f} ms"
            f" beside pruning: {both['pruning'] / both['alone']:.2f} times,"
            f" of {len(pooled['alone']):,} and {len(pooled['pruning']):,} clicks"
        )
    print(f"  median: {median(took):.2f} s for a day, {median(ratios):.2f} times the p99")
    return int(median(took) > MAX_SECONDS or median(ratios) > MAX_RATIO)


def _pruner(asked: "Connection[Any, Any]") -> None:
    """Prune what is older than each number of days that is asked; tell rows and seconds."""
    SeatChange.objects.exists()
    asked.send(None)
    while (days := asked.recv()) is not None:
        began = time.perf_counter()
        rows = sum(count for _, count in prune_log(older_than=timedelta(days=days)))
        asked.send((rows, time.perf_counter() - began))


class _Clicks:
    """People who lock and unlock seats of an event at fixed times."""

    def __init__(self, event: Event, *, rate: float) -> None:
        self._event_id = event.pk
        self._seconds_between = THREADS / rate
        user = get_user_model()._default_manager.get(username=f"history-{event.pk}")
        self._person = Person(user.pk, user.get_username())
        self._seats = list(event.seats.order_by("pk").values_list("pk", flat=True))
        Event.objects.filter(pk=event.pk).update(seat_cap=10_000)

    def during(self, do: Callable[[], None]) -> list[float]:
        """Return the latencies, in milliseconds, of the clicks that were due during a call."""
        stop, latencies = threading.Event(), list[float]()
        threads = [
            threading.Thread(target=self._click, args=[place, stop, latencies])
            for place in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        do()
        stop.set()
        for thread in threads:
            thread.join()
        return latencies

    def _click(self, place: int, stop: threading.Event, latencies: list[float]) -> None:
        chance, own = random.Random(place), self._seats[place::THREADS]
        due = time.perf_counter() + self._seconds_between * place / THREADS
        seat: tuple[int, ...] = ()
        for number in itertools.count():
            time.sleep(max(due - time.perf_counter(), 0))
            if stop.is_set():
                break
            if number % 2:
                command: LockSeats | UnlockSeats = UnlockSeats(self._person, seat)
            else:
                seat = (chance.choice(own),)
                command = LockSeats(self._person, seat)
            command_queue.submit(event_id=self._event_id, command=command)
            latencies.append(1000 * (time.perf_counter() - due))
            due += self._seconds_between
        if number % 2:
            command_queue.submit(event_id=self._event_id, command=UnlockSeats(self._person, seat))
        connection.close()


def _percentile(latencies: list[float], percent: int) -> float:
    return quantiles(latencies, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    sys.exit(main())
