"""The box office's calls: what they answer, and what others are told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail
from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.formats.seat_words import seat_in_words
from reservations.models import Allocation, Event, Reservation, Seat
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_user, permitted, seat_ids, signed_in

pytestmark = pytest.mark.any_database


class Desk:
    """The box office of an event, at which the organiser sits."""

    def __init__(self, office: BoxOffice) -> None:
        self.office = office
        self.client = signed_in(office.organiser)
        self.path = f"/api/events/{office.event.pk}/box-office/"

    def post(self, what: str, *seats: int, **body: Any) -> Any:
        return self.client.post(f"{self.path}{what}/", {"seat_ids": seats, **body})

    def get(self, what: str) -> Any:
        return self.client.get(f"{self.path}{what}/").json()

    def sell(self, *seats: int, **body: Any) -> Any:
        sale = {"payment_method": "cash", "buyer_name": "Zoe Zimmer", **body}
        return self.post("sell", *seats, **sale)

    def keep(self, *seats: int, **body: Any) -> Any:
        return self.post("allocate", *seats, **{"kind": "name", "label": "Zoe Zimmer", **body})


@pytest.fixture
def desk(office: BoxOffice) -> Desk:
    return Desk(office)


def test_a_sale_is_a_paid_booking_without_an_account(desk: Desk) -> None:
    answer = desk.sell(desk.office.free, buyer_email="zoe@example.com", expected_total="50.00")
    assert answer.status_code == 201
    found = answer.json()["reservation"]
    assert answer.json()["reservation_id"] == found["id"]
    wanted = {
        **{"channel": "box_office", "payment_method": "cash", "payment_status": "paid"},
        **{"buyer_name": "Zoe Zimmer", "buyer_email": "zoe@example.com"},
        **{"total_price": "50.00", "status": "confirmed", "to_pay_back": None},
    }
    assert wanted.items() <= found.items()
    assert found["paid_at"] == found["created_at"]
    assert Reservation.objects.get(public_id=found["id"]).user is None
    seat = desk.get(f"seats/{desk.office.free}")
    assert (seat["status"], seat["lock"], seat["allocation"]) == ("reserved", None, None)
    assert (seat["booking"]["id"], seat["booking"]["buyer"]) == (found["id"], "Zoe Zimmer")
    log = SecurityEvent.objects.get(kind=Kind.SEATS_SOLD)
    assert (log.actor_id, log.event_id) == (desk.office.organiser.pk, desk.office.event.pk)
    assert log.details["reservation"] == found["id"]


def test_somebody_who_walks_up_buys_without_a_name(desk: Desk) -> None:
    body = {"seat_ids": [desk.office.free], "payment_method": "cash"}
    found = desk.client.post(f"{desk.path}sell/", body).json()["reservation"]
    assert (found["buyer_name"], found["payment_status"]) == ("", "paid")
    path = f"/api/reservations/{found['id']}/"
    assert desk.client.get(f"{path}booking/").json()["buyer"]["name"] == ""
    assert desk.client.get(f"{path}ticket/").status_code == 200
    # A name can be added when one is told.
    named = desk.client.patch(f"{path}booking/", {"buyer_name": "Familie Huber"})
    assert named.json()["reservation"]["buyer"]["name"] == "Familie Huber"
    found = desk.client.get(f"/api/events/{desk.office.event.pk}/bookings/?q=huber").json()
    assert [each["buyer_name"] for each in found] == ["Familie Huber"]
    refused = desk.client.patch(f"{path}booking/", {"buyer_name": "Hu\u0007ber"})
    assert refused.status_code == 400


def test_a_sale_with_a_key_is_made_once(desk: Desk) -> None:
    body = {
        **{"seat_ids": [desk.office.free], "payment_method": "card_reader"},
        "buyer_name": "Zoe Zimmer",
    }
    answers = [
        desk.client.post(f"{desk.path}sell/", body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    changed = desk.client.post(
        f"{desk.path}sell/", {**body, "buyer_name": "Yan"}, headers={"Idempotency-Key": "k"}
    )
    refusal(changed, 422, "idempotency_key_reused")
    assert Reservation.objects.filter(channel="box_office").count() == 1


def test_taken_seats_are_refused_with_a_conflict_for_each(desk: Desk) -> None:
    office = desk.office
    before = office.state()
    found = refusal(
        desk.sell(office.free, office.held_by_bob, office.booked), 409, "seat_unavailable"
    )
    assert [(row["seat_id"], row["reason"]) for row in found["conflicts"]] == [
        (office.held_by_bob, "locked"),
        (office.booked, "reserved"),
    ]
    assert office.state() == before


def test_what_a_cancelled_sale_owes_its_buyer_is_told(desk: Desk) -> None:
    sold = desk.sell(desk.office.free).json()["reservation_id"]
    given = Seat.objects.get(pk=desk.office.free).event.seats.get(seat_number="A6").pk
    gift = desk.sell(given, payment_method="comp").json()["reservation"]
    assert (gift["total_price"], gift["channel"]) == ("0.00", "comp")
    for number, owed in ((sold, "50.00"), (gift["id"], None)):
        answer = desk.client.post(f"/api/reservations/{number}/cancel/")
        assert answer.json()["reservation"]["to_pay_back"] == owed
    assert desk.get(f"seats/{desk.office.free}")["status"] == "available"


def test_what_is_owed_is_marked_as_paid_back_once(desk: Desk) -> None:
    sold = desk.sell(desk.office.free).json()["reservation_id"]
    path, office = f"/api/reservations/{sold}", desk.office
    reports = f"/api/events/{office.event.pk}/reports/"
    refusal(desk.client.post(f"{path}/paid-back/"), 409, "nothing_to_pay_back")
    desk.client.post(f"{path}/cancel/")
    assert desk.client.get(reports).json()["paid_back"] == {"due": "50.00", "paid_back": "0.00"}
    first = desk.client.post(f"{path}/paid-back/").json()["reservation"]
    again = desk.client.post(f"{path}/paid-back/").json()["reservation"]
    assert first == again
    assert (first["to_pay_back"], first["paid_back"]) == (
        *(None,),
        {"amount": "50.00", "by": "organiser"},
    )
    assert desk.client.get(reports).json()["paid_back"] == {"due": "0.00", "paid_back": "50.00"}
    [log] = SecurityEvent.objects.filter(kind=Kind.MONEY_PAID_BACK)
    assert (log.actor_id, log.details["amount"]) == (office.organiser.pk, "50.00")
    told = desk.client.get(f"/api/events/{office.event.pk}/history/actions/").json()
    assert told[0]["kind"] == "money_paid_back"


def test_who_gives_an_address_at_the_box_office_is_mailed_the_booking(
    desk: Desk, mailoutbox: list[Any]
) -> None:
    found = desk.sell(desk.office.free, buyer_email="zoe@example.com").json()["reservation"]
    [mail] = Mail.objects.filter(address="zoe@example.com")
    assert (mail.kind, mail.details["booking"]) == (Mail.Kind.BOOKING, found["id"])
    call_command("send_mail")
    [sent] = [each for each in mailoutbox if each.to == ["zoe@example.com"]]
    [seat] = found["seat_details"]
    for seats, language in (("Seats", "en"), ("Plätze", "de")):
        assert f"{seats}: {seat_in_words(seat, language=language)}\n" in sent.body
    assert sent.body.count(f"/reservations/{found['id']}") == 2
    assert "ticket.pdf" in [each.get_filename() for each in sent.message().walk()]


def test_a_booking_is_mailed_again_within_the_mail_limits(desk: Desk, settings: Settings) -> None:
    settings.SEATCAST_MAIL_PER_ADDRESS = 2
    sold = desk.sell(desk.office.free, buyer_email="zoe@example.com").json()["reservation_id"]
    path = f"/api/reservations/{sold}/send/"
    assert desk.client.post(path).status_code == 200
    refusal(desk.client.post(path), 429, "throttled")
    assert Mail.objects.filter(address="zoe@example.com").count() == 2


def test_calls_of_the_box_office_are_throttled(desk: Desk, settings: Settings) -> None:
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "person": "3/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    calls = ("sell", "allocate", "unblock", "release")
    statuses = [desk.client.post(f"{desk.path}{call}/", {}).status_code for call in calls]
    assert statuses == [400, 400, 400, 429]


def test_without_an_address_nobody_is_mailed(desk: Desk) -> None:
    before = Mail.objects.count()
    desk.sell(desk.office.free)
    assert Mail.objects.count() == before


def test_seats_are_kept_for_a_name_and_sold_to_it(desk: Desk) -> None:
    until = timezone.now() + timedelta(hours=1)
    assert desk.keep(desk.office.free, until=until.isoformat()).status_code == 200
    [kept] = desk.get("allocations")
    assert (kept["kind"], kept["label"], kept["seat_ids"]) == (
        *("name", "Zoe Zimmer"),
        [desk.office.free],
    )
    assert kept["created_by"] == "organiser"
    seat = desk.get(f"seats/{desk.office.free}")
    assert (seat["status"], seat["allocation"]["id"]) == ("blocked", kept["id"])
    found = refusal(desk.sell(desk.office.free), 409, "seat_unavailable")
    assert found["conflicts"][0]["reason"] == "blocked"
    assert desk.sell(desk.office.free, from_allocation=kept["id"]).status_code == 201
    assert desk.get("allocations") == []


def test_a_local_time_until_when_seats_are_kept_is_the_venues(desk: Desk) -> None:
    Event.objects.filter(pk=desk.office.event.pk).update(time_zone="Asia/Tokyo")
    assert desk.keep(desk.office.free, until="2090-05-24T18:00").status_code == 200
    assert desk.get("allocations")[0]["until"] == "2090-05-24T09:00:00.000Z"
    past = desk.keep(desk.office.free, until="2020-05-24T18:00")
    refusal(past, 409, "ends_in_the_past")


def test_unblocked_seats_are_on_sale_again(desk: Desk) -> None:
    desk.keep(desk.office.free, kind="block", label="Camera")
    assert desk.post("unblock", desk.office.free).status_code == 200
    lock = f"/api/events/{desk.office.event.pk}/seats/{desk.office.free}/lock/"
    assert signed_in(desk.office.alice).post(lock).status_code == 200
    event_id = desk.office.event.pk
    kinds = SecurityEvent.objects.filter(event_id=event_id, kind__startswith="seats_").order_by(
        "pk"
    )
    assert list(kinds.values_list("kind", flat=True)) == ["seats_blocked", "seats_unblocked"]
    story = desk.client.get(
        f"/api/events/{desk.office.event.pk}/history/changes/?seat={desk.office.free}"
    ).json()
    assert [(row["reason"], row["allocation"]) for row in story] == [
        ("locked", None),
        ("unblocked", "Camera"),
        ("blocked", "Camera"),
    ]


def test_the_holder_of_a_released_lock_is_told_who_did_it(desk: Desk) -> None:
    office = desk.office
    seat = desk.get(f"seats/{office.held}")
    assert (seat["lock"]["holder"]["name"], seat["booking"]) == ("alice", None)
    assert desk.post("release", office.held, office.free).json()["message"] == "1 lock released"
    told = f"/api/events/{office.event.pk}/released-locks/"
    [mine] = signed_in(office.alice).get(told).json()
    assert (mine["seat_id"], mine["seat_number"]) == (office.held, "A2")
    assert signed_in(office.bob).get(told).json() == []
    log = SecurityEvent.objects.get(kind=Kind.LOCKS_RELEASED)
    assert (log.subject_id, log.details["seats"]) == (office.alice.pk, ["A2"])
    # Once held again it is not told any more, nor after that.
    for what in ("lock", "unlock"):
        path = f"/api/events/{office.event.pk}/seats/{office.held}/{what}/"
        assert signed_in(office.alice).post(path).status_code == 200
        assert signed_in(office.alice).get(told).json() == []


def test_a_gift_with_ticket_types_is_refused(desk: Desk) -> None:
    body = {"payment_method": "comp", "ticket_types": {str(desk.office.free): 1}}
    found = refusal(desk.sell(desk.office.free, **body), 400, "invalid")
    assert set(found["fields"]) == {"ticket_types"}


def test_the_ticket_of_a_buyer_without_an_account_names_them_at_the_door(desk: Desk) -> None:
    code = desk.sell(desk.office.free).json()["reservation"]["ticket_code"]
    ticket = desk.client.get(f"/api/tickets/{code}/").json()
    assert (ticket["admits"], ticket["buyer"]) == (True, "Zoe Zimmer")
    # A provider may have a method of the same name, which is not paid before it is charged.
    Reservation.objects.filter(channel="box_office").update(payment_method="card")
    assert desk.client.get(f"/api/tickets/{code}/").json()["admits"]


def test_an_allocation_of_another_event_opens_no_seat(desk: Desk) -> None:
    other = make_event()
    desk.client.post(
        f"/api/events/{other.pk}/box-office/allocate/",
        {"seat_ids": seat_ids(other)[:1], "kind": "block", "label": "Camera"},
    )
    desk.keep(desk.office.free)
    foreign = Allocation.objects.get(event=other).pk
    refusal(desk.sell(desk.office.free, from_allocation=foreign), 409, "seat_unavailable")


def test_reports_tell_sales_by_channel(desk: Desk) -> None:
    desk.sell(desk.office.free)
    path = f"/api/events/{desk.office.event.pk}/"
    methods = desk.client.get(f"{path}reports/").json()["methods"]
    sums = {(row["channel"], row["method"]): row["left"]["total"] for row in methods}
    assert sums == {("online", "invoice"): "100.00", ("box_office", "cash"): "50.00"}
    revenue = desk.client.get(f"{path}revenue/").json()["total"]
    assert Decimal(revenue) == sum(map(Decimal, sums.values()))


def test_who_may_block_may_not_sell(desk: Desk) -> None:
    editor = permitted(make_user(), "reservations.change_seat")
    client = signed_in(editor)
    body = {"seat_ids": [desk.office.free], "kind": "block", "label": "Camera"}
    assert client.post(f"{desk.path}allocate/", body).status_code == 200
    sale = {"seat_ids": [desk.office.free], "payment_method": "comp", "buyer_name": "Eve"}
    refusal(client.post(f"{desk.path}sell/", sale), 403, "permission_denied")
    refusal(client.get(f"{desk.path}seats/{desk.office.free}/"), 403, "permission_denied")
