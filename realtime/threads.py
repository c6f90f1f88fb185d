"""Thread pools for the database work of hubs, each for one kind, so that none holds up another.

They are given to `reservations.threads.in_thread`. Channels' own pool has one thread for all.
"""

from concurrent.futures import ThreadPoolExecutor

HEADS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub-heads")
"""For comparing all events with the database."""

MAPS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="hub-maps")
"""For what one event has to read: its seat map, or what it has missed of the change log."""

OTHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hub-database")
"""For everything else, such as who opens a socket."""
