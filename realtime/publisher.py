"""Notify all hubs of each commit by a group message.

Concurrency. `publish` may be called in any thread and never blocks. Messages are sent on the event
loop that serves this process's requests or sockets; a process without one, such as housekeeping,
starts a loop in a background thread.

Guarantees: none, on purpose. A message may be lost, late or out of order. Hubs notice by the
sequence numbers and read the change log. A message is dropped if Redis does not accept it within
SEND_SECONDS, or if MAX_MESSAGES_IN_FLIGHT are being sent.
"""

import asyncio
import logging
import threading
import time
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

from realtime import metrics
from reservations.events.changes import ChangeSet

SEATS_CHANGED = "seats.changed"
PRESENCE = "presence"
MAX_MESSAGES_IN_FLIGHT = 1_000
SEND_SECONDS = 5.0

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_serving_loop: asyncio.AbstractEventLoop | None = None
_own_loop: asyncio.AbstractEventLoop | None = None
_slots = threading.BoundedSemaphore(MAX_MESSAGES_IN_FLIGHT)


def group_name(event_id: int) -> str:
    return f"event.{event_id}"


def use_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Send from now on by `loop`, which serves this process's requests or sockets."""
    global _serving_loop
    _serving_loop = loop


def announce(*, changes: ChangeSet, **_: Any) -> None:
    """Notify the event's hubs of a commit. Receiver of the signal `seats_changed`."""
    rows = [
        [
            change.seat_id,
            change.status,
            change.locked_until.timestamp() if change.locked_until else None,
            change.holder,
            change.is_kept,
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
    """Schedule a message to the event's group, without waiting and without a guarantee."""
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
            "No notification sent to %s; hubs will read the change log: %r",
            group,
            error,
            exc_info=not isinstance(error, RedisError | OSError),
        )
    finally:
        _slots.release()


def _loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop to send on; None if no other process could receive the message."""
    global _own_loop
    if _serving_loop is not None and _serving_loop.is_running():
        return _serving_loop
    if isinstance(get_channel_layer(), InMemoryChannelLayer):
        return None
    with _lock:
        if _own_loop is None:
            _own_loop = asyncio.new_event_loop()
            threading.Thread(
                target=_own_loop.run_forever, name="notifications", daemon=True
            ).start()
    return _own_loop
