"""`manage.py housekeeping`: rounds of steps."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from deploy.environment import clean_environment
from deploy.paths import ROOT
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.states import SeatStatus
from reservations.housekeeping.background import one_round
from reservations.housekeeping.loop import STEPS, HousekeepingLoop, Stop, stopped_by_signals
from reservations.models import Event, IdempotencyKey, Seat, SeatChange
from reservations.runtime import database
from tests.concurrent_commands import wait_until
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids
from tests.reservations.audit.histories import run
from tests.servers import server_settings

# Of other apps.
CHORES = [
    *("erase_accounts", "prune_accounts", "prune_invitations", "prune_webhooks"),
    "clearsessions",
]


class Steps:
    """Takes the place of the commands: notes their names, and does what a test wants."""

    def __init__(self, **on: Callable[[], None]) -> None:
        self.done: list[str] = []
        self._on = on

    def __call__(self, step: str) -> None:
        self.done.append(step)
        if step in self._on:
            self._on[step]()


def _raise(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def _neglected_event() -> Event:
    """Make an event with an old key, old log rows, and a lock that ran out."""
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    for number in range(2):
        command_queue.submit(event_id=event.pk, command=LockSeats(alice, ids), key=f"key {number}")
        let_locks_run_out(event)
    long_ago = timezone.now() - timedelta(days=31)
    IdempotencyKey.objects.filter(key="key 0").update(created_at=long_ago)
    SeatChange.objects.filter(seq=1).update(at=long_ago, locked_until=timezone.now())
    SeatChange.objects.filter(seq=2).update(at=long_ago + timedelta(hours=1))
    return event


@pytest.mark.django_db
def test_one_round_runs_all_steps() -> None:
    event = _neglected_event()
    assert run("housekeeping").splitlines() == [
        f"Event {event.pk}: 4 expired locks released",
        "1 idempotency key deleted.",
        f"Event {event.pk}: 4 rows of the change log deleted.",
    ]
    assert run("housekeeping") == ""


def test_the_steps_run_in_order() -> None:
    steps = Steps()
    assert HousekeepingLoop(steps, Stop()).run_once()
    assert steps.done == list(STEPS)
    assert list(STEPS) == [
        *("reconcile_payments", "release_expired_locks", "end_allocations"),
        *("lapse_unpaid_reservations", "finish_cancellations", "announce"),
        *("reconcile_disputes", "prune_keys", "prune_log", *CHORES),
    ]


def test_a_single_round_also_empties_the_queues() -> None:
    steps = Steps()
    assert HousekeepingLoop(steps, Stop(), steps=one_round()).run_once()
    assert steps.done == [*STEPS, "send_mail", "deliver_webhooks"]


def test_pruning_runs_hourly_and_again_after_a_failure() -> None:
    errors: list[BaseException] = [CommandError("no")]
    steps = Steps(prune_log=lambda: _raise(errors.pop())() if errors else None)
    loop = HousekeepingLoop(steps, Stop())
    assert not loop.run_once()
    assert loop.run_once()
    assert loop.run_once()
    often = [
        *("reconcile_payments", "release_expired_locks", "end_allocations"),
        *("lapse_unpaid_reservations", "finish_cancellations", "announce"),
    ]
    assert steps.done == [
        *(*often, "reconcile_disputes", "prune_keys", "prune_log", *CHORES),
        *(*often, "prune_log"),
        *often,
    ]


@pytest.mark.parametrize("error", [CommandError("no"), SystemExit(1), ValueError("a bug")])
def test_a_failed_step_does_not_stop_the_others(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    steps = Steps(reconcile_payments=_raise(error))
    assert not HousekeepingLoop(steps, Stop()).run_once()
    assert steps.done == list(STEPS)
    [record] = caplog.records
    assert "reconcile_payments" in record.getMessage()
    assert (record.exc_info is not None) == isinstance(error, ValueError)


@pytest.mark.django_db
def test_a_failed_query_does_not_stop_other_steps() -> None:
    steps = Steps(prune_log=_raise(OperationalError("canceling statement due to timeout")))
    assert not HousekeepingLoop(steps, Stop()).run_once()
    assert steps.done == list(STEPS)


def test_a_database_that_is_down_ends_the_round_with_one_log_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "answers", lambda: False)
    away = OperationalError("connection failed:\nis the server running?")
    steps = Steps(release_expired_locks=_raise(away))
    loop = HousekeepingLoop(steps, Stop())
    assert not loop.run_once()
    assert steps.done == ["reconcile_payments", "release_expired_locks"]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().endswith(
        "release_expired_locks: the database failed: connection failed: is the server running?"
    )
    assert record.exc_info is None


def test_a_single_round_exits_with_an_error_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(HousekeepingLoop, "run_once", lambda _: False)
    with pytest.raises(CommandError, match="Not everything could be done"):
        run("housekeeping")


def test_a_second_round_in_the_process_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def take_long() -> None:
        inside.set()
        assert leave.wait(120)

    slow = Steps(reconcile_payments=take_long)
    first = threading.Thread(target=HousekeepingLoop(slow, Stop()).run_once)
    first.start()
    assert inside.wait(120)
    second = Steps()
    assert not HousekeepingLoop(second, Stop()).run_once()
    assert second.done == []
    leave.set()
    first.join()
    assert HousekeepingLoop(second, Stop()).run_once()
    assert second.done == slow.done == list(STEPS)


def test_after_a_signal_no_further_step_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(release_expired_locks=lambda: os.kill(os.getpid(), signal.SIGTERM))
    with stopped_by_signals() as stop:
        HousekeepingLoop(steps, stop).run_once()
        monkeypatch.setattr(time, "sleep", lambda _: _raise(AssertionError("it waits"))())
        stop.wait(60)
    assert steps.done == ["reconcile_payments", "release_expired_locks"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1000000"])
def test_the_time_between_rounds_is_sensible(seconds: str) -> None:
    with pytest.raises(CommandError, match="--every: give a number of seconds"):
        run("housekeeping", "--every", seconds)


@contextmanager
def _process(output: Path, **extra: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the command with a round each second, on the test's database."""
    command = [sys.executable, "manage.py", "housekeeping", "--every", "1"]
    environment = clean_environment(**{**server_settings(), **extra})
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            print(output.read_text())


def _log_is_pruned() -> bool:
    return not SeatChange.objects.filter(seq=1).exists()


def _locks_are_released() -> bool:
    return not Seat.objects.filter(status=SeatStatus.LOCKED).exists()


def _lock_and_run_out(event: Event) -> None:
    command_queue.submit(event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)))
    let_locks_run_out(event)


def _drop_sessions() -> None:
    """Have PostgreSQL end all sessions but this one; SQLite has none."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchall()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_it_runs_until_it_is_stopped(tmp_path: Path) -> None:
    """Also when the database has dropped its sessions, and while there is none."""
    event, log = _neglected_event(), tmp_path / "away"
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    with _process(log, DATABASE_URL=nowhere) as away, _process(tmp_path / "log") as process:
        wait_until(_log_is_pruned)
        for _ in range(2):
            _drop_sessions()
            _lock_and_run_out(event)
            wait_until(_locks_are_released)
        wait_until(lambda: log.read_text().count("the database failed: ") >= 2)
        for each, number in ((process, signal.SIGTERM), (away, signal.SIGINT)):
            each.send_signal(number)
            assert each.wait(120) == 0
    assert log.read_text().count("Housekeeping") == log.read_text().count("database failed: ")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_two_processes_and_a_kill_lose_nothing(tmp_path: Path) -> None:
    event = _neglected_event()
    with _process(tmp_path / "run_once") as run_once, _process(tmp_path / "other") as other:
        wait_until(_log_is_pruned)
        run_once.kill()
        _lock_and_run_out(event)
        wait_until(_locks_are_released)
        assert other.poll() is None
    assert SeatChange.objects.filter(event=event, reason="expired").count() == 8
