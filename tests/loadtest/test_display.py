"""The output of a run at the terminal."""

import argparse
import random
import time

from rich.console import Console

from loadtest.display import line, picture, sparkline
from loadtest.engine.hall import Hall
from loadtest.engine.history import History
from loadtest.engine.http import Answer
from loadtest.engine.measures import Measures
from loadtest.engine.run import Run
from loadtest.engine.viewer_pool import ViewerPool


def _shown(run: Run) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as captured:
        console.print(picture("on-sale", run))
    return captured.get()


def _run() -> Run:
    hall, measures = Hall([]), Measures()
    return Run(
        options=argparse.Namespace(seconds=60.0),
        hall=hall,
        pool=ViewerPool("ws://127.0.0.1/", hall, measures),
        people=[],
        measures=measures,
        history=History(lock_seconds=300),
        rng=random.Random(1),
        phase="people come",
    )


def _answer(status: int, *, took_ms: int) -> Answer:
    return Answer(status, {}, b"", sent_ns=0, at_ns=took_ms * 10**6)


async def test_a_run_that_has_not_started_shows_its_phase() -> None:
    assert "on-sale" in _shown(_run())
    assert "people come" in _shown(_run())
    assert line(_run()) == "   0.0 s · people come"


async def test_the_display_shows_calls_viewers_servers_and_violations() -> None:
    run = _run()
    run.began_ns = time.monotonic_ns()
    for _ in range(99):
        run.measures.record("lock", 0, _answer(200, took_ms=20))
    run.measures.record("lock", 0, _answer(500, took_ms=70))
    run.measures.everyone.add(30 * 10**6)
    viewers = {"open": 1_234, "frames": 10, "changes": 10}
    server = {"cpu": {"API": 81.0}, "memory_mb": {"API": 90.0}}
    run.measures.close_row(0.5, viewers=viewers, seats_left=40, server=server)
    run.measures.close_row(
        1.0, viewers={"open": 9, "frames": 10, "changes": 10}, seats_left=40, server=server
    )
    shown = _shown(run)
    for expected in ("100", "20.0", "70.0", "9 open", "p50 30 ms", "40 of", "API 81"):
        assert expected in shown
    assert "lock 500: 1" in shown


def test_bars_are_as_tall_as_their_values() -> None:
    assert sparkline([1, None, 4, 8]) == "▁ ▄█"
    assert sparkline([]) == ""
    assert len(sparkline(range(1_000))) == 48
