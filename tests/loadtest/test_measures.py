"""Durations and results of calls."""

import json

from loadtest.engine.http import Answer
from loadtest.engine.measures import Measures

MS = 10**6


def _answer(status: int = 200, *, sent_ms: int = 0, at_ms: int = 0, code: str = "") -> Answer:
    return Answer(status, {}, json.dumps({"code": code}).encode(), sent_ms * MS, at_ms * MS)


def test_latency_counts_from_the_due_time() -> None:
    measures = Measures()
    measures.record("lock", 100 * MS, _answer(sent_ms=900, at_ms=1_000))
    row = measures.close_row(0.5)
    assert row["calls"]["lock"] == {
        "count": 1,
        "p50": 900.0,
        "p90": 900.0,
        "p99": 900.0,
        "max": 900.0,
    }
    whole, service = measures.calls["lock"].summary(), measures.service["lock"].summary()
    assert whole
    assert service
    # Three digits, as the histogram has them.
    assert abs(whole["p50"] - 900) < 1
    assert abs(service["p50"] - 100) < 0.1


def test_rows_cover_their_interval_and_the_summary_everything() -> None:
    measures = Measures()
    for _ in range(10):
        measures.record("lock", 0, _answer(at_ms=10))
    measures.close_row(0.5)
    measures.record("lock", 0, _answer(409, at_ms=50, code="seat_unavailable"))
    row = measures.close_row(1.0)
    assert row["calls"]["lock"]["count"] == 1
    assert row["outcomes"] == {"lock 409 seat_unavailable": 1}
    assert measures.outcomes == {"lock 200": 10, "lock 409 seat_unavailable": 1}
    whole = measures.calls["lock"].summary()
    assert whole
    assert (whole["count"], round(whole["p50"]), round(whole["max"])) == (11, 10, 50)


def test_results_of_calls_have_names_even_without_a_response() -> None:
    measures = Measures()
    measures.record("lock", 0, Answer(0, {}, b"", 0, 0, "TimeoutError"))
    measures.record("lock", 0, Answer(502, {}, b"<html>", 0, 0))
    measures.record("lock", 0, Answer(503, {}, b"{}", 0, 0))
    measures.record("lock", 0, Answer(503, {b"retry-after": b"1"}, b"{}", 0, 0))
    assert measures.outcomes == {"lock none TimeoutError": 1, "lock 502": 1, "lock 503": 2}
    assert measures.bare_refusals == 1


def test_no_measurement_gives_no_figure() -> None:
    assert Measures().everyone.summary() is None
