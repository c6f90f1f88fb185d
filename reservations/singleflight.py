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
        return self.get_all((key,), lambda _: {key: find_out()})[key]

    @async_unsafe
    def get_all(
        self, keys: Iterable[K], find_out: Callable[[Iterable[K]], Mapping[K, V]]
    ) -> dict[K, V]:
        """Return the values of keys; those that nobody knows are found out in one call.

        Raises: what `find_out` raises, and what it raised for another who asked for one of them.
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
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        if unknown:
            # Before anything is waited for: who is waited for may wait for these.
            self._find_out(unknown, find_out)
        if not all(value.done() for value in values.values()):
            database.release_connection()
        return {key: value.result() for key, value in values.items()}

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

    def _find_out(
        self,
        unknown: dict[K, Future[V]],
        find_out: Callable[[Iterable[K]], Mapping[K, V]],
    ) -> None:
        try:
            found = find_out(unknown.keys())
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

    @async_unsafe
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
