"""Reads that may lag come from a standby; what a person relies on is never old."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from prometheus_client import REGISTRY

from deploy.ports import free_port
from deploy.waiting import wait_until
from realtime import loading
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.states import SeatStatus
from reservations.events import layouts, mapped_seats
from reservations.events.seat_lists import clear_list_cache
from reservations.models import Event, Seat
from reservations.runtime import standby
from tests.factories import make_event, make_person, make_user, seat_ids
from tests.standby import (
    PATIENCE_SECONDS,
    Standby,
    a_standby,
    configured,
    copied,
    named,
    served,
    write_out,
)

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.thorough,
    pytest.mark.django_db(transaction=True, databases=["default", standby.ALIAS]),
]


@pytest.fixture(scope="module", autouse=True)
def _alias(django_db_setup: None) -> Iterator[None]:
    with named():
        yield


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


@pytest.fixture
def database(folder: Path, transactional_db: None, settings: Any) -> Iterator[Standby]:
    # A busy machine may take a while between two steps of a test.
    settings.SEATCAST_STANDBY_LAG_SECONDS = 3_600.0
    with a_standby(folder / "standby") as found:
        yield found


def _read_from() -> str:
    """Return the alias of the database that the next read that may lag comes from."""
    return standby.read(lambda: Event.objects.all().db)


def _reads(server: str) -> float:
    """Return how many reads that may lag were answered by the standby, or the primary."""
    labels = {"server": server}
    return REGISTRY.get_sample_value("seatcast_standby_reads_total", labels) or 0.0


def _port_read() -> int | None:
    """Return the port of the server that the next read that may lag comes from."""

    def ask() -> int:
        with connections[standby.ALIAS].cursor() as cursor:
            cursor.execute("SHOW port")
            return int(cursor.fetchone()[0])

    return standby.try_read(ask)


def _lock(event: Event, *indexes: int) -> None:
    ids = seat_ids(event)
    command = LockSeats(make_person(), tuple(ids[index] for index in indexes))
    command_queue.submit(event_id=event.pk, command=command)


def test_a_recent_standby_is_read_and_only_for_what_may_lag(database: Standby) -> None:
    assert _read_from() == "standby"
    assert Event.objects.all().db == "default"


def test_a_map_of_a_lagging_standby_is_completed_from_the_log(database: Standby) -> None:
    event = make_event(seats=4)
    database.catch_up()
    database.pause()
    _lock(event, 1)

    # Negative control: the standby alone has an old map.
    lagging = standby.try_read(lambda: mapped_seats.seat_map(event_id=event.pk))
    assert lagging is not None
    assert (lagging.head.seq, lagging.seats[1].status) == (0, SeatStatus.AVAILABLE)
    head, replica = loading.load_replica(event.pk)
    assert (head.seq, replica.seq, replica.published_seq) == (1, 1, 1)
    assert replica.state(1).status == SeatStatus.LOCKED
    assert _read_from() == "standby"


def test_a_map_whose_changes_are_not_in_the_log_is_read_from_the_primary(
    database: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(seats=4)
    database.catch_up()
    database.pause()
    _lock(event, 0)
    _lock(event, 1)
    monkeypatch.setattr(loading, "MAX_LOG_ROWS", 1)
    _, replica = loading.load_replica(event.pk)
    assert replica.seq == 2
    Event.objects.filter(pk=event.pk).update(layout="other")
    _, replica = loading.load_replica(event.pk)
    assert replica.layout == "other"


def test_the_list_of_seats_is_never_older_than_its_request(database: Standby) -> None:
    event = make_event(seats=4)
    database.catch_up()
    database.pause()
    before = Client().get(f"/api/events/{event.pk}/seats/")
    _lock(event, 1, 2)
    after = Client().get(
        f"/api/events/{event.pk}/seats/", headers={"if-none-match": before["ETag"]}
    )
    assert [seat["status"] for seat in before.json()] == ["available"] * 4
    assert [seat["status"] for seat in after.json()] == [
        *("available", "locked", "locked", "available")
    ]
    assert _read_from() == "standby"


def test_lists_of_anonymous_people_may_lag_and_those_of_others_not(
    database: Standby, client: Client
) -> None:
    known = make_event(name="Known")
    database.catch_up()
    database.pause()
    new = make_event(name="New")
    assert [each["id"] for each in Client().get("/api/events/").json()] == [known.pk]
    client.force_login(make_user("ann"))
    assert {each["id"] for each in client.get("/api/events/").json()} == {known.pk, new.pk}


def test_what_the_standby_does_not_have_yet_is_found(database: Standby) -> None:
    database.catch_up()
    database.pause()
    event = make_event(seats=2)
    assert len(Client().get(f"/api/events/{event.pk}/seats/").json()) == 2
    assert Client().get(f"/api/events/{event.pk}/layouts/plan/").status_code == 200
    assert Client().get(f"/api/events/{event.pk}/miniature/").status_code == 200


def test_a_layout_of_an_old_plan_is_not_kept_for_the_new_one(database: Standby) -> None:
    event = make_event(seats=1)
    database.catch_up()
    database.pause()
    Seat.objects.create(event=event, seat_number="B1", guid="B1")
    Event.objects.filter(pk=event.pk).update(layout="larger")
    packed = layouts.packed_layout(event_id=event.pk, layout="larger")
    assert len(json.loads(packed.plain)["ids"]) == 2


def test_a_standby_that_is_too_far_behind_is_not_read(database: Standby) -> None:
    database.catch_up()
    database.pause()
    make_event()
    write_out()
    # Nothing is known of the time before.
    standby.forget()
    counts = _reads("standby"), _reads("primary")
    assert _read_from() == "default"
    assert (_reads("standby"), _reads("primary")) == (counts[0], counts[1] + 1)
    database.catch_up()
    counts = _reads("standby"), _reads("primary")
    assert _read_from() == "standby"
    assert (_reads("standby"), _reads("primary")) == (counts[0] + 1, counts[1])


def test_its_age_is_that_of_the_newest_position_which_it_has_reached(
    database: Standby, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "CHECK_SECONDS", 0.0)
    now = [1_000.0]
    monkeypatch.setattr("reservations.runtime.standby.time.monotonic", lambda: now[0])
    positions = {"default": 50, standby.ALIAS: 50}
    monkeypatch.setattr(standby, "_position", lambda alias, _: positions[alias])
    settings.SEATCAST_STANDBY_LAG_SECONDS = 5.0
    standby.forget()
    assert _read_from() == "standby"
    positions["default"] = 60
    now[0] += 3
    assert _read_from() == "standby"
    now[0] += 3
    assert _read_from() == "default"
    # It has reached where the primary was three seconds ago.
    positions[standby.ALIAS] = 60
    positions["default"] = 70
    assert _read_from() == "standby"
    # Another primary took over without what this standby has.
    positions["default"] = 55
    positions[standby.ALIAS] = 54
    assert _read_from() == "default"


def test_a_promoted_standby_is_not_read(database: Standby) -> None:
    database.catch_up()
    database.promote()
    standby.forget()
    assert _read_from() == "default"


def test_of_several_hosts_the_one_that_is_still_a_standby_is_read_after_a_promotion(
    folder: Path, transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_STANDBY_LAG_SECONDS = 3_600.0
    monkeypatch.setattr(standby, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(standby, "CHECK_SECONDS", 0.0)
    ports = [free_port(), free_port()]
    with (
        copied(folder / "first") as one,
        copied(folder / "second") as two,
        served(one, port=ports[0]) as first,
        served(two, port=ports[1]),
        configured(port=f"{ports[0]},{ports[1]}", target_session_attrs="standby"),
    ):
        first.catch_up()
        assert _port_read() == ports[0]
        first.promote()
        assert _read_from() == "default"
        write_out()
        assert wait_until(lambda: _port_read() == ports[1], seconds=PATIENCE_SECONDS)


def test_a_dead_standby_is_left_alone_until_it_is_back(
    folder: Path, transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_STANDBY_LAG_SECONDS = 3_600.0
    asked: list[str] = []
    position = standby._position

    def counted(alias: str, query: str) -> int:
        asked.append(alias)
        return position(alias, query)

    monkeypatch.setattr(standby, "_position", counted)
    monkeypatch.setattr(standby, "RETRY_SECONDS", 3_600.0)
    port = free_port()
    with copied(folder / "mortal") as copy, configured(port=port):
        with served(copy, port=port) as database:
            database.catch_up()
            assert _read_from() == "standby"
        asked.clear()
        event = make_event(seats=2)
        for _ in range(3):
            assert len(Client().get(f"/api/events/{event.pk}/seats/").json()) == 2
            clear_list_cache()
        assert _read_from() == "default"
        assert asked.count(standby.ALIAS) <= 1
        with served(copy, port=port) as database:
            assert _read_from() == "default"
            database.catch_up()
            assert _read_from() == "standby"
