"""The doorbell: after each commit, one group message that tells the hubs what changed.

Concurrency. `publish` is called in any thread and never waits. The message is sent on the loop
that serves this process's sockets; a process without one, such as a WSGI worker, gets a loop of
its own in a background thread.

Guarantees: none, on purpose. A message may be lost, late or out of order. Hubs notice by the
sequence numbers, and the change log in the database has the truth. What Redis does not take within
SEND_SECONDS is given up, and so is what comes when MAX_MESSAGES_UNDER_WAY wait already.
"""

import asyncio
import logging
import threading
import time
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

from realtime import metrics
from reservations.write.changes import ChangeSet

SEATS_CHANGED = "seats.changed"
PRESENCE = "turnout"
MAX_MESSAGES_UNDER_WAY = 1_000
SEND_SECONDS = 5.0

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_socket_loop: asyncio.AbstractEventLoop | None = None
_own_loop: asyncio.AbstractEventLoop | None = None
_slots = threading.BoundedSemaphore(MAX_MESSAGES_UNDER_WAY)


def group_name(event_id: int) -> str:
    return f"event.{event_id}"


def use_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Send from now on by the loop that serves this process's sockets."""
    global _socket_loop
    _socket_loop = loop


def announce(*, changes: ChangeSet, **_: Any) -> None:
    """Ring the doorbell for a commit; the receiver of `seats_changed`."""
    rows = [
        [
            change.seat_id,
            change.status,
            change.locked_until.timestamp() if change.locked_until else None,
            change.holder,
        ]
        for change in changes.changes
    ]
    publish(
        changes.event_id,
        {
            "type": SEATS_CHANGED,
            "since": changes.since,
            "seq": changes.seq,
            "at": time.time(),
            "changes": rows,
        },
    )


def publish(event_id: int, message: dict[str, Any]) -> None:
    """Send a message to the event's group, if all goes well; return at once."""
    loop = _loop()
    if loop is None:
        return
    if not _slots.acquire(blocking=False):
        metrics.notification("dropped").inc()
        return
    asyncio.run_coroutine_threadsafe(_send(group_name(event_id), message), loop)


async def _send(group: str, message: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await get_channel_layer().group_send(group, message)
        metrics.notification("sent").inc()
    except Exception as error:
        metrics.notification("failed").inc()
        logger.warning(
            "No doorbell for %s; its viewers hear from the log: %r",
            group,
            error,
            exc_info=not isinstance(error, RedisError | OSError),
        )
    finally:
        _slots.release()


def _loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop to send by; None where nobody could hear."""
    global _own_loop
    if _socket_loop is not None and _socket_loop.is_running():
        return _socket_loop
    if isinstance(get_channel_layer(), InMemoryChannelLayer):
        return None
    with _lock:
        if _own_loop is None:
            _own_loop = asyncio.new_event_loop()
            threading.Thread(
                target=_own_loop.run_forever, name="notifications", daemon=True
            ).start()
    return _own_loop
