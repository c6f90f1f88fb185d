"""The map at a moment, rebuilt from the change log, is what everyone saw then."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import settings

from reservations.box_office.history import PastSeat, past_map, past_map_record
from reservations.domain.commands import BlockSeats, LockSeats, ReleaseExpired, UnlockSeats
from reservations.domain.errors import EventNotFound, HistoryPruned
from reservations.domain.states import SeatStatus
from reservations.events import seat_records
from reservations.housekeeping.pruning import prune_log
from reservations.models import Event, Seat, SeatChange
from reservations.runtime import clock as database_clock
from tests.factories import Clock, make_promo_code
from tests.reservations.audit.histories import History

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SEEDS = max(settings().max_examples // 50, 1)
FREE = PastSeat(SeatStatus.AVAILABLE, None, None)
KEPT = PastSeat(SeatStatus.BLOCKED, None, None)


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now() - timedelta(days=60))


def _shown(event: Event, at: datetime) -> tuple[PastSeat, ...]:
    """Return the seats as the live map shows them now, at a time of the history's clock."""
    rows = Seat.objects.filter(event=event).order_by("pk")
    found = rows.values_list("status", "locked_until", "locked_by__username")
    return tuple(
        FREE if until is not None and until <= at else PastSeat(status, until, holder)
        for status, until, holder in found
    )


def _seen(history: History, *, steps: int, seed: int) -> dict[int, tuple[PastSeat, ...]]:
    """Have people do things at random; return what was shown after each change, by its number."""
    seen = {0: _shown(history.event, history.clock.now)}
    for step in range(steps):
        history.go_on_at_random(1, seed=1_000 * seed + step)
        seq = Event.objects.values_list("change_seq", flat=True).get(pk=history.event.pk)
        if seq not in seen:
            seen[seq] = _shown(history.event, history.clock.now)
    return seen


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_map_after_each_change_is_as_it_was_shown(clock: Clock, seed: int) -> None:
    history = History(clock)
    seen = _seen(history, steps=200, seed=seed)
    event_id, last = history.event.pk, max(seen)
    assert last > 20
    told = {seq: past_map(event_id=event_id, seq=seq).seats for seq in seen if seq < last}
    assert told == {seq: seats for seq, seats in seen.items() if seq < last}
    # After the last change time goes on.
    assert past_map(event_id=event_id).seats == _shown(history.event, database_clock.now())
    assert past_map(event_id=event_id, seq=last).seats == past_map(event_id=event_id).seats
    live = [row["status"] for row in seat_records.seats(event_id=event_id)]
    found = past_map(event_id=event_id).seats
    assert [SeatStatus(seat.status).word for seat in found] == live


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_pruned_log_tells_what_it_keeps_and_refuses_the_rest(clock: Clock, seed: int) -> None:
    history = History(clock)
    alice, first = history.people[0], history.ids[0]
    # Of these, at least, some are pruned.
    for command in (LockSeats(alice, (first,)), UnlockSeats(alice, (first,))) * 2:
        clock.advance(10)
        history.do(command)
    seen = _seen(history, steps=60, seed=seed)
    clock.now = timezone.now() - timedelta(days=5)
    # A number that is in both was first shown in the first part.
    seen = _seen(history, steps=60, seed=seed + 100) | seen
    list(prune_log(older_than=timedelta(days=10), batch_rows=5))
    event_id, last = history.event.pk, max(seen)
    since = Event.objects.get(pk=event_id).history_since
    assert 0 < since < last
    kept = {seq: seats for seq, seats in seen.items() if since <= seq < last}
    assert {seq: past_map(event_id=event_id, seq=seq).seats for seq in kept} == kept
    with pytest.raises(HistoryPruned) as refused:
        past_map(event_id=event_id, seq=since - 1)
    assert refused.value.details["kept_since"]["seq"] == since
    with pytest.raises(HistoryPruned):
        past_map(event_id=event_id, at=timezone.now() - timedelta(days=90))
    assert past_map_record(event_id=event_id, seq=since)["previous"] is None


def test_a_time_means_the_last_change_before_it(clock: Clock) -> None:
    history = History(clock)
    alice, first = history.people[0], history.ids[0]
    times = []
    for command in (LockSeats(alice, (first,)), UnlockSeats(alice, (first,))) * 5:
        clock.advance(10)
        history.do(command)
        times.append(clock.now)
    event_id = history.event.pk
    for number, moment in enumerate(times, start=1):
        assert past_map(event_id=event_id, at=moment).seq == number
        assert past_map(event_id=event_id, at=moment + timedelta(seconds=5)).seq == number
        # As the API tells the time, in milliseconds.
        rounded = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        assert past_map(event_id=event_id, at=rounded).seq == number
    assert past_map(event_id=event_id, at=times[0] - timedelta(seconds=5)).seq == 0


def test_a_lock_that_expires_between_changes_is_free_from_then_on(clock: Clock) -> None:
    history = History(clock)
    alice, (first, second, *_) = history.people[0], history.ids
    history.do(LockSeats(alice, (first,)))
    began = clock.now
    clock.advance(300)
    history.do(BlockSeats(alice, (second,)))
    at = {
        seconds: past_map(event_id=history.event.pk, at=began + timedelta(seconds=seconds))
        for seconds in (59, 61)
    }
    assert (at[59].seq, at[61].seq) == (1, 1)
    assert at[59].seats[0].holder == alice.name
    assert at[61].seats[0] == FREE


def test_a_promo_codes_hold_that_expires_goes_back_to_its_allocation(clock: Clock) -> None:
    history = History(clock)
    alice, (first, second, *_) = history.people[0], history.ids
    code = make_promo_code(history.event, first)
    history.do(LockSeats(alice, (first,), code.code))
    began = clock.now
    at = began + timedelta(seconds=61)
    # Before and after the expired lock is stored as released.
    clock.advance(300)
    history.do(BlockSeats(alice, (second,)))
    assert past_map(event_id=history.event.pk, at=at).seats[0] == KEPT
    history.do(ReleaseExpired())
    assert past_map(event_id=history.event.pk, at=at).seats[0] == KEPT
    assert past_map(event_id=history.event.pk, at=clock.now).seats[0] == KEPT


def test_seats_that_the_plan_no_longer_has_are_counted(clock: Clock) -> None:
    history = History(clock)
    alice, (first, second, *_) = history.people[0], history.ids
    history.do(LockSeats(alice, (first, second)), UnlockSeats(alice, (first,)))
    Seat.objects.filter(pk=first).update(removed_at=clock.now)
    then, later = (past_map(event_id=history.event.pk, seq=seq) for seq in (1, 2))
    assert (len(then.seats), then.missing) == (len(history.ids) - 1, 1)
    assert later.missing == 0


def test_the_record_names_the_changes_before_and_after(clock: Clock) -> None:
    history = History(clock)
    alice, first = history.people[0], history.ids[0]
    history.do(LockSeats(alice, (first,)), UnlockSeats(alice, (first,)))
    found = [past_map_record(event_id=history.event.pk, seq=seq) for seq in (0, 1, 2)]
    assert [(each["previous"], each["next"]) for each in found] == [(None, 1), (0, 2), (1, None)]
    lock = SeatChange.objects.get(event=history.event, seq=1)
    assert lock.locked_until is not None
    until = int(lock.locked_until.timestamp() * 1000)
    assert [each["locks"] for each in found] == [[], [[0, until, alice.name]], []]
    assert found[1]["statuses"] == "AQA="


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(EventNotFound):
        past_map(event_id=4_711)
