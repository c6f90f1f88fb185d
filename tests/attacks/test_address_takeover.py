"""Taking over somebody's bookings by verifying their address, with their click or without."""

import re
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import revocations
from accounts.models import User
from reservations.models import Event
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, seat_ids, signed_in, stranger

pytestmark = pytest.mark.django_db(transaction=True)

VICTIM, OWN = "victim@example.org", "mallory@example.org"
ACCOUNT = {"username": "mallory", "password": PASSWORD}


@pytest.fixture
def event() -> Event:
    return make_event(seats=8, offline_methods=["cash"])


def _guest(address: str) -> APIClient:
    client = stranger()
    body = {"name": "Zoe", "email": address}
    assert client.post("/api/guest/", body).status_code == 201
    return client


def _book(client: APIClient, event: Event, place: int) -> str:
    seats = {"seat_ids": [seat_ids(event)[place]]}
    client.post(f"/api/events/{event.pk}/lock/", seats)
    order = {**seats, "payment_method": "cash"}
    answer = client.post(f"/api/events/{event.pk}/reserve/", order)
    return str(answer.json()["reservation"]["id"])


def _mailed(outbox: list[Any], address: str) -> list[Any]:
    call_command("send_mail")
    return [each for each in outbox if each.to == [address]]


def _links(body: str) -> dict[str, dict[str, str]]:
    """Return the guests' links in a mail, by the booking to which they lead."""
    found = re.findall(r"/guest\?next=/reservations/(\w+)#uid=(\S+?)&token=(\S+)$", body, re.M)
    return {number: {"uid": uid, "token": token} for number, uid, token in found}


def _come_back(link: dict[str, str]) -> Any:
    return stranger().post("/api/guest/come-back/", link)


@pytest.mark.postgres
def test_ones_own_link_never_verifies_another_address(event: Event, mailoutbox: list[Any]) -> None:
    """The correction and the link are sent together, again and again."""
    for place in range(4):
        mallory = _guest(OWN)
        number = _book(mallory, event, place)
        link = _links(_mailed(mailoutbox, OWN)[-1].body)[number]
        moved = {"name": "Zoe", "email": VICTIM}
        at_once(
            [
                partial(mallory.post, "/api/guest/details/", moved),
                *[partial(_come_back, link)] * 6,
            ]
        )
        guest = User.objects.latest("pk")
        assert guest.email == OWN or guest.email_verified_at is None
        mailoutbox.clear()


def test_the_owners_click_ends_the_session_of_who_started_the_guest(
    event: Event, mailoutbox: list[Any]
) -> None:
    mallory = _guest(VICTIM)
    number = _book(mallory, event, 0)
    link = _links(_mailed(mailoutbox, VICTIM)[0].body)[number]
    assert _come_back(link).status_code == 200
    for call, body in (
        ("account/", ACCOUNT),
        ("details/", {"name": "Mallory", "email": OWN}),
        ("merge/", {}),
    ):
        refusal(mallory.post(f"/api/guest/{call}", body), 401, "not_authenticated")
    refusal(mallory.get("/api/reservations/"), 401, "not_authenticated")
    refusal(mallory.post("/api/socket-ticket/"), 401, "not_authenticated")
    # The link works on, also on the day of the event.
    assert _come_back(link).status_code == 200


def test_a_server_that_has_not_read_the_revocation_yet_makes_no_account(
    event: Event, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mallory = _guest(VICTIM)
    number = _book(mallory, event, 0)
    link = _links(_mailed(mailoutbox, VICTIM)[0].body)[number]
    mallory.get("/api/me/")
    monkeypatch.setattr(revocations, "is_revoked", lambda _: False)
    assert _come_back(link).status_code == 200
    refusal(mallory.post("/api/guest/account/", ACCOUNT), 401, "not_authenticated")


def test_a_link_leads_to_one_booking_which_the_mail_names(
    event: Event, mailoutbox: list[Any]
) -> None:
    other = make_event(name="Somebody's party", seats=2, offline_methods=["cash"])
    honest, mallory, idle = _guest(VICTIM), _guest(VICTIM), _guest(VICTIM)
    mine, theirs = _book(honest, event, 0), _book(mallory, other, 0)
    call_command("send_mail")
    mailoutbox.clear()
    stranger().post("/api/guest/link/", {"email": VICTIM})
    (sent,) = _mailed(mailoutbox, VICTIM)
    links = _links(sent.body)
    assert set(links) == {mine, theirs}
    assert sent.body.count("#uid=") == 2
    for number, name in ((mine, event.name), (theirs, other.name)):
        assert re.search(rf"^{name}, .* \(booking {number}\):\n\n\S+/{number}#", sent.body, re.M)
    assert _come_back(links[mine]).status_code == 200
    assert mallory.get("/api/me/").json()["email_verified"] is False
    assert idle.get("/api/me/").json()["email_verified"] is False


def test_guests_without_bookings_get_no_mail(mailoutbox: list[Any]) -> None:
    _guest(VICTIM)
    stranger().post("/api/guest/link/", {"email": VICTIM})
    assert _mailed(mailoutbox, VICTIM) == []


def test_a_click_of_the_owner_gives_a_strangers_account_no_verified_address(
    event: Event, mailoutbox: list[Any]
) -> None:
    number = _book(_guest(VICTIM), event, 0)
    mallory = stranger()
    mallory.post("/api/register/", {**ACCOUNT, "email": VICTIM})
    (mail,) = [each for each in _mailed(mailoutbox, VICTIM) if "/email/confirm#" in each.body]
    uid, token = re.findall(r"/email/confirm#uid=(\S+?)&token=(\S+)$", mail.body, re.M)[0]
    link = {"uid": uid, "token": token}
    refusal(stranger().post("/api/email/confirm/", link), 401, "not_authenticated")
    owner = signed_in(make_user("victim", email=VICTIM, email_verified_at=timezone.now()))
    refusal(owner.post("/api/email/confirm/", link), 409, "other_account")
    assert mallory.post("/api/guest/merge/").json() == {"bookings": 0}
    assert owner.post("/api/guest/merge/").json() == {"bookings": 1}
    assert [each["id"] for each in owner.get("/api/reservations/").json()] == [number]


def test_a_guest_cannot_have_the_address_verified_like_an_accounts(mailoutbox: list[Any]) -> None:
    refusal(_guest(VICTIM).post("/api/email/verify/"), 409, "nothing_to_verify")
    assert _mailed(mailoutbox, VICTIM) == []


def test_who_makes_an_account_of_the_guest_first_has_an_unverified_address(
    event: Event, mailoutbox: list[Any]
) -> None:
    mallory = _guest(VICTIM)
    number = _book(mallory, event, 0)
    link = _links(_mailed(mailoutbox, VICTIM)[0].body)[number]
    assert mallory.post("/api/guest/account/", ACCOUNT).status_code == 200
    refusal(_come_back(link), 400, "invalid_link")
    assert mallory.get("/api/me/").json()["email_verified"] is False
    _book(_guest(VICTIM), event, 1)
    assert mallory.post("/api/guest/merge/").json() == {"bookings": 0}
