"""The replica's merge logic."""

from datetime import UTC, datetime

import pytest

from realtime.messages import WireChange
from realtime.replica import MergeResult, Replica
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import MappedSeat, SeatMap

DEADLINE = datetime(2030, 1, 1, tzinfo=UTC)
DEADLINE_MS = 1_893_456_000_000
SEATS = 6


def replica(*, seq: int = 0, seats: int = SEATS, shows_names: bool = True) -> Replica:
    return Replica(
        SeatMap(
            head=EventHead(seq=seq, layout="plan", is_public=True),
            seats=tuple(MappedSeat(100 + n, 0, None, None, 0) for n in range(seats)),
        ),
        shows_names=shows_names,
    )


def locked(seat: int, holder: str = "alice") -> Change:
    return Change(100 + seat, 1, DEADLINE, holder)


def free(seat: int) -> Change:
    return Change(100 + seat, 0, None, None)


def test_a_change_is_published_once_from_the_last_published_number() -> None:
    event = replica(seq=4)
    assert event.merge(since=4, seq=5, changes=[locked(2)]) is MergeResult.APPLIED
    assert event.publish() == (4, [WireChange(2, 1, DEADLINE_MS, "alice")])
    assert event.publish() is None
    assert event.published_seq == 5


def test_several_changes_of_a_seat_are_published_as_its_last_state() -> None:
    event = replica()
    event.merge(since=0, seq=1, changes=[locked(2)])
    event.merge(since=1, seq=2, changes=[free(2)])
    assert event.publish() == (0, [WireChange(2, 0, None, None)])
    assert event.published_seq == 2


def test_merging_known_changes_again_has_no_effect() -> None:
    event = replica()
    event.merge(since=0, seq=1, changes=[locked(2)])
    event.merge(since=1, seq=2, changes=[free(2)])
    assert event.merge(since=0, seq=1, changes=[locked(2)]) is MergeResult.KNOWN
    assert event.publish() == (0, [WireChange(2, 0, None, None)])


def test_changes_after_a_gap_are_not_merged() -> None:
    event = replica()
    assert event.merge(since=1, seq=2, changes=[locked(2)]) is MergeResult.GAP
    assert event.publish() is None


def test_a_message_that_overlaps_known_changes_is_merged() -> None:
    event = replica()
    event.merge(since=0, seq=2, changes=[locked(1)])
    assert event.merge(since=1, seq=3, changes=[free(1)]) is MergeResult.APPLIED
    assert event.publish() == (0, [WireChange(1, 0, None, None)])


def test_a_change_of_an_unknown_seat_is_reported() -> None:
    event = replica()
    assert event.merge(since=0, seq=1, changes=[locked(99)]) is MergeResult.FOREIGN
    assert event.seq == 0


def test_published_since_returns_the_seats_changed_since() -> None:
    event = replica()
    for seq, change in enumerate([locked(0), locked(1), locked(2)], start=1):
        event.merge(since=seq - 1, seq=seq, changes=[change])
        event.publish()
    found = event.published_since(1, limit=10)
    assert found is not None
    assert {change.index for change in found} == {1, 2}
    assert event.published_since(3, limit=10) == []
    assert event.published_since(1, limit=1) is None
    assert event.published_since(4, limit=10) is None


def test_pending_changes_are_not_in_the_published_state() -> None:
    event = replica()
    event.merge(since=0, seq=1, changes=[locked(0)])
    assert event.statuses[0] == 0
    assert list(event.locks()) == []
    assert event.published_since(0, limit=10) == []


def test_holders_are_left_out_when_names_are_hidden() -> None:
    event = replica(shows_names=False)
    event.merge(since=0, seq=1, changes=[locked(0)])
    assert event.publish() == (0, [WireChange(0, 1, DEADLINE_MS, None)])


def test_a_kept_lock_is_known_until_its_seat_changes() -> None:
    event = replica()
    kept = Change(101, 1, DEADLINE, "alice", is_kept=True)
    event.merge(since=0, seq=1, changes=[kept, locked(2)])
    event.publish()
    assert (event.kept(), event.state(1).is_kept, event.state(2).is_kept) == ([1], True, False)
    event.merge(since=1, seq=2, changes=[Change(101, 3, None, None)])
    event.publish()
    assert (event.kept(), event.state(1).is_kept) == ([], False)


def test_the_next_deadline_is_that_of_the_earliest_current_lock() -> None:
    event = replica()
    early = Change(100, 1, datetime(2029, 1, 1, tzinfo=UTC), "bob")
    event.merge(since=0, seq=1, changes=[early, locked(1)])
    event.publish()
    assert event.next_deadline_ms() == 1_861_920_000_000
    event.merge(since=1, seq=2, changes=[free(0)])
    event.publish()
    assert event.next_deadline_ms() == DEADLINE_MS
    event.merge(since=2, seq=3, changes=[free(1)])
    event.publish()
    assert event.next_deadline_ms() is None


@pytest.mark.parametrize("seats", [0, 1, 3, 4, 5, 8])
def test_a_replica_can_have_any_number_of_seats(seats: int) -> None:
    assert len(replica(seats=seats).statuses) == seats
