"""Work beside a sale, at a low priority and for a share of a core, so that servers go first."""

import os
import sys
import threading
import time

_NICENESS = 15


def lower_priority() -> None:
    """Lower the priority of this thread and of those that it starts; Linux has one for each."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class Pace:
    """Limits the CPU time of its users together to a share of a core, in the mean. Thread-safe."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lock = threading.Lock()
        self._free_at = 0.0

    def rest_seconds(self, used_seconds: float) -> float:
        """Count CPU time that was used until now; return how long its user must rest."""
        with self._lock:
            now = time.monotonic()
            began = max(self._free_at, now - used_seconds)
            self._free_at = began + used_seconds / self._share
            return self._free_at - now
