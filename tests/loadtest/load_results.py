"""Results of load tests, made without running any."""

import math
import random
from typing import Any

from reservations.events.packing import packed

FREE, LOCKED, RESERVED, BLOCKED = range(4)
_INTERVAL = 0.5
_SPACING = 20.0
_PERCENTILES = (0, 50, 75, 90, 95, 99, 99.9, 99.99, 100)
_PER_SECOND = ("Daphne", "API", "PostgreSQL", "Valkey", "proxy", "load")

Places = list[tuple[float, float]]


def hall(seats: int) -> Places:
    """Return places in rows that bend about a stage."""
    a_row = 30
    return [
        (
            round(index % a_row * _SPACING, 1),
            round(index // a_row * _SPACING * 1.3 - (index % a_row - a_row / 2) ** 2 * 0.35, 1),
        )
        for index in range(seats)
    ]


def stampede(*, people: int = 1_000, seats: int = 240) -> dict[str, Any]:
    """Return the result of so many who clicked one seat at once."""
    rng = random.Random(1)
    middle = seats // 2
    waits = sorted(rng.uniform(60, 1_900) for _ in range(people))
    ends = [wait / 1000 for wait in waits]
    rows = []
    for number in range(1, 5):
        until = number * _INTERVAL
        now = [w for w, end in zip(waits, ends, strict=True) if until - _INTERVAL < end <= until]
        granted = int(number == 1)
        rows.append(
            {
                "t": until,
                "calls": {"lock": _quantiles(now)} if now else {},
                "outcomes": {"lock 200": granted, "lock 409 seat_unavailable": len(now) - granted},
                "seats_left": seats - 1,
                "viewers": None,
                "server": None,
            }
        )
    return {
        "version": 1,
        "scenario": "stampede",
        "command": f"python -m loadtest stampede --people {people}",
        "started_at": "2026-11-21T17:00:00Z",
        "seconds": 2.0,
        "site": {"url": "http://127.0.0.1:8000", "name": "the real stack"},
        "machine": _machine(),
        "parameters": {"people": people},
        "event": _event("Chamber music", hall(seats)),
        "interval": _INTERVAL,
        "timeline": rows,
        "calls": {"lock": _latency(waits)},
        "service": {"lock": _latency([wait * 0.8 for wait in waits])},
        "outcomes": {"lock 200": 1, "lock 409 seat_unavailable": people - 1},
        "viewers": None,
        "replay": {"statuses": packed(bytes(seats)), "changes": [61, middle, LOCKED]},
        "verdict": {
            "is_clean": True,
            "checks": [
                {"name": "No seat sold twice", "is_ok": True, "detail": "1 lock, 1 seat"},
                {"name": "One winner", "is_ok": True, "detail": f"{people - 1} were refused"},
            ],
        },
    }


def on_sale(
    *, places: Places | None = None, seconds: float = 60.0, a_second: int = 900
) -> dict[str, Any]:
    """Return the result of a sale: seats are locked, most are reserved, and some let go of."""
    rng = random.Random(2)
    places = places or hall(500)
    statuses = bytearray(BLOCKED if index % 97 == 0 else FREE for index in range(len(places)))
    start = packed(bytes(statuses))
    due: list[tuple[float, int, int]] = []
    changes: list[int] = []
    rows = []
    totals: dict[str, int] = {}
    waits: dict[str, list[float]] = {"lock": [], "reserve": []}
    for number in range(1, round(seconds / _INTERVAL) + 1):
        until = number * _INTERVAL
        load = math.exp(-(((until - seconds * 0.35) / (seconds * 0.3)) ** 2))
        now: dict[str, list[float]] = {"lock": [], "reserve": []}
        outcomes: dict[str, int] = {}
        moments = sorted(
            rng.uniform(until - _INTERVAL, until) for _ in range(round(a_second * _INTERVAL * load))
        )
        for moment in moments:
            due.sort(reverse=True)
            while due and due[-1][0] <= moment:
                at, index, status = due.pop()
                statuses[index] = status
                changes += [round(at * 1000), index, status]
                what = "reserve 201" if status == RESERVED else "unlock 200"
                outcomes[what] = outcomes.get(what, 0) + 1
                if status == RESERVED:
                    now["reserve"].append(rng.lognormvariate(2.4 + load, 0.5))
            index = min(len(places) - 1, int(rng.betavariate(1.2, 1.8) * len(places)))
            now["lock"].append(rng.lognormvariate(1.2 + 1.6 * load, 0.7))
            if statuses[index] != FREE:
                outcomes["lock 409 seat_unavailable"] = (
                    outcomes.get("lock 409 seat_unavailable", 0) + 1
                )
                continue
            statuses[index] = LOCKED
            changes += [round(moment * 1000), index, LOCKED]
            outcomes["lock 200"] = outcomes.get("lock 200", 0) + 1
            due.append(
                (moment + rng.uniform(0.5, 6), index, RESERVED if rng.random() < 0.8 else FREE)
            )
        for text, many in outcomes.items():
            totals[text] = totals.get(text, 0) + many
        for call, found in now.items():
            waits[call] += found
        lag = _quantiles([rng.lognormvariate(2.2 + load, 0.6) for _ in range(200)])
        rows.append(
            {
                "t": until,
                "calls": {call: _quantiles(found) for call, found in now.items() if found},
                "outcomes": outcomes,
                "seats_left": statuses.count(FREE),
                "viewers": {"open": 1_000, "frames": 20_000, "changes": 31_000, **lag},
                "server": {
                    "cpu": {
                        name: round((12 + 80 * load) / (1 + place) * rng.uniform(0.9, 1.1), 1)
                        for place, name in enumerate(_PER_SECOND)
                    },
                    "memory_mb": {
                        name: round(140 / (1 + place * 0.4) + until / 4, 1)
                        for place, name in enumerate(_PER_SECOND)
                    },
                },
            }
        )
    result = stampede()
    return result | {
        "scenario": "on-sale",
        "command": "python -m loadtest on-sale --buyers 500 --viewers 1000 --json result.json",
        "seconds": seconds,
        "parameters": {"buyers": 500, "viewers": 1_000, "party size": "1 to 4"},
        "event": _event("Stadium night", places),
        "timeline": rows,
        "calls": {call: _latency(found) for call, found in waits.items() if found},
        "service": {
            call: _latency([wait * 0.7 for wait in found]) for call, found in waits.items() if found
        },
        "outcomes": totals,
        "viewers": {
            **{"open": 1_000, "sampled": 20, "lost": 0, "frames": 2_400_000, "changes": 3_700_000},
            "bytes": 812_000_000,
            "click_to_everyone": _latency([rng.lognormvariate(2.6, 0.6) for _ in range(5_000)]),
            "connect": _latency([rng.lognormvariate(3.4, 0.4) for _ in range(1_000)]),
        },
        "replay": {"statuses": start, "changes": changes},
        "verdict": {
            "is_clean": True,
            "checks": [
                {
                    "name": "No seat sold twice",
                    "is_ok": True,
                    "detail": f"{totals.get('reserve 201', 0):,} bookings",
                },
                {
                    "name": "Every booking has its seats",
                    "is_ok": True,
                    "detail": "the ledger and the seats agree",
                },
                {"name": "No viewer missed a change", "is_ok": True, "detail": "20 read in full"},
                {"name": "No answer 500", "is_ok": True, "detail": "none"},
            ],
        },
    }


def _event(name: str, places: Places) -> dict[str, Any]:
    return {
        "id": 1,
        "name": name,
        "seats": len(places),
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
    }


def _machine() -> dict[str, Any]:
    return {
        "cpu": "AMD EPYC 7B13",
        "cores": 2,
        "memory_gb": 24.0,
        "system": "Linux 6.1",
        "python": "3.11.7",
    }


def _at(ordered: list[float], percentile: float) -> float:
    place = math.ceil(percentile / 100 * len(ordered)) - 1
    return round(ordered[max(0, place)], 1)


def _quantiles(waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "count": len(ordered),
        "p50": _at(ordered, 50),
        "p90": _at(ordered, 90),
        "p99": _at(ordered, 99),
        "max": _at(ordered, 100),
    }


def _latency(waits: list[float]) -> dict[str, Any]:
    ordered = sorted(waits)
    return {
        **_quantiles(waits),
        "mean": round(sum(waits) / len(waits), 1),
        "p95": _at(ordered, 95),
        "p999": _at(ordered, 99.9),
        "percentiles": [[percentile, _at(ordered, percentile)] for percentile in _PERCENTILES],
    }
