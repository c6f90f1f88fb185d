"""Whether many changes are sent as a delta or as a snapshot: whichever is much shorter."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from realtime import first_frames
from realtime.first_frames import MAX_RESUMED_SEATS, FirstFrames
from realtime.frames import Frame
from realtime.replica import Replica
from reservations.bookings import command_queue
from reservations.domain.commands import BlockSeats
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import MappedSeat, SeatMap
from reservations.runtime.threads import in_thread
from tests.factories import make_event, make_user, person, seat_ids

DEADLINE = datetime(2030, 1, 1, tzinfo=UTC)
HALL = 50_000
RESERVED, LOCKED = 2, 1


def _frame(*, changed: int, status: int = RESERVED, seats: int = HALL) -> dict[str, Any]:
    """Return the frame for a viewer of an untouched hall after `changed` seats have changed."""
    replica = Replica(
        SeatMap(
            head=EventHead(seq=0, layout="plan", is_public=True),
            seats=tuple(MappedSeat(100 + n, 0, None, None, 0) for n in range(seats)),
        ),
        shows_names=True,
    )
    until, holder = (DEADLINE, "alice") if status == LOCKED else (None, None)
    changes = [Change(100 + n, status, until, holder) for n in range(changed)]
    replica.merge(since=0, seq=1, changes=changes)
    replica.publish()
    frame: dict[str, Any] = json.loads(FirstFrames(1).frame(replica, since=0).text)
    return frame


def test_many_changes_are_sent_as_a_snapshot() -> None:
    assert _frame(changed=MAX_RESUMED_SEATS)["type"] == "snapshot"


@pytest.mark.parametrize("changed", [1, 500])
def test_a_few_changes_of_a_large_hall_are_sent_as_a_delta(changed: int) -> None:
    frame = _frame(changed=changed)
    assert (frame["type"], frame["from"], len(frame["changes"])) == ("delta", 0, changed)


def test_locks_are_sent_as_a_delta_because_a_snapshot_is_not_shorter() -> None:
    assert _frame(changed=MAX_RESUMED_SEATS, status=LOCKED)["type"] == "delta"


def test_a_small_hall_is_sent_as_a_delta_even_if_all_seats_change() -> None:
    assert _frame(changed=300, seats=300)["type"] == "delta"


def test_the_snapshot_is_built_once_for_all_deltas_to_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_frames, "CACHE_SECONDS", math.inf)
    replica = Replica(
        SeatMap(
            head=EventHead(seq=9, layout="plan", is_public=True),
            seats=tuple(MappedSeat(n, RESERVED, None, None, n % 9 + 1) for n in range(1_000)),
        ),
        shows_names=True,
    )
    frames = FirstFrames(1)
    snapshot = frames.frame(replica, since=None)
    assert all(frames.frame(replica, since=since) is snapshot for since in range(4))


def test_the_frame_is_never_longer_than_the_delta() -> None:
    delta = Frame("x" * 100_000)
    replica = Replica(
        SeatMap(head=EventHead(seq=1, layout="plan", is_public=True), seats=()), shows_names=True
    )
    assert len(FirstFrames(1).shorter(delta, replica).wire) <= len(delta.wire)


async def test_viewers_are_sent_a_snapshot_when_most_seats_change_at_once(
    watching: Callable[..., Any], transactional_db: None
) -> None:
    event = await in_thread(lambda: make_event(seats=1_000))

    def block() -> None:
        organiser = person(make_user(is_staff=True))
        command_queue.submit(
            event_id=event.pk, command=BlockSeats(organiser, seat_ids(event)[:900])
        )

    async with watching(event.pk) as viewer:
        await viewer.frame()
        await in_thread(block)
        frame = await viewer.frame()
        assert (frame["type"], frame["seq"], frame["layout"]) == ("snapshot", 1, "plan")
        # Later frames start at its number.
        await viewer.frame("beat")
