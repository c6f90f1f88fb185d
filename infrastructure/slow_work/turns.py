"""Turns at slow work: few at a time, few waiting, and one for each person.

Whoever waits is served in order of arrival, except that a person's next turn begins after the one
before it. A place whose client has gone is given up.

Concurrency: one condition for each kind; a thread waits for its own place. Nothing is shared with
other processes: each server admits that much.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import APIException, Throttled

from infrastructure.security_log.networks import counted_networks, is_any_full
from infrastructure.security_log.request_context import current_request
from infrastructure.slow_work.clients import is_gone, on_refusal
from infrastructure.slow_work.database import release_connections, without_database
from infrastructure.slow_work.kinds import KINDS, Kind

RETRY_SECONDS = 2
BACKGROUND_SECONDS = 60.0
"""How long work outside of requests waits for its turn."""

# How often a waiting thread checks whether its client is still there.
_CHECK_SECONDS = 0.25


class SlowWorkBusy(APIException):
    """A kind of slow work has no place left, it took too long to get a turn, or it failed."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many people are waiting for this just now. Try again in a moment."
    wait = RETRY_SECONDS


class Place:
    """A place at a kind of slow work: counted for its person and network, and perhaps a turn."""

    def __init__(self, queue: "_Queue", *, person: int | None, client: str | None) -> None:
        self._queue = queue
        self.person = person
        self.networks = () if client is None else counted_networks(client)
        self.is_background = client is None
        self.is_waiting = self.has_turn = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it; the work may use no database. Raises as `turn` does."""
        self.take_turn()
        with without_database():
            yield

    def take_turn(self) -> None:
        """Wait for a turn, which is held until the place is released. Raises as `turn` does."""
        release_connections()
        self._queue.wait_for_turn(self)

    def release(self) -> None:
        """Give the place to the next one. Any thread may do so, also repeatedly."""
        self._queue.release(self)


@contextmanager
def turn(kind: Kind, *, person: int | None = None) -> Iterator[None]:
    """Wait for a turn and hold it; the work may use no database.

    `person` is who asks for it, by default the one who is signed in.
    Raises: Throttled if the person or their network has too many places; SlowWorkBusy;
    HoldsTransaction, QueriesDuringSlowWork.
    """
    with admitted(kind, person=person) as place, place.turn():
        yield


@contextmanager
def place(kind: Kind, *, person: int | None = None) -> Iterator[None]:
    """Wait for a turn and hold it, like `turn`; the work may use the database in between.

    Whoever calls a foreign server within it does so `without_database`.
    """
    with admitted(kind, person=person) as found:
        found.take_turn()
        yield


@contextmanager
def admitted(kind: Kind, *, person: int | None = None) -> Iterator[Place]:
    """Have a place, and perhaps wait for a turn later. Raises: Throttled, HoldsTransaction."""
    found = take_place(kind, person=person)
    try:
        yield found
    finally:
        found.release()


def take_place(kind: Kind, *, person: int | None = None) -> Place:
    """Return a place, which the caller releases. Raises: Throttled, HoldsTransaction."""
    request = current_request.get()
    if person is None and request is not None:
        person = request.actor_id()
    release_connections()
    client = request.address() if request is not None else None
    return _queues[kind].admit(person, client)


class _Queue:
    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._changed = threading.Condition()
        # In order of arrival.
        self._places: list[Place] = []

    def admit(self, person: int | None, client: str | None) -> Place:
        """Return a place. Without a client it is background work, which is not limited."""
        place = Place(self, person=person, client=client)
        with self._changed:
            if not place.is_background:
                self._require_room(place)
            self._places.append(place)
        return place

    def wait_for_turn(self, place: Place) -> None:
        seconds = BACKGROUND_SECONDS if place.is_background else self._kind.patience_seconds
        until = time.monotonic() + seconds
        with self._changed:
            place.is_waiting = True
            self._give_turns()
            try:
                waiting = sum(each.is_waiting for each in self._places)
                if place.is_waiting and not place.is_background and waiting > self._kind.waiting:
                    raise _refused(SlowWorkBusy())
                while place.is_waiting:
                    left = until - time.monotonic()
                    if left <= 0 or is_gone.get()():
                        raise SlowWorkBusy
                    self._changed.wait(min(left, _CHECK_SECONDS))
            finally:
                place.is_waiting = False

    def release(self, place: Place) -> None:
        with self._changed:
            if place in self._places:
                self._places.remove(place)
                self._give_turns()

    def _require_room(self, place: Place) -> None:
        """Raises: Throttled if the client has as many places as it may have."""
        of_person = sum(each.person == place.person for each in self._places)
        if place.person is not None and of_person >= self._kind.places_per_person:
            raise _refused(Throttled(wait=RETRY_SECONDS))
        taken = Counter(name for each in self._places for name, _ in each.networks)
        if is_any_full(place.networks, taken, most=self._kind.places_per_network):
            raise _refused(Throttled(wait=RETRY_SECONDS))

    def _give_turns(self) -> None:
        served = [each for each in self._places if each.has_turn]
        free, people = self._kind.at_a_time - len(served), {each.person for each in served}
        for place in self._places:
            if not free:
                break
            if place.is_waiting and (place.person is None or place.person not in people):
                place.is_waiting, place.has_turn = False, True
                people.add(place.person)
                free -= 1
        self._changed.notify_all()


def _refused(error: APIException) -> APIException:
    on_refusal.get()(RETRY_SECONDS)
    return error


_queues = {kind: _Queue(kind) for kind in KINDS}
