"""Deliver messages: a loop beside housekeeping's, and the command `deliver_webhooks`.

A process may be killed at any point, and several may run at once (see `queue`). No web server
delivers, so that receivers cost clicks nothing.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import Error, connections

from reservations import database
from webhooks import numbering, queue
from webhooks.models import Endpoint
from webhooks.sender import Result, Sender

ENDPOINTS_AT_ONCE = 4
"""How many endpoints one process sends to at a time."""

TURN_SECONDS = 20.0
"""After that long another endpoint has its turn."""

SECONDS_BETWEEN_LOOKS = 1.0

# How much of a core a thread uses at most, in the mean: web servers need the rest.
_SHARE = 0.2
# On a machine that is busy, servers go first.
_NICENESS = 10

logger = logging.getLogger(__name__)


def deliver_all() -> None:
    """Deliver until nothing is due. Raises: django.db.Error."""
    with _pool() as pool:
        while True:
            numbering.number_all()
            due = queue.due_endpoints()
            if not due:
                return
            for _ in pool.map(_deliver_in_pool, due):
                pass


def run(stopped: Callable[[], bool], wait: Callable[[float], None]) -> None:
    """Deliver what is due, again and again, until `stopped`; `wait` pauses for some seconds.

    A turn that is under way when it is stopped goes on for its current batch.
    """
    pool = _pool()
    turns: dict[int, Future[None]] = {}
    try:
        while not stopped():
            try:
                numbering.number_all()
                for endpoint_id in queue.due_endpoints():
                    if endpoint_id not in turns or turns[endpoint_id].done():
                        turns[endpoint_id] = pool.submit(_try_to_deliver, endpoint_id, stopped)
            except Error as error:
                logger.warning("Webhooks are delayed, the database is unavailable: %s", error)
            database.release_connection()
            wait(SECONDS_BETWEEN_LOOKS)
    finally:
        pool.shutdown(cancel_futures=True)
        connections.close_all()


def deliver(endpoint_id: int, *, stopped: Callable[[], bool] = lambda: False) -> None:
    """Deliver what is due for one endpoint, in turns of TURN_SECONDS. Raises: django.db.Error.

    Does nothing if another worker has the endpoint.
    """
    until = time.monotonic() + TURN_SECONDS
    url = Endpoint.objects.filter(pk=endpoint_id).values_list("url", flat=True).first()
    if url is None:
        return
    # Opened before it is leased: to close it can take as long as a name server does not answer.
    with Sender(url) as sender:
        lease = queue.lease(endpoint_id)
        if lease is None:
            return
        results: list[Result] = []
        began = time.thread_time()
        while batch := queue.record_and_take(endpoint_id, lease, results):
            if batch.url != url or stopped() or time.monotonic() > until:
                break
            # Receivers may be slow.
            database.release_connection()
            results = sender.send(batch.requests, keys=batch.keys)
            used = time.thread_time() - began
            time.sleep(used * (1 / _SHARE - 1))
            began = time.thread_time()
        queue.release(endpoint_id, lease)


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(
        ENDPOINTS_AT_ONCE, thread_name_prefix="webhooks", initializer=_lower_priority
    )


def _lower_priority() -> None:
    """Lower the priority of this thread; Linux has one for each."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _deliver_in_pool(endpoint_id: int) -> None:
    try:
        deliver(endpoint_id)
    finally:
        connections.close_all()


def _try_to_deliver(endpoint_id: int, stopped: Callable[[], bool]) -> None:
    try:
        deliver(endpoint_id, stopped=stopped)
    except Error as error:
        logger.warning("Webhooks are delayed, the database is unavailable: %s", error)
    except Exception:
        # The lease ends by itself, and the next turn tries again.
        logger.exception("Webhooks of endpoint %s failed", endpoint_id)
    finally:
        connections.close_all()
