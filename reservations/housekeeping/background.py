"""What runs all the time beside the housekeeping loop, each in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reservations.housekeeping.loop import STEPS, Stop

Background = Callable[[Callable[[], bool], Callable[[float], None]], None]
"""Empties a queue of another app, and what comes into it, until the first argument returns True. It
pauses with the second one, and may be killed at any point."""

BACKGROUND: dict[str, Background] = {}
"""What runs beside the loop, by the command that does the same once."""

_END_SECONDS = 10.0


def register(command: str, run: Background) -> None:
    """Have `run` called beside the loop; `command` empties the same queue once."""
    BACKGROUND[command] = run


def one_round() -> dict[str, float]:
    """Return the steps of a single round of the loop, which empties the queues too."""
    return {**STEPS, **dict.fromkeys(BACKGROUND, 0.0)}


@contextmanager
def in_background(stop: Stop) -> Iterator[None]:
    """Run all that is registered, until `stop`."""
    threads = []
    for name, run in BACKGROUND.items():
        # Daemons, so that the process can end while one waits for a remote service.
        thread = threading.Thread(
            target=run, args=[lambda: stop.is_asked_for, stop.wait], name=name, daemon=True
        )
        thread.start()
        threads.append(thread)
    try:
        yield
    finally:
        for thread in threads:
            thread.join(_END_SECONDS)
