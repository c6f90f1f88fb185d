"""What was measured: how long calls took, what came of them, and a row for each interval.

Latencies are collected in microseconds, and go into HDR histograms (three digits, up to an hour)
when a row is closed: sorting and counting then costs less than doing it at each answer.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hdrh.histogram import HdrHistogram

from loadtest.engine.http import Answer

_LONGEST_US = 3600 * 1_000_000
_DIGITS = 3
_CURVE = (0, 50, 75, 90, 95, 99, 99.9, 99.99, 100)

Json = dict[str, Any]


class Latencies:
    """Durations of one kind: in the current interval, and in total."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, _LONGEST_US, _DIGITS)
        self.row: list[int] = []

    def add(self, nanoseconds: int) -> None:
        self.row.append(nanoseconds // 1000)

    def close_row(self) -> list[int]:
        """Return the interval's durations in microseconds, sorted, and start the next interval."""
        row, self.row = sorted(self.row), []
        for value in row:
            self._histogram.record_value(min(max(value, 1), _LONGEST_US))
        return row

    def summary(self) -> Json | None:
        """Return the total figures in milliseconds; None if there are none."""
        self.close_row()
        found = self._histogram
        if not found.get_total_count():
            return None

        def at(percentile: float) -> float:
            return _ms(found.get_value_at_percentile(percentile))

        return {
            "count": found.get_total_count(),
            "mean": _ms(found.get_mean_value()),
            **{f"p{name}": at(q) for name, q in _NAMED.items()},
            "max": at(100),
            "percentiles": [[each, at(each)] for each in _CURVE],
        }


_NAMED = {"50": 50, "90": 90, "95": 95, "99": 99, "999": 99.9}


@dataclass
class Measures:
    """The figures of a run. `calls` count from when a click was due, `service` from sending."""

    calls: dict[str, Latencies] = field(default_factory=dict)
    service: dict[str, Latencies] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    everyone: Latencies = field(default_factory=Latencies)
    connects: Latencies = field(default_factory=Latencies)
    timeline: list[Json] = field(default_factory=list)
    # Responses 503 without Retry-After.
    bare_refusals: int = 0
    _row_outcomes: Counter[str] = field(default_factory=Counter)

    def record(self, call: str, due_ns: int, answer: Answer) -> None:
        """Record the response to a click that was due at `due_ns`."""
        if call not in self.calls:
            self.calls[call], self.service[call] = Latencies(), Latencies()
        self.calls[call].add(answer.at_ns - min(due_ns, answer.sent_ns))
        self.service[call].add(answer.at_ns - answer.sent_ns)
        name = outcome(call, answer)
        self.outcomes[name] += 1
        self._row_outcomes[name] += 1
        if answer.status == 503 and b"retry-after" not in answer.headers:
            self.bare_refusals += 1

    def close_row(self, at: float, **more: Any) -> Json:
        """End the interval at `at` seconds; return its row."""
        calls = {}
        for name, found in self.calls.items():
            self.service[name].close_row()
            if row := found.close_row():
                calls[name] = {"count": len(row), **_row_figures(row), "p90": _at(row, 90)}
        self.connects.close_row()
        lag = self.everyone.close_row()
        viewers = more.pop("viewers", None)
        if viewers is not None:
            viewers |= _row_figures(lag) if lag else {"p50": None, "p99": None, "max": None}
        row_of_time = {
            "t": round(at, 3),
            "calls": calls,
            "outcomes": dict(self._row_outcomes),
            "viewers": viewers,
            **more,
        }
        self._row_outcomes = Counter()
        self.timeline.append(row_of_time)
        return row_of_time


def outcome(call: str, answer: Answer) -> str:
    """Return the result of a call, such as `lock 409 seat_unavailable`."""
    if not answer.status:
        return f"{call} none {answer.error}"
    if answer.status < 400:
        return f"{call} {answer.status}"
    body = answer.json()
    code = body.get("code", "") if isinstance(body, dict) else ""
    return f"{call} {answer.status} {code}".rstrip()


def _row_figures(row: Sequence[int]) -> Json:
    return {"p50": _at(row, 50), "p99": _at(row, 99), "max": _ms(row[-1])}


def _at(row: Sequence[int], percentile: float) -> float:
    return _ms(row[min(len(row) - 1, int(len(row) * percentile / 100))])


def _ms(microseconds: float) -> float:
    return round(microseconds / 1000, 3)
