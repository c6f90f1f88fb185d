"""Devices at the doors: their list, scans with and without a network, and revoking them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from doors import services
from doors.models import Door, Scan
from doors.selectors import code_digest
from doors.services import TicketScan, record_scans
from infrastructure.security_log.models import SecurityEvent
from reservations.audit.verification import Counts, differences
from reservations.bookings import booking_records, command_queue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import CancelReservation, LockSeats, MoveSeats, ReserveSeats
from reservations.domain.features import SoldBy
from reservations.formats.seat_words import seat_in_words
from reservations.models import Entry, Event, Reservation, Seat
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, pay_for, permitted, person, seat_ids, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def event() -> Event:
    return make_event(seats=6, offline_methods=["invoice"])


@pytest.fixture
def steward() -> APIClient:
    return signed_in(
        permitted(
            make_user("steward"), "reservations.scan_ticket", "reservations.change_reservation"
        )
    )


def _booked(event: Event, *places: int, is_paid: bool = True) -> str:
    """Book seats; return the booking's public id."""
    buyer = person(make_user())
    ids = tuple(seat_ids(event)[place] for place in places)
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, ids))
    command = ReserveSeats(buyer, ids, "invoice")
    public_id = str(command_queue.submit(event_id=event.pk, command=command)["reservation"]["id"])
    if is_paid:
        pay_for(public_id)
    return public_id


def _ticket(public_id: str) -> str:
    pk = Reservation.objects.get(public_id=public_id).pk
    return booking_records.reservation(reservation_id=pk)["signed_ticket"]


def _door(client: APIClient, event: Event, name: str = "North") -> str:
    """Register a door; return its path."""
    path = f"/api/events/{event.pk}/doors/{uuid4()}/"
    assert client.put(path, {"name": name}).status_code == 200
    return path


def _send(
    client: APIClient, path: str, *scans: dict[str, Any], clock: timedelta = timedelta()
) -> list[dict[str, Any]]:
    """Send scans of a door whose clock is wrong by `clock`; return the results."""
    now = datetime.now(UTC) + clock
    body = {
        "sent_at": now.isoformat(),
        "scans": [{"id": str(uuid4()), "at": now.isoformat(), **scan} for scan in scans],
    }
    answer = client.post(f"{path}scans/", body)
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def _let_in(ticket: str, **more: Any) -> dict[str, Any]:
    return {"ticket": ticket, "was_admitted": True, **more}


def test_the_list_has_all_bookings_and_names_nobody(steward: APIClient, event: Event) -> None:
    valid, unpaid = _booked(event, 0, 1), _booked(event, 2, is_paid=False)
    cancelled = _booked(event, 3)
    organiser = person(make_user())
    number = Reservation.objects.get(public_id=cancelled).pk
    command_queue.submit(
        event_id=event.pk, command=CancelReservation(organiser, number, as_organiser=True)
    )
    path = _door(steward, event)
    _send(steward, path, {"ticket": _ticket(valid), "seat_ids": [seat_ids(event)[0]]})
    found = steward.get(f"{path}list/").json()
    rows = {each["id"]: each for each in found["bookings"]}
    assert {key: each["state"] for key, each in rows.items()} == {
        valid: "valid",
        unpaid: "unpaid",
        cancelled: "cancelled",
    }
    assert [seat["gate"] for seat in rows[valid]["seats"]] == ["North", ""]
    assert rows[unpaid]["code"] == code_digest(ticket_code(unpaid))
    buyers = Reservation.objects.values_list("user__username", flat=True)
    text = steward.get(f"{path}list/").content.decode()
    assert not [name for name in buyers if name in text]
    assert not [code for code in map(ticket_code, rows) if code in text]


def test_a_list_takes_the_same_number_of_queries_for_any_number_of_bookings(
    steward: APIClient, event: Event
) -> None:
    path = _door(steward, event)
    steward.get(f"{path}list/")
    counts = []
    for place in range(3):
        _booked(event, place)
        with CaptureQueriesContext(connection) as queries:
            steward.get(f"{path}list/")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_door_with_a_network_admits_a_ticket_once(steward: APIClient, event: Event) -> None:
    ticket, path = _ticket(_booked(event, 0)), _door(steward, event)
    other = _door(steward, event, "South")
    [first] = _send(steward, path, {"ticket": ticket})
    [second] = _send(steward, other, {"ticket": ticket})
    assert (first["outcome"], first["was_admitted"], first["seats"]) == ("admitted", True, ["A1"])
    assert (second["outcome"], second["was_admitted"]) == ("refused", False)
    assert second["code"] == "already_entered"
    assert second["entries"][0]["gate"] == "North"
    assert Entry.objects.count() == 1


def test_a_scan_that_is_sent_again_is_recorded_once(steward: APIClient, event: Event) -> None:
    ticket, path = _ticket(_booked(event, 0)), _door(steward, event)
    scan = {"id": str(uuid4()), "ticket": ticket}
    results = [_send(steward, path, scan) for _ in range(2)]
    # It got no response, and let the people in by itself.
    results.append(_send(steward, path, {**scan, "was_admitted": True}))
    assert [result["outcome"] for [result] in results] == ["admitted"] * 3
    assert Scan.objects.count() == Entry.objects.count() == 1


def test_a_scan_that_the_server_refused_and_the_door_admitted_is_reported(
    steward: APIClient, event: Event
) -> None:
    ticket, path = _ticket(_booked(event, 0)), _door(steward, event)
    _send(steward, path, {"ticket": ticket})
    scan = {"id": str(uuid4()), "ticket": ticket}
    [refused] = _send(steward, path, scan)
    [double] = _send(steward, path, {**scan, "was_admitted": True})
    assert [refused["outcome"], double["outcome"]] == ["refused", "double"]
    assert [each["outcome"] for each in _problems(steward, event)] == ["double"]


def _problems(client: APIClient, event: Event) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/events/{event.pk}/doors/").json()["problems"]
    return found


def test_two_doors_without_a_network_are_both_told_of_a_double_entry(
    steward: APIClient, event: Event
) -> None:
    ticket = _ticket(_booked(event, 0, 1))
    north, south = _door(steward, event), _door(steward, event, "South")
    [first] = _send(steward, north, _let_in(ticket, seat_ids=[seat_ids(event)[0]]))
    # A clock that is three hours ahead.
    [second] = _send(steward, south, _let_in(ticket), clock=timedelta(hours=3))
    assert (first["outcome"], second["outcome"]) == ("admitted", "double")
    assert second["seats"] == ["A1"]
    assert Entry.objects.count() == 2
    [problem] = _problems(steward, event)
    assert (problem["door"], problem["entries"][0]["gate"]) == ("South", "North")
    assert Entry.objects.filter(at__lte=datetime.now(UTC)).count() == 2
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_the_time_of_entry_is_the_doors_corrected_by_its_clock(
    steward: APIClient, event: Event
) -> None:
    booked, path = _booked(event, 0), _door(steward, event)
    Reservation.objects.update(created_at=datetime.now(UTC) - timedelta(days=1))
    wrong = datetime.now(UTC) - timedelta(days=400)
    scan = _let_in(_ticket(booked), id=str(uuid4()), at=(wrong - timedelta(hours=1)).isoformat())
    steward.post(f"{path}scans/", {"sent_at": wrong.isoformat(), "scans": [scan]})
    age = datetime.now(UTC) - Entry.objects.get().at
    assert timedelta(hours=1) <= age < timedelta(hours=2)


def test_a_scan_with_impossible_times_counts_since_the_booking(
    steward: APIClient, event: Event
) -> None:
    booked, path = _booked(event, 0), _door(steward, event)
    scan = _let_in(_ticket(booked), id=str(uuid4()), at="0001-01-02T00:00:00Z")
    response = steward.post(f"{path}scans/", {"sent_at": "9999-12-30T00:00:00Z", "scans": [scan]})
    assert response.status_code == 200, response.content
    assert Entry.objects.get().at == Reservation.objects.get().created_at


@pytest.mark.parametrize(
    ("change", "code"), [("cancel", "ticket_cancelled"), ("forge", "ticket_not_found")]
)
def test_people_let_in_with_an_invalid_ticket_are_reported(
    steward: APIClient, event: Event, change: str, code: str
) -> None:
    booked, path = _booked(event, 0), _door(steward, event)
    ticket = _ticket(booked)
    if change == "cancel":
        number = Reservation.objects.get().pk
        organiser = person(make_user())
        command = CancelReservation(organiser, number, as_organiser=True)
        command_queue.submit(event_id=event.pk, command=command)
    else:
        ticket = ticket.replace("P.", "U.")
    [result] = _send(steward, path, _let_in(ticket))
    assert (result["outcome"], result["code"]) == ("invalid", code)
    assert not Entry.objects.exists()
    assert [each["code"] for each in _problems(steward, event)] == [code]


def test_a_wrong_refusal_is_reported_and_a_right_one_is_not(
    steward: APIClient, event: Event
) -> None:
    valid, unpaid = _ticket(_booked(event, 0)), _ticket(_booked(event, 1, is_paid=False))
    path = _door(steward, event)
    results = _send(
        steward,
        path,
        {"ticket": valid, "was_admitted": False, "reason": "unknown"},
        {"ticket": unpaid, "was_admitted": False, "reason": "unpaid"},
        {"ticket": "x", "was_admitted": False, "reason": "forged"},
    )
    outcomes = [each["outcome"] for each in results]
    assert outcomes == ["refused_wrongly", "refused", "refused"]
    assert [each["outcome"] for each in _problems(steward, event)] == ["refused_wrongly"]


def test_the_refusal_of_an_outdated_ticket_is_right(steward: APIClient, event: Event) -> None:
    booked, path = _booked(event, 0), _door(steward, event)
    Reservation.objects.update(created_at=datetime.now(UTC) - timedelta(days=1))
    first, second = seat_ids(event)[:2]
    signed, printed = _ticket(booked), f"{ticket_code(booked)}.{first}"
    number = Reservation.objects.get(public_id=booked).pk
    move = MoveSeats(person(make_user()), number, ((first, second),))
    command_queue.submit(event_id=event.pk, command=move)
    now_printed = f"{ticket_code(booked)}.{second}"
    tickets = (signed, printed, _ticket(booked), now_printed)
    refusals = [{"ticket": each, "was_admitted": False, "reason": "outdated"} for each in tickets]
    outcomes = [each["outcome"] for each in _send(steward, path, *refusals)]
    assert outcomes == ["refused", "refused", "refused_wrongly", "refused_wrongly"]


def test_a_ticket_that_a_door_took_for_used_was_refused_wrongly_unless_it_had_entered(
    steward: APIClient, event: Event
) -> None:
    entered, other = _ticket(_booked(event, 0)), _ticket(_booked(event, 1))
    both = _booked(event, 2, 3)
    of_seat = f"{ticket_code(both)}.{seat_ids(event)[2]}"
    path = _door(steward, event)
    _send(steward, path, {"ticket": entered}, {"ticket": of_seat})
    taken = [entered, of_seat, other, _ticket(both), f"{ticket_code(both)}.{seat_ids(event)[3]}"]
    refusals = [{"ticket": each, "was_admitted": False, "reason": "used"} for each in taken]
    outcomes = [each["outcome"] for each in _send(steward, path, *refusals)]
    assert outcomes == ["refused"] * 2 + ["refused_wrongly"] * 3
    assert len(_problems(steward, event)) == 3


def test_doors_name_seats_as_their_tickets_do(steward: APIClient, event: Event) -> None:
    event.plan = {**event.plan, "floors": [{"section": "Floor", "floor": "First floor"}]}
    event.save()
    Seat.objects.filter(pk=seat_ids(event)[1]).update(
        section="Floor", row="", sold_by=SoldBy.NUMBER
    )
    _booked(event, 0, 1)
    [listed] = steward.get(f"{_door(steward, event)}list/").json()["bookings"]
    words = [seat_in_words(seat, language="en") for seat in listed["seats"]]
    assert words == ["Row A, seat 1", "First floor, Floor, standing place"]


def test_doors_learn_of_a_moved_booking(steward: APIClient, event: Event) -> None:
    booked, path = _booked(event, 0), _door(steward, event)
    Reservation.objects.update(created_at=datetime.now(UTC) - timedelta(days=1))
    before = steward.get(f"{path}changes/").json()["version"]
    first, second = seat_ids(event)[:2]
    number = Reservation.objects.get(public_id=booked).pk
    move = MoveSeats(person(make_user()), number, ((first, second),))
    command_queue.submit(event_id=event.pk, command=move)
    assert steward.get(f"{path}changes/").json()["version"] != before
    [listed] = steward.get(f"{path}list/").json()["bookings"]
    assert [seat["seat_id"] for seat in listed["seats"]] == [second]
    [admitted] = _send(steward, path, {"ticket": _ticket(booked)})
    assert admitted["outcome"] == "admitted"


def test_tickets_of_another_event_are_not_admitted(steward: APIClient, event: Event) -> None:
    elsewhere = make_event(offline_methods=["invoice"])
    ticket, path = _ticket(_booked(elsewhere, 0)), _door(steward, event)
    [result] = _send(steward, path, {"ticket": ticket})
    assert (result["was_admitted"], result["code"]) == (False, "ticket_not_found")


def test_a_revoked_door_gets_no_list_and_none_of_its_scans_is_accepted(
    steward: APIClient, event: Event
) -> None:
    ticket, path = _ticket(_booked(event, 0)), _door(steward, event)
    assert steward.post(f"{path}revoke/").status_code == 200
    for response in (
        steward.get(f"{path}list/"),
        steward.get(f"{path}changes/"),
        steward.put(path, {"name": "North"}),
    ):
        refusal(response, 403, "door_revoked")
    scan = _let_in(ticket, id=str(uuid4()), at="2030-01-01T00:00:00Z")
    sent = {"sent_at": "2030-01-01T00:00:00Z", "scans": [scan]}
    refusal(steward.post(f"{path}scans/", sent), 403, "door_revoked")
    assert not Entry.objects.exists()
    kinds = SecurityEvent.objects.filter(kind__startswith="door_").values_list("kind", flat=True)
    assert sorted(kinds) == ["door_registered", "door_revoked"]


def test_a_doors_id_belongs_to_one_event(steward: APIClient, event: Event) -> None:
    path = _door(steward, event)
    other = path.replace(str(event.pk), str(make_event().pk), 1)
    refusal(steward.put(other, {"name": "North"}), 404, "door_not_found")
    refusal(steward.get(f"{other}list/"), 404, "door_not_found")


def test_changes_tell_the_entries_at_other_doors_and_when_to_load_the_list_again(
    steward: APIClient, event: Event
) -> None:
    ticket = _ticket(_booked(event, 0, 1))
    north, south = _door(steward, event), _door(steward, event, "South")
    loaded = steward.get(f"{north}list/").json()
    _send(steward, south, {"ticket": ticket})
    path = f"{north}changes/?after={loaded['last_entry']}"
    told = steward.get(path).json()
    assert [each["gate"] for each in told["entries"]] == ["South", "South"]
    assert (told["entered"], told["expected"]) == (2, 2)
    assert told["version"] == loaded["version"]
    assert steward.get(f"{north}changes/?after={told['last_entry']}").json()["entries"] == []
    late, never = (_booked(event, place, is_paid=False) for place in (2, 3))
    versions = [loaded["version"], steward.get(path).json()["version"]]
    pay_for(late)
    versions.append(steward.get(path).json()["version"])
    Reservation.objects.filter(public_id=never).update(
        status=Reservation.Status.LAPSED, lapsed_at=timezone.now()
    )
    versions.append(steward.get(path).json()["version"])
    assert len(set(versions)) == 4
    # A list that is loaded again has the entries that were told.
    assert steward.get(f"{north}list/").json()["last_entry"] == told["last_entry"]


def test_the_same_scan_sent_by_many_requests_at_once_is_recorded_once(event: Event) -> None:
    steward = person(make_user("steward"))
    ticket = _ticket(_booked(event, 0, 1))
    door = Door.objects.create(pk=uuid4(), event=event, name="North")
    now = datetime.now(UTC)
    scan = TicketScan(id=uuid4(), ticket=ticket, at=now, was_admitted=True)

    def outcome() -> str:
        [found] = record_scans([scan], door=door, actor=steward, sent_at=now)
        return found.outcome

    assert at_once([outcome] * 4) == ["admitted"] * 4
    assert Scan.objects.count() == 1
    assert Entry.objects.count() == 2


@pytest.mark.thorough
def test_two_doors_admit_5000_tickets_offline_with_wrong_clocks(event: Event) -> None:
    """Each ticket is shown at one or both doors; what both admitted is reported, and only that."""
    hall = make_event(seats=5_000, offline_methods=["invoice"], purchase_cap=5_000, seat_cap=5_000)
    steward = person(make_user("steward"))
    tickets = [_ticket(_booked(hall, place)) for place in range(5_000)]
    both = set(range(0, 5_000, 10))
    reported: set[UUID] = set()
    sent: dict[UUID, int] = {}
    for name, wrong in (("North", timedelta(hours=-5)), ("South", timedelta(days=2))):
        door = Door.objects.create(pk=uuid4(), event=hall, name=name)
        now = datetime.now(UTC) + wrong
        places = [
            place
            for place in range(5_000)
            if place in both or (place % 2 == 0) == (name == "North")
        ]
        scans = [
            TicketScan(
                id=uuid4(),
                ticket=tickets[place],
                at=now - timedelta(seconds=place % 600),
                was_admitted=True,
            )
            for place in places
        ]
        sent |= {scan.id: place for scan, place in zip(scans, places, strict=True)}
        for start in range(0, len(scans), 200):
            part = scans[start : start + 200]
            # Each part is sent twice, as by a network that loses responses.
            for _ in range(2):
                found = record_scans(part, door=door, actor=steward, sent_at=now)
            reported |= {each.scan_id for each in found if each.outcome != Scan.Outcome.ADMITTED}
    assert Entry.objects.filter(event=hall).count() == 5_000
    assert sorted(sent[each] for each in reported) == sorted(both)
    assert Scan.objects.filter(event=hall).count() == 5_000 + len(both)
    assert list(differences(event_id=hall.pk, counts=Counts())) == []


def test_a_scan_with_the_id_of_another_doors_scan_is_its_own(
    steward: APIClient, event: Event
) -> None:
    number = str(uuid4())
    scan = {"id": number, **_let_in(_ticket(_booked(event, 0, 1)))}
    [admitted] = _send(steward, _door(steward, event), scan)
    assert len(admitted["seats"]) == 2
    elsewhere = make_event()
    for other in (event, elsewhere):
        refused = {"id": number, "ticket": "nothing", "was_admitted": None}
        [found] = _send(steward, _door(steward, other, "South"), refused)
        assert (found["id"], found["outcome"], found["seats"]) == (number, "refused", [])
    assert Scan.objects.filter(scan_id=number).count() == 3


def test_revoked_doors_do_not_count(steward: APIClient, event: Event, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "MAX_DOORS", 2)
    for _ in range(3):
        path = _door(steward, event)
        assert steward.post(f"{path}revoke/", {}).status_code == 200
    for _ in range(2):
        _door(steward, event)
    full = steward.put(f"/api/events/{event.pk}/doors/{uuid4()}/", {"name": "West"})
    refusal(full, 409, "too_many_doors")
