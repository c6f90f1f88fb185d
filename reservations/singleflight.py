"""What many threads want to know at once: one of them finds out, and the others wait for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.utils.asyncio import async_unsafe

from reservations import database
from reservations.domain.errors import Busy

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleflightCache(Generic[K, V]):
    """Values by key, found out once each; the `max_entries` that were wanted last are kept.

    Who waits keeps no database connection meanwhile. What goes wrong, goes wrong for all who wait
    and is not kept. A key must name its value for good.
    """

    def __init__(self, *, max_entries: int) -> None:
        self._max_entries = max_entries
        self._lock = threading.Lock()
        self._values: OrderedDict[K, Future[V]] = OrderedDict()

    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return the value of a key. Raises: what `load` raises."""
        return self.get_all((key,), lambda _: {key: load()})[key]

    @async_unsafe
    def get_all(
        self, keys: Iterable[K], load: Callable[[Iterable[K]], Mapping[K, V]]
    ) -> dict[K, V]:
        """Return the values of keys; those that nobody knows are found out in one call.

        Raises: what `load` raises, and what it raised for another who asked for one of them.
        """
        values: dict[K, Future[V]] = {}
        unknown: dict[K, Future[V]] = {}
        with self._lock:
            for key in keys:
                if key in self._values:
                    self._values.move_to_end(key)
                else:
                    unknown[key] = self._values[key] = Future()
                values[key] = self._values[key]
            while len(self._values) > self._max_entries:
                self._values.popitem(last=False)
        if unknown:
            # Before anything is waited for: who is waited for may wait for these.
            self._load(unknown, load)
        if not all(value.done() for value in values.values()):
            database.release_connection()
        return {key: value.result() for key, value in values.items()}

    def peek(self, key: K) -> V | None:
        """Return the value of a key if it has been found out, and never wait for it."""
        with self._lock:
            value = self._values.get(key)
        return value.result() if value is not None and value.done() else None

    def discard(self, key: K) -> None:
        """Have the value of a key found out anew by who asks next."""
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    def _load(
        self,
        unknown: dict[K, Future[V]],
        load: Callable[[Iterable[K]], Mapping[K, V]],
    ) -> None:
        try:
            found = load(unknown.keys())
            for key, value in unknown.items():
                value.set_result(found[key])
        except BaseException as error:
            with self._lock:
                for key, value in unknown.items():
                    if self._values.get(key) is value:
                        del self._values[key]
            for value in unknown.values():
                if not value.done():
                    value.set_exception(error)
            raise


class CoalescedCalls(Generic[K, V]):
    """Values that are found out again and again, by one thread at a time in a process.

    Who comes while one is being found out shares the next with all others who do, so each gets
    what was so after they asked. At most `max_waiting` wait, without a database connection.
    """

    def __init__(self, *, max_waiting: int) -> None:
        self._places = threading.BoundedSemaphore(max_waiting)
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._next: dict[K, Future[V]] = {}

    @async_unsafe
    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return a value of now. Raises: Busy, and what `load` raises."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._lock:
                known = self._next.get(key)
                value = known or self._next.setdefault(key, Future())
            if known is None:
                self._load(key, value, load)
            elif not value.done():
                database.release_connection()
            return value.result()
        finally:
            self._places.release()

    def _load(self, key: K, value: Future[V], load: Callable[[], V]) -> None:
        try:
            if self._turn.locked():
                database.release_connection()
            with self._turn:
                with self._lock:
                    del self._next[key]
                value.set_result(load())
        except BaseException as error:
            with self._lock:
                if self._next.get(key) is value:
                    del self._next[key]
            value.set_exception(error)
            raise
