"""What runs all the time beside the housekeeping loop, each in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.module_loading import import_string

from reservations.housekeeping.loop import Stop

Background = Callable[[Callable[[], bool], Callable[[float], None]], None]
"""The interface of the functions that SEATCAST_BACKGROUND names: each runs until the first argument
returns True, and pauses with the second one. It may be killed at any point."""

_END_SECONDS = 10.0


@contextmanager
def in_background(stop: Stop) -> Iterator[None]:
    """Run the functions that SEATCAST_BACKGROUND names, until `stop`."""
    threads = []
    for name in settings.SEATCAST_BACKGROUND.values():
        run: Background = import_string(name)
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
