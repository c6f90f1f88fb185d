"""What many threads want to know at once: one of them finds out, and the others wait for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from reservations import database
from reservations.errors import Busy

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shared(Generic[K, V]):
    """Values by key, found out once each; the `most` that were wanted last are kept.

    Who waits keeps no database connection meanwhile. What goes wrong, goes wrong for all who wait
    and is not kept. A key must name its value for good.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[K, Future[V]] = OrderedDict()

    def get(self, key: K, find_out: Callable[[], V]) -> V:
        """Return the value of a key. Raises: what `find_out` raises."""
        with self._lock:
            known = self._values.get(key)
            if known is None:
                value = self._values[key] = Future()
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
            else:
                self._values.move_to_end(key)
        if known is not None:
            if not known.done():
                database.release_connection()
            return known.result()
        try:
            value.set_result(find_out())
        except BaseException as error:
            with self._lock:
                if self._values.get(key) is value:
                    del self._values[key]
            value.set_exception(error)
            raise
        return value.result()

    def known(self, key: K) -> V | None:
        """Return the value of a key if it has been found out, and never wait for it."""
        with self._lock:
            value = self._values.get(key)
        return value.result() if value is not None and value.done() else None

    def forget(self, key: K) -> None:
        """Have the value of a key found out anew by who asks next."""
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()


class Rounds(Generic[K, V]):
    """Values that are found out again and again, by one thread at a time in a process.

    Who comes while one is being found out shares the next with all others who do, so each gets
    what was so after they asked. At most `most_waiting` wait, without a database connection.
    """

    def __init__(self, *, most_waiting: int) -> None:
        self._places = threading.BoundedSemaphore(most_waiting)
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._next: dict[K, Future[V]] = {}

    def get(self, key: K, find_out: Callable[[], V]) -> V:
        """Return a value of now. Raises: Busy, and what `find_out` raises."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._lock:
                known = self._next.get(key)
                value = known or self._next.setdefault(key, Future())
            if known is None:
                self._find_out(key, value, find_out)
            elif not value.done():
                database.release_connection()
            return value.result()
        finally:
            self._places.release()

    def _find_out(self, key: K, value: Future[V], find_out: Callable[[], V]) -> None:
        try:
            if self._turn.locked():
                database.release_connection()
            with self._turn:
                with self._lock:
                    del self._next[key]
                value.set_result(find_out())
        except BaseException as error:
            with self._lock:
                if self._next.get(key) is value:
                    del self._next[key]
            value.set_exception(error)
            raise
