"""Singleflight: of several threads that need the same value, one loads it and the others wait."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.utils.asyncio import async_unsafe

from reservations.domain.errors import Busy
from reservations.runtime import database

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleflightCache(Generic[K, V]):
    """An LRU cache of `max_entries` values; each is loaded once for all threads that need it.

    Waiting threads hold no database connection. An exception is raised in all waiting threads, and
    not cached. Entries do not expire, so a key's value must never change.
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
        """Return the values of keys; missing ones are loaded with one call.

        Raises: what `load` raises, here or in the thread that loads one of the keys.
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
            # Load before waiting: the awaited threads may wait for these keys.
            self._load(unknown, load)
        if not all(value.done() for value in values.values()):
            database.release_connection()
        return {key: value.result() for key, value in values.items()}

    def peek(self, key: K) -> V | None:
        """Return the value of a key if it has been loaded, without waiting."""
        with self._lock:
            value = self._values.get(key)
        return value.result() if value is not None and value.done() else None

    def discard(self, key: K) -> None:
        """Remove a key, so that the next `get` loads it again."""
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Remove all keys."""
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
    """Uncached calls, of which one runs at a time; callers that wait share the next one.

    A caller never gets the result of a call that began before it came, so results are current. At
    most `max_waiting` callers wait, without a database connection.
    """

    def __init__(self, *, max_waiting: int) -> None:
        self._places = threading.BoundedSemaphore(max_waiting)
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._next: dict[K, Future[V]] = {}

    @async_unsafe
    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return a current value. Raises: Busy, and what `load` raises."""
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
