"""`archive_event --remove`: only what a verified file has is deleted, and the history says so."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from reservations.archives.loading import loaded
from reservations.archives.removal import remove_log, require_removable
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office.history import past_map, past_map_record
from reservations.box_office.stories import actions
from reservations.domain.commands import BlockSeats, CancelReservation, UnblockSeats
from reservations.domain.errors import HistoryPruned
from reservations.housekeeping import pruning
from reservations.models import ArchivedLog, Event, Payment, SeatChange
from tests.factories import Clock
from tests.reservations.archives.archives import archive_faults, archived, changed
from tests.reservations.audit.histories import History, run
from tests.reservations.audit.past import differences, make_past

pytestmark = pytest.mark.django_db

SEAT_CHANGE = "reservations_seatchange"


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now() - timedelta(days=3))


@pytest.fixture
def history(clock: Clock) -> History:
    """An event that is over, with a history."""
    history = History(clock)
    history.go_on_at_random(60)
    Event.objects.filter(pk=history.event.pk).update(date=timezone.now() - timedelta(days=1))
    return history


def _log(event: Event) -> list[tuple[Any, ...]]:
    rows = SeatChange.objects.filter(event=event).order_by("seq", "seat_id")
    return list(rows.values_list("seq", "seat_id", "status", "reason", "at"))


def _remove(event: Event, data: bytes, folder: Path) -> str:
    file = folder / "archive.jsonl.gz"
    file.write_bytes(data)
    return run("archive_event", str(event.pk), str(file), "--remove")


@pytest.mark.both_databases
def test_old_rows_are_removed_and_the_rest_is_verified(history: History, tmp_path: Path) -> None:
    event, before = history.event, _log(history.event)
    data = archived(event.pk)
    said = _remove(event, data, tmp_path)
    after = _log(event)
    assert set(after) < set(before)
    assert said == f"Event {event.pk}: {len(before) - len(after)} rows of the change log removed.\n"
    assert differences(event) == []
    assert archive_faults(data) == []


def test_the_history_says_that_it_was_archived(history: History, tmp_path: Path) -> None:
    event = history.event
    assert past_map_record(event_id=event.pk)["archived"] is None
    now = past_map(event_id=event.pk).seats
    _remove(event, archived(event.pk), tmp_path)
    head = Event.objects.get(pk=event.pk).change_seq
    stored = ArchivedLog.objects.get(event=event)
    record = past_map_record(event_id=event.pk)
    assert record["archived"] is not None
    assert (record["archived"]["seq"], record["archived"]["sha256"]) == (head, stored.sha256)
    assert record["first"]["seq"] == head
    assert past_map(event_id=event.pk).seats == now
    with pytest.raises(HistoryPruned):
        past_map(event_id=event.pk, seq=head - 1)
    action, *_ = actions(event_id=event.pk, with_roles=False, limit=10)
    assert action["kind"] == "log_archived"
    assert action["details"]["sha256"] == stored.sha256


def test_bookings_can_be_changed_afterwards(clock: Clock, tmp_path: Path) -> None:
    past = make_past(clock)
    clock.now = timezone.now()
    Event.objects.filter(pk=past.event.pk).update(date=timezone.now() - timedelta(hours=1))
    _remove(past.event, archived(past.event.pk), tmp_path)
    queue = CommandQueue(past.event.pk, clock=clock)
    for command in (
        CancelReservation(past.alice, past.paid.pk, as_organiser=True),
        BlockSeats(past.alice, (past.ids["A8"],)),
        UnblockSeats(past.alice, (past.ids["A5"], past.ids["A8"])),
    ):
        queue.submit(command)
    Payment.objects.filter(reservation=past.paid).update(status="refunded")
    past.expect()
    assert archive_faults(archived(past.event.pk)) == []


def test_it_can_be_killed_after_any_batch_and_repeated(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH_ROWS", 5)
    event, data = history.event, archived(history.event.pk)
    file = tmp_path / "archive.jsonl.gz"
    file.write_bytes(data)
    rounds = 0
    while True:
        with file.open("rb") as stream, loaded(stream) as archive:
            require_removable(archive)
            deleted = next(remove_log(archive), 0)
        assert past_map_record(event_id=event.pk)["archived"] is not None
        assert differences(event) == []
        rounds += 1
        if not deleted:
            break
    assert rounds > 1
    assert ArchivedLog.objects.filter(event=event).count() == 1
    assert _remove(event, data, tmp_path).startswith(f"Event {event.pk}: 0 rows")


def test_an_archive_from_before_pruning_is_enough(history: History, tmp_path: Path) -> None:
    data = archived(history.event.pk)
    assert list(pruning.prune_log(older_than=timedelta(days=1)))
    assert _remove(history.event, data, tmp_path).endswith(" 0 rows of the change log removed.\n")


def _event_to_come(history: History) -> None:
    Event.objects.filter(pk=history.event.pk).update(date=timezone.now() + timedelta(hours=1))


def _younger_change(history: History) -> None:
    SeatChange.objects.filter(event=history.event).update(at=timezone.now())


def _another_row(history: History) -> None:
    found = SeatChange.objects.filter(event=history.event).order_by("seq", "seat_id")
    assert found.filter(pk=found[2].pk).update(request_id="0" * 32) == 1


def _a_row_more(history: History) -> None:
    first = SeatChange.objects.filter(event=history.event).order_by("seq", "seat_id")[0]
    rest = set(history.ids) - set(
        SeatChange.objects.filter(event=history.event, seq=first.seq).values_list(
            "seat_id", flat=True
        )
    )
    first.seat_id = min(rest)
    first.save(force_insert=True)


def _fewer_changes(history: History) -> None:
    Event.objects.filter(pk=history.event.pk).update(change_seq=1)
    SeatChange.objects.filter(event=history.event, seq__gt=1).delete()


REFUSED: dict[str, tuple[Callable[[History], object], str]] = {
    "the event is still to come": (_event_to_come, "The event is still to come"),
    "a change is younger than a day": (_younger_change, "younger than a day"),
    "a row is another one": (_another_row, "is not so in the archive"),
    "the database has a row more": (_a_row_more, "is not so in the archive"),
    "the database is older": (_fewer_changes, "The event has no change"),
}


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_removed(
    history: History, tmp_path: Path, change: Callable[[History], object], reason: str
) -> None:
    data = archived(history.event.pk)
    change(history)
    before = _log(history.event)
    with pytest.raises(CommandError, match=f"Nothing was removed: .*{reason}"):
        _remove(history.event, data, tmp_path)
    assert _log(history.event) == before
    assert not ArchivedLog.objects.exists()


def test_nothing_is_removed_for_a_faulty_archive(history: History, tmp_path: Path) -> None:
    data = changed(archived(history.event.pk), lambda rows: rows[SEAT_CHANGE].pop(0))
    before = _log(history.event)
    with pytest.raises(CommandError, match=r"Nothing was removed: .* difference"):
        _remove(history.event, data, tmp_path)
    with pytest.raises(CommandError, match="The archive cannot be read"):
        _remove(history.event, data[:-10], tmp_path)
    assert _log(history.event) == before


def test_nothing_is_removed_for_another_events_archive(
    history: History, clock: Clock, tmp_path: Path
) -> None:
    other = History(clock)
    with pytest.raises(CommandError, match=f"an archive of event {other.event.pk}"):
        _remove(history.event, archived(other.event.pk), tmp_path)
