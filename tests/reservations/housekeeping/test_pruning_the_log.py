"""`manage.py prune_log`: verification still passes, and viewers can resume."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import settings

from reservations.domain.commands import LockSeats, UnlockSeats
from reservations.events import mapped_seats
from reservations.events.changes import Change
from reservations.housekeeping.pruning import prune_log
from reservations.models import ConflictMinute, Event, PrunedLog, SeatChange
from tests.concurrent_commands import at_once
from tests.factories import Clock, make_event
from tests.reservations.audit.histories import History, run
from tests.reservations.audit.past import Past, differences, make_past

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)
SEEDS = max(settings().max_examples // 100, 1)

_NUMBERS = re.compile(r"DELETE .* seq > (\d+) AND seq <= (\d+)", re.DOTALL)

_Told = tuple[int, frozenset[Change]] | None


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now() - timedelta(days=60))


def _history(clock: Clock, *, steps: int = 30, seed: int = 1) -> History:
    """Make a history of two months, the second half of which is kept in any case."""
    history = History(clock)
    history.go_on_at_random(2 * steps, seed=seed)
    clock.now = timezone.now() - timedelta(days=10)
    history.go_on_at_random(steps, seed=seed + 100)
    return history


def _log(event: Event) -> list[tuple[Any, ...]]:
    rows = SeatChange.objects.filter(event=event).order_by("seq", "seat_id")
    return list(rows.values_list("seq", "seat_id", "status", "reason", "at"))


def _prune(**options: Any) -> int:
    return sum(count for _, count in prune_log(older_than=MONTH, **options))


def _resumed(event: Event) -> list[_Told]:
    """Return what viewers get who resume from each of the event's sequence numbers."""
    last = Event.objects.get(pk=event.pk).change_seq
    resumed = [
        mapped_seats.changes_since(event_id=event.pk, seq=seq, limit=10_000)
        for seq in range(last + 1)
    ]
    # Each seat is in it once: so the order does not matter.
    return [(found.seq, frozenset(found.changes)) if found else None for found in resumed]


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(SEEDS))
def test_verification_passes_after_pruning(clock: Clock, seed: int) -> None:
    event = _history(clock, seed=seed).event
    before = _log(event)
    assert _prune() == len(before) - len(_log(event)) > 0
    assert differences(event) == []


@pytest.mark.thorough
def test_new_rows_and_each_seats_newest_row_are_kept(clock: Clock) -> None:
    event = _history(clock).event
    before = _log(event)
    _prune()
    newest = {seat_id: row for row in before for seat_id in [row[1]]}
    young = [row for row in before if row[-1] >= timezone.now() - MONTH]
    assert {*newest.values(), *young} <= set(_log(event)) < set(before)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_resuming_viewer_gets_the_same_changes_or_a_new_map(clock: Clock, seed: int) -> None:
    event = _history(clock, seed=seed).event
    before = _resumed(event)
    _prune()
    after = _resumed(event)
    assert all(now in (None, then) for now, then in zip(after, before, strict=True))
    young = sum(row[-1] >= timezone.now() - MONTH for row in _log(event))
    # Of a short history nothing may be missing.
    assert None in after or seed > 0
    assert None not in after[-young // 8 :]
    assert after[-1] == (len(after) - 1, frozenset())


def test_resuming_in_an_old_log_does_not_return_no_changes(
    clock: Clock,
) -> None:
    history = History(clock)
    history.go_on_at_random(50)
    before = _resumed(history.event)
    assert _prune() > 0
    for now, then in zip(_resumed(history.event), before, strict=True):
        assert now in (None, then)


def test_deleting_by_age_alone_would_return_no_changes(clock: Clock) -> None:
    history = History(clock)
    history.go_on_at_random(50)
    SeatChange.objects.filter(at__lt=timezone.now() - MONTH).delete()
    assert _resumed(history.event)[0] == (0, frozenset())


@pytest.mark.parametrize(
    "batch_rows", [*(pytest.param(rows, marks=pytest.mark.thorough) for rows in (1, 2)), 7]
)
def test_it_can_be_killed_after_any_batch_and_restarted(clock: Clock, batch_rows: int) -> None:
    event = _history(clock).event
    resumed = _resumed(event)
    once = _prune(dry_run=True)
    deleted = 0
    for _ in range(200):
        batch = next(prune_log(older_than=MONTH, batch_rows=batch_rows), None)
        if batch is None:
            break
        deleted += batch[1]
        assert differences(event) == []
        assert all(now in (None, then) for now, then in zip(_resumed(event), resumed, strict=True))
    assert deleted == once
    assert _prune() == 0


@pytest.mark.both_databases
def test_what_pruning_kept_is_not_read_again(clock: Clock) -> None:
    history = _history(clock)
    assert _prune(batch_rows=5) > 0
    assert _read_numbers(batch_rows=5) == []
    # Two changes more are old.
    log = SeatChange.objects.filter(event=history.event)
    kept = log.filter(at__gte=timezone.now() - MONTH).order_by("seq")
    first, last = kept.values_list("seq", flat=True).distinct()[:2]
    log.filter(seq__lte=last).update(at=timezone.now() - MONTH)
    assert _read_numbers(batch_rows=1_000) == [(first - 1, last)]
    assert PrunedLog.objects.get(event=history.event).seq == last


def test_commands_wait_for_the_end_of_the_first_batch_alone(clock: Clock) -> None:
    event = _history(clock).event
    with CaptureQueriesContext(connection) as captured:
        _prune(batch_rows=5)
    lines = [each["sql"] for each in captured]
    [first, *_] = [
        at for at, line in enumerate(lines) if line.startswith('UPDATE "reservations_ev')
    ]
    # The event's row is locked by what comes last in the transaction, and matches only once.
    assert lines[first + 1].startswith("RELEASE")
    assert Event.objects.get(pk=event.pk).history_since > 0
    assert f'"history_since" < {Event.objects.get(pk=event.pk).history_since}' in lines[first]


def _read_numbers(batch_rows: int) -> list[tuple[int, int]]:
    """Prune, and return between which numbers each batch looked for locks and blocks."""
    with CaptureQueriesContext(connection) as captured:
        _prune(batch_rows=batch_rows)
    found = (_NUMBERS.search(each["sql"]) for each in captured)
    return [(int(each[1]), int(each[2])) for each in found if each]


@pytest.mark.thorough
def test_the_result_does_not_depend_on_the_batch_size(clock: Clock) -> None:
    event = _history(clock).event
    large = list(prune_log(older_than=MONTH, dry_run=True))
    assert len(large) == 1
    small = list(prune_log(older_than=MONTH, dry_run=True, batch_rows=3))
    assert len(small) > 1
    assert max(count for _, count in small) < 13
    assert sum(count for _, count in small) == large[0][1]
    assert {event_id for event_id, _ in small} == {event.pk}


@pytest.mark.thorough
def test_a_later_cut_continues_an_earlier_one(clock: Clock) -> None:
    history = _history(clock)
    whole = _log(history.event)
    for days in (59, 45, 30, 9, 1):
        list(prune_log(older_than=timedelta(days=days)))
        assert differences(history.event) == []
    gradually = _log(history.event)
    SeatChange.objects.all().delete()
    assert len(gradually) < len(whole) / 2, (len(gradually), len(whole))


def test_commands_are_accepted_during_pruning(clock: Clock) -> None:
    history = _history(clock)
    clock.now = timezone.now()
    for _ in prune_log(older_than=MONTH, batch_rows=5):
        history.go_on_at_random(3, seed=_log(history.event)[-1][0])
        assert differences(history.event) == []


def test_rows_before_a_new_lock_are_kept(clock: Clock) -> None:
    history = History(clock)
    alice, seat = history.people[0], history.ids[:1]
    history.do(LockSeats(alice, seat), UnlockSeats(alice, seat))
    clock.now = timezone.now()
    history.do(LockSeats(alice, seat))
    assert _prune() == 0
    clock.advance(-40 * 24 * 3600)
    SeatChange.objects.filter(seq=3).update(at=clock.now)
    assert _prune() == 2


@pytest.mark.thorough
def test_each_event_is_cut_by_its_own_numbers(clock: Clock) -> None:
    old, young = History(clock), History(Clock())
    for history in (old, young):
        history.go_on_at_random(60)
    before = _log(young.event)
    assert {event_id for event_id, _ in prune_log(older_than=MONTH)} == {old.event.pk}
    assert _log(young.event) == before


@pytest.mark.both_databases
def test_a_dry_run_counts_rows_and_deletes_none(clock: Clock) -> None:
    event = _history(clock).event
    before = _log(event)
    count = _prune(dry_run=True)
    output = run("prune_log", "--dry-run")
    assert output == f"Event {event.pk}: {count} rows of the change log would be deleted.\n"
    assert _log(event) == before
    output = run("prune_log")
    assert output == f"Event {event.pk}: {count} rows of the change log deleted.\n"
    assert len(_log(event)) == len(before) - count
    assert run("prune_log") == ""


def test_the_age_is_given_in_days(clock: Clock) -> None:
    past = make_past(clock)
    clock.advance(-clock.now.timestamp() + timezone.now().timestamp())
    assert run("prune_log", "--older-than", "61") == ""
    assert run("prune_log", "--older-than", "59") != ""
    assert differences(past.event) == []
    for days in ("0", "-1", "100000000000"):
        with pytest.raises(CommandError, match="--older-than: give a number of days"):
            run("prune_log", "--older-than", days)
    with pytest.raises(ValueError, match="kept for 1 day"):
        list(prune_log(older_than=timedelta(hours=23)))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_delete_the_same_as_one(clock: Clock) -> None:
    event = _history(clock).event
    once = _prune(dry_run=True)
    deleted = at_once([lambda: _prune(batch_rows=5), lambda: _prune(batch_rows=7)])
    assert sum(count for count in deleted if isinstance(count, int)) == once
    assert differences(event) == []


# What is wrong with a pruned log is still seen.


@pytest.fixture
def pruned(clock: Clock) -> Past:
    """The past, all of it two months old, pruned."""
    past = make_past(clock)
    assert _prune() > 0
    return past


def test_only_what_led_to_a_lock_or_block_is_gone(pruned: Past) -> None:
    assert [row[:2] for row in _log(pruned.event)] == [
        (seq, pruned.ids[number])
        for seq, number in [
            *((1, "A1"), (1, "A2"), (2, "A1"), (3, "A1"), (3, "A2"), (4, "A3"), (5, "A3")),
            *((9, "A5"), (9, "A6"), (10, "A6"), (15, "A7"), (16, "A7"), (17, "A4"), (18, "A4")),
        ]
    ]
    pruned.expect()


def test_a_gap_that_pruning_cannot_leave_is_reported(pruned: Past) -> None:
    pruned.rows(17).update(seq=27)
    pruned.rows(18).update(seq=28)
    Event.objects.filter(pk=pruned.event.pk).update(change_seq=28)
    pruned.seat("A4", version=28)
    pruned.expect()
    pruned.rows(27).update(at=timezone.now())
    pruned.rows(28).update(at=timezone.now())
    pruned.expect("change 17 to 26: not in the log", "change 27*", "change 28*", "seat A4*")


def test_a_gap_after_rows_that_pruning_would_delete_is_reported(clock: Clock) -> None:
    past = make_past(clock)
    past.unlog_all(13, 14)
    past.expect("change 13 to 14: not in the log")


def test_a_missing_row_that_a_later_one_needs_is_reported(pruned: Past) -> None:
    pruned.unlog(9, "A6")
    pruned.expect("change 10, seat A6: unblocked, but it was available (by alice at *)")


def test_a_missing_newest_row_is_reported(pruned: Past) -> None:
    pruned.unlog(16)
    pruned.expect("seat A7: the log says *; the seat says *")


def test_missing_rows_of_a_seat_are_reported(pruned: Past) -> None:
    pruned.unlog(1, "A2")
    pruned.unlog(3, "A2")
    pruned.expect("seat A2: the log says available, *; the seat says reserved, *")


def test_a_missing_row_of_a_live_reservation_is_reported(pruned: Past) -> None:
    pruned.unlog(3, "A2")
    pruned.expect("change 3, reservation {paid}: reserved without its seat A2", "seat A2: *")


def test_old_counts_of_refused_commands_are_deleted_with_the_log() -> None:
    event, now = make_event(), timezone.now()
    for age in (timedelta(days=1), MONTH + timedelta(days=1)):
        ConflictMinute.objects.create(event=event, minute=now - age, refused=1)
    _prune()
    assert [each.minute for each in ConflictMinute.objects.all()] == [now - timedelta(days=1)]
