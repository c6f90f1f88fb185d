"""Deliver messages: a loop beside housekeeping's, and the command `deliver_webhooks`.

One thread works with the database, and a `Sender` with the receivers, for all endpoints at the same
time. A slow receiver keeps its own messages waiting, and holds up no others: while endpoints wait
for room, each has only its share of the requests, and gives up its turn after them. A process may
be killed at any point, and several may run at once (see `queue`). No web server delivers, so that
receivers cost clicks nothing.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connections

from accounts.pacing import Pace, lower_priority
from reservations.runtime import database
from webhooks import numbering, queue
from webhooks.sender import CONCURRENT_REQUESTS, TIMEOUT_SECONDS, Result, Sender

POLL_SECONDS = 1.0

GATHER_SECONDS = 0.5
"""How long results are kept while other requests to the endpoint are under way."""

# Much less than the lease; so often a slow receiver's endpoint looks for further messages too.
_RENEW_SECONDS = 2.0
_END_SECONDS = TIMEOUT_SECONDS - 2

logger = logging.getLogger(__name__)


def deliver_all() -> None:
    """Deliver until nothing is due. Raises: django.db.Error."""
    with Sender() as sender:
        worker = _Worker(sender)
        while True:
            numbering.number_all()
            due = queue.due_endpoints()
            if not due:
                return
            worker.lease(due)
            worker.finish()


def deliver(endpoint_id: int) -> None:
    """Deliver what is due for one endpoint. Raises: django.db.Error.

    Does nothing if another worker has the endpoint.
    """
    with Sender() as sender:
        worker = _Worker(sender)
        worker.lease([endpoint_id])
        worker.finish()


def run(stopped: Callable[[], bool], _: Callable[[float], None]) -> None:
    """Deliver what is due, again and again, until `stopped`; then finish what is under way."""
    lower_priority()
    try:
        with Sender() as sender:
            worker = _Worker(sender, pace=Pace(settings.SEATCAST_DELIVERY_SHARE))
            while not stopped():
                worker.look()
            worker.end()
    finally:
        connections.close_all()


@dataclass(slots=True)
class _Turn:
    """An endpoint that this worker has leased."""

    endpoint_id: int
    lease: str
    under_way: set[int] = field(default_factory=set)
    results: list[Result] = field(default_factory=list)
    recorded_at: float = 0.0

    def is_due(self, now: float) -> bool:
        """Return whether results are to be recorded, or the lease to be renewed."""
        since = now - self.recorded_at
        if self.results:
            return not self.under_way or since > GATHER_SECONDS
        return not self.under_way or since > _RENEW_SECONDS


class _Worker:
    """The endpoints that this process has leased. Its methods are for one thread."""

    def __init__(self, sender: Sender, *, pace: Pace | None = None) -> None:
        self._sender = sender
        self._pace = pace
        self._turns: dict[int, _Turn] = {}
        self._turn_of: dict[int, _Turn] = {}
        # How many endpoints were due and got no turn, for lack of room.
        self._waiting = 0
        # When endpoints that were due got their last turn, by the monotonic clock.
        self._leased_at: dict[int, float] = {}
        self._next_look = 0.0
        self._used_seconds = self._cpu_seconds()

    def lease(self, endpoint_ids: Iterable[int]) -> None:
        """Lease those endpoints that nobody has, as long as there is room for their requests."""
        wanted = [each for each in endpoint_ids if each not in self._turns]
        # Who has waited longest comes first.
        self._leased_at = {each: self._leased_at.get(each, 0.0) for each in (*wanted, *self._turns)}
        self._waiting = 0
        for endpoint_id in sorted(wanted, key=self._leased_at.__getitem__):
            if self._room() == 0:
                self._waiting += 1
                continue
            lease = queue.lease(endpoint_id)
            if lease is not None:
                self._leased_at[endpoint_id] = time.monotonic()
                self._turns[endpoint_id] = turn = _Turn(endpoint_id, lease)
                self._record_and_start(turn)

    def look(self) -> None:
        """Look for what is due once a second, record what has arrived, and send more."""
        try:
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + POLL_SECONDS
                for organisation_id in numbering.waiting_organisations():
                    # Only some, so that there is time to send.
                    numbering.number_some(organisation_id)
                    self._rest()
                self.lease(queue.due_endpoints())
                self._sender.close_idle()
            self._wait_and_record(self._next_look - time.monotonic(), is_ending=False)
        except Error as error:
            # What was not recorded stays in its turn, and is recorded later.
            logger.warning("Webhooks are delayed, the database is unavailable: %s", error)
            time.sleep(POLL_SECONDS)
        except Exception:
            logger.exception("Webhooks are delayed")
            time.sleep(POLL_SECONDS)
        self._rest()

    def finish(self) -> None:
        """Deliver until nothing is due for the endpoints that are leased."""
        while self._turns:
            self._wait_and_record(GATHER_SECONDS, is_ending=False)

    def end(self) -> None:
        """Record what is under way, as far as it arrives soon, and release all endpoints."""
        until = time.monotonic() + _END_SECONDS
        try:
            while self._turns and time.monotonic() < until:
                self._wait_and_record(GATHER_SECONDS, is_ending=True)
        except Error as error:
            logger.warning("Webhooks are sent again, the database is unavailable: %s", error)

    def _wait_and_record(self, wait_seconds: float, *, is_ending: bool) -> None:
        if self._turns:
            wait_seconds = min(wait_seconds, GATHER_SECONDS)
        # Receivers may be slow.
        database.release_connection()
        for result in self._sender.results(wait_seconds=wait_seconds):
            turn = self._turn_of.pop(result.delivery_id, None)
            if turn is not None:
                turn.under_way.discard(result.delivery_id)
                turn.results.append(result)
        now = time.monotonic()
        for turn in [each for each in self._turns.values() if each.is_due(now)]:
            self._record_and_start(turn, is_ending=is_ending)

    def _record_and_start(self, turn: _Turn, *, is_ending: bool = False) -> None:
        """Record a turn's results and start its next requests; end it if there is nothing to do.

        Raises: django.db.Error.
        """
        try:
            self._record_and_take(turn, is_ending=is_ending)
        except Error:
            raise
        except Exception:
            # The lease ends by itself, and then the endpoint is tried again.
            logger.exception("Webhooks of endpoint %s failed", turn.endpoint_id)
            self._forget(turn)

    def _record_and_take(self, turn: _Turn, *, is_ending: bool) -> None:
        batch = queue.record_and_take(
            turn.endpoint_id,
            turn.lease,
            turn.results,
            under_way=turn.under_way,
            most=0 if is_ending else self._free(turn),
        )
        turn.results = []
        turn.recorded_at = time.monotonic()
        if batch is None:
            # Another worker has it, and sends again what is under way here.
            self._forget(turn)
        elif batch.requests:
            for request in batch.requests:
                turn.under_way.add(request.delivery_id)
                self._turn_of[request.delivery_id] = turn
            self._sender.start(batch.url, batch.requests, keys=batch.keys)
        elif not turn.under_way:
            self._forget(turn)
            queue.release(turn.endpoint_id, turn.lease)

    def _free(self, turn: _Turn) -> int:
        """Return how many requests a turn may start; none beyond its share while others wait."""
        free = min(CONCURRENT_REQUESTS - len(turn.under_way), self._room())
        if not self._waiting:
            return free
        if turn.recorded_at and not turn.under_way:
            # It has had its turn.
            return 0
        share = settings.SEATCAST_WEBHOOK_REQUESTS // (len(self._turns) + self._waiting)
        return max(0, min(free, max(1, share) - len(turn.under_way)))

    def _room(self) -> int:
        """Return how many requests one endpoint may start.

        Half of what is left, so that many slow receivers leave some to others.
        """
        return -(-(settings.SEATCAST_WEBHOOK_REQUESTS - len(self._turn_of)) // 2)

    def _forget(self, turn: _Turn) -> None:
        del self._turns[turn.endpoint_id]
        for delivery_id in turn.under_way:
            del self._turn_of[delivery_id]

    def _rest(self) -> None:
        """Keep to the share of a core."""
        if self._pace is None:
            return
        before, self._used_seconds = self._used_seconds, self._cpu_seconds()
        database.release_connection()
        time.sleep(self._pace.rest_seconds(self._used_seconds - before))

    def _cpu_seconds(self) -> float:
        return time.thread_time() + self._sender.cpu_seconds
