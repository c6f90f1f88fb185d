"""The queue for hashing passwords, which leaves the machine to those who click.

A hash takes some 30 ms of a core and 19 MiB, thirty times what a click takes. So each process makes
one after the other, in one thread, and bounds how many requests may wait for it. A request holds
one place for all that it hashes: a check, the hash for an unknown name, an upgrade of an old hash.

Password changes, registrations and resets cannot keep sign-ins out: they wait in a queue of their
own, and what they have beyond their share they give up to a sign-in that finds no place. Among
requests of one kind, networks take turns, and no network gets more than PLACES_PER_NETWORK places.
A network with few places is not kept out by one with many: when all are taken, the newcomer gets
the place of whoever came last from the wide network that has most.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import connection
from rest_framework.exceptions import APIException

from accounts.client_ip import client_ip, enclosing_networks


class Work(Enum):
    """What a password is hashed for."""

    SIGN_IN = auto()
    # A change, a registration, a reset, the admin, commands.
    OTHER = auto()


MOST_PLACES = 24
"""Together they wait for a second; a process's other threads are for those who click."""

PLACES = {Work.SIGN_IN: 20, Work.OTHER: 12}
"""How many of them each kind may have, so that neither ever has all."""

PLACES_PER_NETWORK = 4
# Of what hashes without holding a request's place: the admin's pages and commands.
_NO_NETWORK = ""

SIGN_INS_IN_A_ROW = 3
"""How many sign-ins are served before one of the others, while both wait."""


class TooManySignIns(APIException):
    """More people want their passwords looked at than can be served soon."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many people are signing in just now. Try again in a moment."
    wait = 1


@dataclass(eq=False, slots=True)
class _Place:
    """A request that hashes or is about to; `job` is what waits for its turn."""

    network: str
    widest: str
    job: "_Job | None" = None


@dataclass(eq=False, slots=True)
class _Job:
    run: Callable[[], Any]
    done: Future[Any]


@contextmanager
def place_for(request: Any, work: Work) -> Iterator[None]:
    """Hold one place for all that a request hashes. Raises: TooManySignIns."""
    client = client_ip(request)
    with _queue.place(work, client, (client, *enclosing_networks(client))[-1]) as place:
        token = _held.set(place)
        try:
            yield
        finally:
            _held.reset(token)


def in_turn(run: Callable[[], Any]) -> Any:
    """Run a hash when it is its turn. Whoever waits keeps no connection to the database.

    Raises: TooManySignIns.
    """
    if (place := _held.get()) is not None:
        return _queue.run(place, run)
    with _queue.place(Work.OTHER, _NO_NETWORK, _NO_NETWORK) as place:
        return _queue.run(place, run)


class _Queue:
    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hashing")
        self._places: dict[Work, list[_Place]] = {work: [] for work in Work}
        # When each network that has a place was served last, as the number of a turn.
        self._served: dict[str, int] = {}
        self._turn = self._sign_ins_in_a_row = 0

    @contextmanager
    def place(self, work: Work, network: str, widest: str) -> Iterator[_Place]:
        """Hold a place. Raises: TooManySignIns."""
        found = _Place(network, widest)
        with self._changing:
            self._admit(work, found)
        try:
            yield found
        finally:
            with self._changing:
                if found in self._places[work]:
                    self._places[work].remove(found)
                if all(each.widest != widest for held in self._places.values() for each in held):
                    self._served.pop(widest, None)

    def run(self, place: _Place, run: Callable[[], Any]) -> Any:
        if not connection.in_atomic_block:
            connection.close()
        job = _Job(run, Future())
        with self._changing:
            place.job = job
        # One call for each job: which of them it serves is decided when it begins.
        self._thread.submit(self._serve)
        return job.done.result()

    def _admit(self, work: Work, newcomer: _Place) -> None:
        held, others = self._places[work], self._places[Work.OTHER]
        neighbours = sum(each.network == newcomer.network for each in held)
        if newcomer.network != _NO_NETWORK and neighbours >= PLACES_PER_NETWORK:
            raise TooManySignIns
        is_full = sum(map(len, self._places.values())) >= MOST_PLACES
        if is_full and work is Work.SIGN_IN and len(held) < PLACES[work]:
            self._send_away_from(others, fewest=0)
        elif is_full or len(held) >= PLACES[work]:
            own = sum(each.widest == newcomer.widest for each in held)
            self._send_away_from(held, fewest=own + 2)
        held.append(newcomer)

    def _send_away_from(self, held: list[_Place], *, fewest: int) -> None:
        """Send away whoever came last from the most crowded network, if it has so many places."""
        crowds = Counter(each.widest for each in held)
        network, size = crowds.most_common(1)[0]
        waiting = [each for each in held if each.widest == network and each.job is not None]
        if size < fewest or not waiting:
            raise TooManySignIns
        held.remove(waiting[-1])
        job, waiting[-1].job = waiting[-1].job, None
        if job is not None:
            job.done.set_exception(TooManySignIns())

    def _serve(self) -> None:
        with self._changing:
            job = self._next()
        if job is None:
            # Whose turn this was has been sent away.
            return
        try:
            result = job.run()
        except BaseException as error:  # noqa: BLE001
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _next(self) -> _Job | None:
        waiting = {
            work: [each for each in held if each.job is not None]
            for work, held in self._places.items()
        }
        others_are_due = self._sign_ins_in_a_row >= SIGN_INS_IN_A_ROW and waiting[Work.OTHER]
        work = Work.SIGN_IN if waiting[Work.SIGN_IN] and not others_are_due else Work.OTHER
        if not waiting[work]:
            return None
        self._sign_ins_in_a_row = self._sign_ins_in_a_row + 1 if work is Work.SIGN_IN else 0
        place = min(waiting[work], key=lambda each: self._served.get(each.widest, 0))
        self._turn += 1
        self._served[place.widest] = self._turn
        job, place.job = place.job, None
        return job


_queue = _Queue()
_held: ContextVar[_Place | None] = ContextVar("place for hashing", default=None)
