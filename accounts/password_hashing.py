"""Hash passwords in a bounded queue, so that sign-ins cannot starve other requests.

A hash takes some 30 ms of a core and 19 MiB, thirty times as much as a seat command. So each
process computes one hash at a time, in one thread, and bounds how many requests may wait for it. A
request takes one slot for everything that it hashes: checking a password, hashing for an unknown
name, upgrading an old hash. Without a free slot it is refused with `TooManySignIns`.

Fairness:
- Password changes, registrations and resets have slots of their own. When all slots are taken, a
  sign-in evicts one of them.
- Requests of one kind are served round-robin by network, and a network has at most
  SLOTS_PER_NETWORK slots.
- When all slots are taken, a request from a network with few of them evicts the newest waiting
  request of the wide network that has most.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.db import connection
from rest_framework.exceptions import APIException

from accounts.client_ip import client_ip
from infrastructure.security_log.networks import widest_network


class Workload(Enum):
    """What a password is hashed for."""

    SIGN_IN = auto()
    # A password change, a registration, a reset, the admin, commands.
    OTHER = auto()


MAX_SLOTS = 24
"""A full queue takes about a second; a process's other threads stay free for other requests."""

SLOTS = {Workload.SIGN_IN: 20, Workload.OTHER: 12}
"""How many slots each workload may take, so that neither can take all."""

SLOTS_PER_NETWORK = 4
# Hashes outside a request's slot: the admin's pages and management commands.
_NO_NETWORK = ""

SIGN_INS_IN_A_ROW = 3
"""How many sign-ins are served before one hash of the other workload, while both wait."""


class TooManySignIns(APIException):
    """More passwords wait to be hashed than can be served soon."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many people are signing in just now. Try again in a moment."
    wait = 1


@dataclass(eq=False, slots=True)
class _Slot:
    """A request's place in the queue; `job` is the hash that it waits for, if any."""

    network: str
    widest: str
    job: "_Job | None" = None


@dataclass(eq=False, slots=True)
class _Job:
    run: Callable[[], Any]
    done: Future[Any]


@contextmanager
def hashing_slot(request: Any, work: Workload) -> Iterator[None]:
    """Hold one slot for everything that the block hashes. Raises: TooManySignIns."""
    client = client_ip(request)
    with _queue.acquire(work, client, widest_network(client)) as slot:
        token = _current_slot.set(slot)
        try:
            yield
        finally:
            _current_slot.reset(token)


def run_in_queue(run: Callable[[], Any]) -> Any:
    """Run a hash in its turn and return its result; close the database connection meanwhile.

    Raises: TooManySignIns.
    """
    if (slot := _current_slot.get()) is not None:
        return _queue.run(slot, run)
    with _queue.acquire(Workload.OTHER, _NO_NETWORK, _NO_NETWORK) as slot:
        return _queue.run(slot, run)


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane, run in the queue.

    The figures are the first choice of OWASP's Password Storage Cheat Sheet. Django's defaults need
    100 MiB and eight threads for each sign-in, with which a burst of them would exhaust a server.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Raises: TooManySignIns."""
        return str(run_in_queue(partial(super().encode, password, salt)))

    def verify(self, password: str, encoded: str) -> bool:
        """Raises: TooManySignIns."""
        return bool(run_in_queue(partial(super().verify, password, encoded)))


class Pbkdf2Hasher(PBKDF2PasswordHasher):
    """PBKDF2, Django's default, for hashes made before Argon2; `verify` calls `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises: TooManySignIns."""
        return str(run_in_queue(partial(super().encode, password, salt, iterations)))


class _HashingQueue:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hashing")
        self._slots: dict[Workload, list[_Slot]] = {work: [] for work in Workload}
        # The turn at which each network that has a slot was last served.
        self._last_turn: dict[str, int] = {}
        self._turn = self._sign_ins_in_a_row = 0

    @contextmanager
    def acquire(self, work: Workload, network: str, widest: str) -> Iterator[_Slot]:
        """Hold a slot. Raises: TooManySignIns."""
        slot = _Slot(network, widest)
        with self._lock:
            self._admit(work, slot)
        try:
            yield slot
        finally:
            with self._lock:
                if slot in self._slots[work]:
                    self._slots[work].remove(slot)
                if all(each.widest != widest for taken in self._slots.values() for each in taken):
                    self._last_turn.pop(widest, None)

    def run(self, slot: _Slot, run: Callable[[], Any]) -> Any:
        if not connection.in_atomic_block:
            connection.close()
        job = _Job(run, Future())
        with self._lock:
            slot.job = job
        # One call for each job; which job it serves is decided when it starts.
        self._thread.submit(self._serve)
        return job.done.result()

    def _admit(self, work: Workload, slot: _Slot) -> None:
        taken, others = self._slots[work], self._slots[Workload.OTHER]
        of_network = sum(each.network == slot.network for each in taken)
        if slot.network != _NO_NETWORK and of_network >= SLOTS_PER_NETWORK:
            raise TooManySignIns
        is_full = sum(map(len, self._slots.values())) >= MAX_SLOTS
        if is_full and work is Workload.SIGN_IN and len(taken) < SLOTS[work]:
            self._evict_from(others, at_least=0)
        elif is_full or len(taken) >= SLOTS[work]:
            own = sum(each.widest == slot.widest for each in taken)
            self._evict_from(taken, at_least=own + 2)
        taken.append(slot)

    def _evict_from(self, taken: list[_Slot], *, at_least: int) -> None:
        """Evict the newest waiting request of the network with most slots, if it has `at_least`."""
        sizes = Counter(each.widest for each in taken)
        network, size = sizes.most_common(1)[0]
        waiting = [each for each in taken if each.widest == network and each.job is not None]
        if size < at_least or not waiting:
            raise TooManySignIns
        taken.remove(waiting[-1])
        job, waiting[-1].job = waiting[-1].job, None
        if job is not None:
            job.done.set_exception(TooManySignIns())

    def _serve(self) -> None:
        with self._lock:
            job = self._next()
        if job is None:
            # The request that this call was for has been evicted.
            return
        try:
            result = job.run()
        except BaseException as error:  # noqa: BLE001
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _next(self) -> _Job | None:
        waiting = {
            work: [each for each in taken if each.job is not None]
            for work, taken in self._slots.items()
        }
        others_are_due = self._sign_ins_in_a_row >= SIGN_INS_IN_A_ROW and waiting[Workload.OTHER]
        is_sign_in = waiting[Workload.SIGN_IN] and not others_are_due
        work = Workload.SIGN_IN if is_sign_in else Workload.OTHER
        if not waiting[work]:
            return None
        self._sign_ins_in_a_row = self._sign_ins_in_a_row + 1 if is_sign_in else 0
        slot = min(waiting[work], key=lambda each: self._last_turn.get(each.widest, 0))
        self._turn += 1
        self._last_turn[slot.widest] = self._turn
        job, slot.job = slot.job, None
        return job


_queue = _HashingQueue()
_current_slot: ContextVar[_Slot | None] = ContextVar("hashing slot", default=None)
