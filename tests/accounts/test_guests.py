"""Guests: buy without an account, come back by a mailed link, become or join an account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.guests import services
from accounts.mail_links import address_fragment, encode_uid, guest_fragment, invitation_fragment
from accounts.models import SignIn, User
from infrastructure.security_log.models import SecurityEvent
from organisations.models import Invitation, Organisation
from reservations.audit.verification import Counts, differences
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event, Reservation
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, person, seat_ids, signed_in, stranger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ADDRESS = "zoe@example.org"
ZOE = {"name": "Zoe Moore", "email": ADDRESS}


@pytest.fixture
def event() -> Event:
    return make_event(seats=4, offline_methods=["cash"])


def _guest(**details: str) -> APIClient:
    client = stranger()
    assert client.post("/api/guest/", {**ZOE, **details}).status_code == 201
    return client


def _book(client: APIClient, event: Event, place: int = 0) -> str:
    """Book a seat over the API; return the booking's id."""
    seats = {"seat_ids": [seat_ids(event)[place]]}
    assert client.post(f"/api/events/{event.pk}/lock/", seats).status_code == 200
    path = f"/api/events/{event.pk}/reserve/"
    answer = client.post(path, {**seats, "payment_method": "cash"})
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["reservation"]["id"])


def _links(outbox: list[Any], address: str = ADDRESS) -> list[dict[str, str]]:
    """Send what is due; return the guests' links in all mail to an address."""
    call_command("send_mail")
    bodies = "\n".join(each.body for each in outbox if each.to == [address])
    found = re.findall(r"/guest(?:\?next=\S+)?#uid=(\S+?)&token=(\S+)$", bodies, re.M)
    return [{"uid": uid, "token": token} for uid, token in found]


def _come_back(link: dict[str, str]) -> APIClient:
    client = stranger()
    answer = client.post("/api/guest/come-back/", link)
    assert answer.status_code == 200, answer.json()
    return client


def _bookings(client: APIClient) -> list[str]:
    return [each["id"] for each in client.get("/api/reservations/").json()]


def _account(address: str = ADDRESS) -> APIClient:
    verified = timezone.now()
    return signed_in(make_user("zoe", email=address, email_verified_at=verified))


def test_a_guest_books_and_comes_back_by_the_mailed_link(
    event: Event, mailoutbox: list[Any]
) -> None:
    number = _book(_guest(), event)
    (link,) = _links(mailoutbox)
    assert f"/guest?next=/reservations/{number}#" in mailoutbox[0].body
    assert event.name in mailoutbox[0].subject
    client = _come_back(link)
    assert _bookings(client) == [number]
    me = client.get("/api/me/").json()
    assert (me["is_guest"], me["name"], me["email_verified"]) == (True, "Zoe Moore", True)
    assert client.post(f"/api/reservations/{number}/cancel/").status_code == 200


def test_a_guest_from_another_host_gets_tokens(settings: Any) -> None:
    settings.CLIENT_ORIGINS = ["https://shop.example"]
    client = APIClient()
    answer = client.post("/api/guest/", ZOE, headers={"Origin": "https://shop.example"})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/me/").json()["is_guest"]
    assert "sessionid" not in answer.cookies


def test_forged_links_and_links_of_other_people_are_refused(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(_guest(), event)
    _book(_guest(email="max@example.org"), event, 1)
    (zoe,), (other,) = _links(mailoutbox), _links(mailoutbox, "max@example.org")
    alice = make_user("alice", password=PASSWORD, email=ADDRESS)
    for bad in (
        {**zoe, "uid": other["uid"]},
        {**zoe, "token": zoe["token"][:-1] + "x"},
        {**zoe, "uid": encode_uid(alice)},
        dict(part.split("=", 1) for part in guest_fragment(alice).split("&")),
        dict(part.split("=", 1) for part in address_fragment(alice, ADDRESS).split("&")),
        {"uid": "x" * 64, "token": "x"},
    ):
        client = stranger()
        refusal(client.post("/api/guest/come-back/", bad), 400, "invalid_link")
        assert client.get("/api/me/").status_code == 401


def test_links_are_mailed_again_to_the_guests_address_only(
    event: Event, mailoutbox: list[Any]
) -> None:
    number = _book(_guest(), event)
    call_command("send_mail")
    mailoutbox.clear()
    asked = [
        stranger().post("/api/guest/link/", {"email": each})
        for each in ("ZOE@example.org", "nobody@example.org")
    ]
    assert asked[0].json() == asked[1].json()
    (link,) = _links(mailoutbox)
    assert len(mailoutbox) == 1
    assert _bookings(_come_back(link)) == [number]


def test_a_corrected_address_gets_the_link_and_the_old_one_becomes_invalid(
    event: Event, mailoutbox: list[Any]
) -> None:
    client = _guest(email="zoo@example.org")
    number = _book(client, event)
    (wrong,) = _links(mailoutbox, "zoo@example.org")
    assert client.post("/api/guest/details/", ZOE).status_code == 200
    (link,) = _links(mailoutbox)
    refusal(stranger().post("/api/guest/come-back/", wrong), 400, "invalid_link")
    client = _come_back(link)
    assert _bookings(client) == [number]
    changed = client.post("/api/guest/details/", {**ZOE, "email": "max@example.org"})
    refusal(changed, 409, "address_verified")


def test_a_guest_becomes_an_account_with_the_bookings(event: Event, mailoutbox: list[Any]) -> None:
    client = _guest()
    number = _book(client, event)
    (link,) = _links(mailoutbox)
    client, elsewhere = _come_back(link), _come_back(link)
    chosen = {"username": "zoe", "password": PASSWORD}
    assert client.post("/api/guest/account/", chosen).status_code == 200
    assert _bookings(client) == [number]
    assert elsewhere.get("/api/me/").status_code == 401
    refusal(stranger().post("/api/guest/come-back/", link), 400, "invalid_link")
    again = stranger()
    assert again.post("/api/login/", chosen).status_code == 200
    assert _bookings(again) == [number]
    refusal(again.post("/api/guest/account/", {**chosen, "username": "x"}), 409, "not_a_guest")
    refusal(again.post("/api/guest/details/", ZOE), 409, "not_a_guest")


def test_a_taken_name_leaves_the_guest_as_it_was(event: Event) -> None:
    make_user("zoe")
    client = _guest()
    number = _book(client, event)
    refused = client.post("/api/guest/account/", {"username": "ZOE", "password": PASSWORD})
    assert refusal(refused, 400, "invalid")["field_codes"] == {"username": ["taken"]}
    assert client.get("/api/me/").json()["is_guest"]
    assert _bookings(client) == [number]


def test_an_account_takes_over_the_bookings_of_its_verified_address(
    event: Event, mailoutbox: list[Any]
) -> None:
    guests = [_guest(), _guest(email="Zoe@Example.org")]
    numbers = [_book(client, event, place) for place, client in enumerate(guests)]
    (link, *_) = _links(mailoutbox)
    other = signed_in(make_user("max", email=ADDRESS))
    account = _account()
    assert other.get("/api/guest/bookings/").json() == {"bookings": 0}
    assert other.post("/api/guest/merge/").json() == {"bookings": 0}
    assert account.get("/api/guest/bookings/").json() == {"bookings": 2}
    assert account.post("/api/guest/merge/").json() == {"bookings": 2}
    assert sorted(_bookings(account)) == sorted(numbers)
    assert account.post("/api/guest/merge/").json() == {"bookings": 0}
    assert [client.get("/api/me/").status_code for client in guests] == [401, 401]
    refusal(stranger().post("/api/guest/come-back/", link), 400, "invalid_link")
    assert not User.objects.filter(merged_into__isnull=False).exclude(email="").exists()
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_merge_makes_the_guests_holds_the_accounts(event: Event) -> None:
    guest, account = _guest(), _account()
    seats = {"seat_ids": seat_ids(event)[:2]}
    guest.post(f"/api/events/{event.pk}/lock/", seats)
    before = guest.get(f"/api/events/{event.pk}/locks/").json()
    account.post("/api/guest/merge/")
    kept = ("id", "locked_until", "extensions_left")
    mine = account.get(f"/api/events/{event.pk}/locks/").json()
    assert [[each[name] for name in kept] for each in mine] == [
        [each[name] for name in kept] for each in before
    ]
    order = {**seats, "payment_method": "cash"}
    assert account.post(f"/api/events/{event.pk}/reserve/", order).status_code == 201
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_merged_guest_is_closed_and_nameless(event: Event) -> None:
    _guest()
    account = make_user("max")
    for more in ({"email": ""}, {"first_name": ""}, {"email": "", "first_name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(email=ADDRESS).update(merged_into=account, **more)


def test_two_merges_at_once_move_each_booking_once(event: Event) -> None:
    numbers = {_book(_guest(), event, place) for place in range(3)}
    account = make_user("zoe", email=ADDRESS, email_verified_at=timezone.now())
    moved = at_once([lambda: services.merge(account)] * 4)
    assert sum(each for each in moved if isinstance(each, int)) == 3
    assert {each.public_id for each in Reservation.objects.filter(user=account)} == numbers
    merged = SecurityEvent.objects.filter(kind="guest_merged")
    assert sum(each.details["bookings"] for each in merged) == 3


def test_a_guest_cannot_join_an_organisation() -> None:
    owner = make_user("olga")
    organisation = Organisation.objects.create(name="Opera")
    Invitation.objects.create(
        organisation=organisation,
        key="k",
        email=ADDRESS,
        role="owner",
        invited_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )
    token = invitation_fragment("k").removeprefix("token=")
    refused = _guest().post("/api/invitations/accept/", {"token": token})
    refusal(refused, 409, "guest_needs_account")


def test_a_guest_erases_the_data_without_a_password(event: Event) -> None:
    client = _guest()
    _book(client, event)
    refusal(client.post("/api/me/erase/", {}), 409, "upcoming_bookings")
    assert client.post("/api/me/erase/", {"keep_tickets": True}).status_code == 200
    assert not User.objects.filter(email=ADDRESS).exists()


def test_unused_guests_are_erased_after_a_while_and_accounts_are_not(event: Event) -> None:
    _guest()
    booked = _guest(email="max@example.org")
    _book(booked, event)
    make_user("alice", email="alice@example.org")
    long_ago = timezone.now() - timedelta(days=91)
    User.objects.update(last_login=long_ago, date_joined=long_ago)
    SignIn.objects.update(seen_at=long_ago)
    call_command("erase_accounts")
    emails = set(User.objects.filter(is_active=True).values_list("email", flat=True))
    assert "max@example.org" in emails
    assert "alice@example.org" in emails
    assert ADDRESS not in emails


def test_a_confirmation_is_mailed_in_the_buyers_language(
    event: Event, mailoutbox: list[Any]
) -> None:
    client = stranger()
    client.post("/api/guest/", ZOE, headers={"Accept-Language": "de-DE"})
    _book(client, event)
    call_command("send_mail")
    (sent,) = mailoutbox
    assert sent.subject == f"Gebucht: {event.name}"
    assert "Zu bezahlen bis" in sent.body


def test_an_account_with_an_unverified_address_gets_a_confirmation_without_its_name(
    event: Event, mailoutbox: list[Any]
) -> None:
    alice = make_user("alice", email="alice@example.org")
    ids = tuple(seat_ids(event)[:1])
    command_queue.submit(event_id=event.pk, command=LockSeats(person(alice), ids))
    command_queue.submit(event_id=event.pk, command=ReserveSeats(person(alice), ids, "cash"))
    call_command("send_mail")
    [sent] = mailoutbox
    assert sent.to == ["alice@example.org"]
    assert "alice" not in sent.body


def test_an_unverified_address_gets_five_confirmations_a_day_and_a_verified_one_all(
    mailoutbox: list[Any],
) -> None:
    event = make_event(seats=14, offline_methods=["cash"])
    for place in range(6):
        _book(_guest(email="z.oe+x@example.org"), event, place)
    call_command("send_mail")
    assert len(mailoutbox) == 5
    for place in range(6, 12):
        _book(_guest_verified(place), event, place)
    call_command("send_mail")
    assert len(mailoutbox) == 11


def _guest_verified(number: int) -> APIClient:
    verified = timezone.now()
    return signed_in(
        make_user(f"v{number}", email=ADDRESS, guest_since=verified, email_verified_at=verified)
    )
