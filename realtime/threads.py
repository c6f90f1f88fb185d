"""Thread pools for the hubs' database work, one per kind of query, so that they do not block each
other.

Passed to `reservations.runtime.threads.in_thread`. Channels' own pool has a single thread.
"""

from concurrent.futures import ThreadPoolExecutor

HEADS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub-heads")
"""For comparing all events with the database."""

MAPS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="hub-maps")
"""For one event's seat map or change log."""

FIGURES = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub-figures")
"""For the figures that organisers watch, which must not delay anything else."""

OTHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hub-database")
"""For everything else, such as identifying the owner of a socket."""
