"""An archive is verified like the database that it was written from."""

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist
from hypothesis import settings

from reservations.archives import writing
from reservations.archives.file_format import DamagedArchive
from reservations.archives.loading import ALIAS, ImpossibleRows
from reservations.domain.errors import EventNotFound
from reservations.models import Event, Reservation
from tests.factories import Clock, make_event
from tests.reservations.archives.archives import (
    Rows,
    archive_faults,
    archived,
    changed,
    expect,
    text_of,
)
from tests.reservations.audit import test_bookings, test_log
from tests.reservations.audit.histories import History, run
from tests.reservations.audit.past import Past, differences

pytestmark = pytest.mark.django_db

SEEDS = max(settings().max_examples // 100, 1)
SEAT_CHANGE, SEAT = "reservations_seatchange", "reservations_seat"
BOOKING, BOOKED = "reservations_reservation", "reservations_reservationseat"

Plant = Callable[[Past], object]


def _by_id(past: Past, sentences: list[str]) -> list[str]:
    """Return sentences with people's ids in place of their names, as archives tell them."""
    people = {person.name: f"user {person.id}" for person in (past.alice, past.bob)}
    names = re.compile("|".join(people))
    return [names.sub(lambda found: people[found[0]], each) for each in sentences]


def test_an_archive_has_no_difference(past: Past) -> None:
    assert archive_faults(archived(past.event.pk)) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_archive_of_any_history_has_no_difference(clock: Clock, seed: int) -> None:
    history = History(clock)
    history.go_on_at_random(100, seed=seed)
    assert archive_faults(archived(history.event.pk)) == []


# Every twentieth one, from all groups.
@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant, id=name, marks=() if number % 20 == 3 else pytest.mark.thorough)
        for number, (name, (plant, _)) in enumerate((test_log.SEEDS | test_bookings.SEEDS).items())
    ],
)
def test_a_fault_of_the_database_is_found_in_its_archive(past: Past, plant: Plant) -> None:
    plant(past)
    found = differences(past.event)
    assert found
    assert archive_faults(archived(past.event.pk)) == _by_id(past, found)


def _other_buyer(rows: Rows) -> None:
    rows[BOOKING][0]["user_id"] += 1


FAULTS: dict[str, tuple[Callable[[Rows], object], list[str]]] = {
    "a row of the log is missing": (
        lambda rows: rows[SEAT_CHANGE].pop(0),
        ["change 2, seat A1: extended, but*", "seat A1: the log says*"],
    ),
    "a seat is free": (
        lambda rows: rows[SEAT][0].update(status=0, reservation_id=None),
        ["seat A1: the log says reserved, *", "seat A1: sold with reservation *"],
    ),
    "another buyer": (_other_buyer, ["change 3, reservation *", "payment * its user is *"]),
    "another price": (
        lambda rows: rows[BOOKED][0].update(price="1.00"),
        ["reservation * costs 100.00, its seats and fees together 51.00"],
    ),
    "another amount": (
        lambda rows: rows["reservations_payment"][0].update(amount="7.00"),
        ["payment * its amount is 7.00 EUR, the reservation's is 100.00 EUR"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_that_was_planted_in_the_file_is_found(
    past: Past, change: Callable[[Rows], object], expected: list[str]
) -> None:
    expect(archive_faults(changed(archived(past.event.pk), change)), *expected)


def _sell_twice(rows: Rows) -> None:
    first, *_, last = rows[BOOKED]
    last |= {"seat_id": first["seat_id"], "live": True}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_sell_twice, "UNIQUE"),
        (lambda rows: rows[SEAT_CHANGE].append(rows[SEAT_CHANGE][-1]), "UNIQUE"),
        (lambda rows: rows["reservations_payment"][0].update(amount="-1"), "CHECK|an_amount"),
        (lambda rows: rows[SEAT][0].update(seat_number=None), "NOT NULL"),
    ],
    ids=["a seat sold twice", "a row twice", "a negative amount", "a seat without a number"],
)
def test_rows_that_the_database_does_not_allow_are_refused(
    past: Past, change: Callable[[Rows], object], reason: str
) -> None:
    with pytest.raises(ImpossibleRows, match=reason):
        archive_faults(changed(archived(past.event.pk), change))


@pytest.mark.parametrize("value", ["soon", [], {}, 2**63, "\x00"], ids=repr)
@pytest.mark.parametrize("column", ["seq", pytest.param("at", marks=pytest.mark.thorough)])
def test_a_value_of_another_type_is_refused_or_a_fault(past: Past, column: str, value: Any) -> None:
    data = changed(
        archived(past.event.pk), lambda rows: rows[SEAT_CHANGE][0].update({column: value})
    )
    with suppress(DamagedArchive, ImpossibleRows):
        assert archive_faults(data) != []


def test_an_archive_without_its_event_is_refused(past: Past) -> None:
    data = changed(archived(past.event.pk), lambda rows: rows["reservations_event"].clear())
    with pytest.raises(EventNotFound):
        archive_faults(data)


def test_tables_and_columns_of_another_release_are_left_out(past: Past) -> None:
    def change(rows: Rows) -> None:
        for row in rows[SEAT]:
            row["new"] = 1
            # It has a default.
            del row["note"]

    assert archive_faults(changed(archived(past.event.pk), change)) == []


def test_buyers_names_are_not_in_it(past: Past) -> None:
    Reservation.objects.filter(pk=past.cash.pk).update(
        buyer_name="Zoe Quist", buyer_email="zoe@example.org"
    )
    text = text_of(archived(past.event.pk))
    for name in ("Zoe", "zoe@example.org", past.alice.name, past.bob.name):
        assert name not in text


def test_other_events_are_not_in_it(past: Past) -> None:
    other = make_event(name="Another show")
    text = text_of(archived(past.event.pk))
    assert "Another show" not in text
    assert "Another show" in text_of(archived(other.pk))


def test_the_sites_database_is_read_again_afterwards(past: Past) -> None:
    archive_faults(archived(past.event.pk))
    with pytest.raises(ConnectionDoesNotExist):
        _ = connections[ALIAS]
    assert Event.objects.db == "default"


# The commands.


def test_the_commands_write_and_verify_a_file(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "event.jsonl.gz"
    call_command("archive_event", str(past.event.pk), str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    assert run("verify_ledger", "--archive", str(file)) == (
        "1 event, 24 changes, 8 seats, 3 reservations, 2 payments: no difference.\n"
    )
    written, read = capsys.readouterr().err.splitlines()
    checksum = written.rpartition(" ")[2]
    assert len(checksum) == 64
    assert read.endswith(checksum)


def test_the_commands_write_and_read_streams(
    past: Past, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("archive_event", str(past.event.pk), "-")
    data = capfdbinary.readouterr().out
    assert archive_faults(data) == []
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data)))
    assert run("verify_ledger", "--archive", "-").endswith("no difference.\n")


def test_a_file_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "event.jsonl.gz"
    with writing.new_file(file) as stream:
        stream.write(b"half")
        stream.flush()
        [part] = tmp_path.iterdir()
        assert part.name.endswith(".part")
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"half"


def test_a_file_is_not_overwritten(past: Past, tmp_path: Path) -> None:
    file = tmp_path / "event.jsonl.gz"
    file.write_text("precious")
    with pytest.raises(CommandError, match="exists"):
        call_command("archive_event", str(past.event.pk), str(file))
    assert file.read_text() == "precious"


def test_one_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "event.jsonl.gz"
    writer = writing.new_file(file)
    writer.__enter__().write(b"ours")
    file.write_text("precious")
    with pytest.raises(FileExistsError):
        writer.__exit__(None, None, None)
    assert file.read_text() == "precious"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no event 9"):
        call_command("archive_event", "9", str(tmp_path / "event.jsonl.gz"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "returncode"), [(b"", 2), (b"not gzip", 2), (None, 2)], ids=repr
)
def test_a_damaged_file_ends_with_2(tmp_path: Path, content: bytes | None, returncode: int) -> None:
    file = tmp_path / "event.jsonl.gz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match="The archive cannot be read") as refused:
        run("verify_ledger", "--archive", str(file))
    assert refused.value.returncode == returncode


def test_faults_in_a_file_are_told_like_those_of_the_database(past: Past, tmp_path: Path) -> None:
    file = tmp_path / "event.jsonl.gz"
    past.seat("A1", version=7)
    file.write_bytes(archived(past.event.pk))
    with pytest.raises(CommandError, match="2 payments: 1 difference") as found:
        run("verify_ledger", "--archive", str(file))
    assert found.value.returncode == 1
