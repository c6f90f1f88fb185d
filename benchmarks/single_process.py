"""Running a benchmark inside one Django process, on an event that is removed afterwards."""

import json
import os
import statistics
from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Benchmark(Protocol):
    """A benchmark that has created an event."""

    event_id: int

    def warm_up(self) -> None: ...

    def measure(self) -> Mapping[str, float]: ...


def run(make: Callable[[], Benchmark], *, rounds: int, digits: int) -> None:
    """Measure some rounds and print their medians as JSON, rounded to `digits` decimals.

    `make` is called once Django is set up; what it returns creates its event itself.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from loadtest.fixtures import clear

    benchmark = make()
    try:
        benchmark.warm_up()
        figures = [benchmark.measure() for _ in range(rounds)]
    finally:
        clear(only=benchmark.event_id)
    medians: dict[str, Any] = {
        name: round(statistics.median(each[name] for each in figures), digits)
        for name in figures[0]
    }
    print(json.dumps(medians))
