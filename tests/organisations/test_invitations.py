"""Invitations by mail: who can accept them, how often, and how many are sent."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import mail_limits
from accounts.mail_links import invitation_fragment
from accounts.models import Mail
from infrastructure.security_log.models import SecurityEvent
from organisations import services
from organisations.models import Invitation
from organisations.roles import Role
from tests.contract.calls import refusal
from tests.factories import make_user, signed_in
from tests.organisations.conftest import House

pytestmark = pytest.mark.any_database

ACCEPT = "/api/invitations/accept/"
CHECK = "/api/invitations/check/"


def _invite(house: House, email: str = "zoe@example.com", role: str = "editor", **more: Any) -> Any:
    body = {"email": email, "role": role}
    return house.client().post(f"{house.path}invitations/", body, **more)


def _token(outbox: list[Any]) -> str:
    """Send the waiting mail, and return the token in the newest one."""
    call_command("send_mail")
    found = re.search(r"/organise/invitations#token=(\S+)", outbox[-1].body)
    assert found
    return found[1]


def test_a_mailed_link_makes_its_reader_a_member(choir: House, mailoutbox: list[Any]) -> None:
    made = _invite(choir)
    assert made.status_code == 201
    assert "key" not in made.json()
    token = _token(mailoutbox)
    assert mailoutbox[0].to == ["zoe@example.com"]
    assert "Choir invites you" in mailoutbox[0].body
    zoe = make_user("zoe")
    offer: Any = signed_in(zoe).post(CHECK, {"token": token})
    assert offer.json() == {
        "organisation_id": choir.organisation.pk,
        "organisation": "Choir",
        "role": "editor",
        "is_accepted": False,
    }
    assert zoe.pk not in choir.roles()
    for _ in range(2):
        accepted: Any = signed_in(zoe).post(ACCEPT, {"token": token})
        assert (accepted.status_code, accepted.json()["role"]) == (200, "editor")
    assert choir.roles()[zoe.pk] == "editor"
    logged = SecurityEvent.objects.exclude(kind="signed_in").order_by("pk")
    assert list(logged.values_list("kind", "actor_id", "subject_id")) == [
        ("member_invited", choir.owner.pk, None),
        ("member_joined", zoe.pk, zoe.pk),
    ]


def test_neither_the_row_nor_the_mail_in_the_database_has_the_token(
    choir: House, mailoutbox: list[Any]
) -> None:
    _invite(choir)
    stored = f"{list(Mail.objects.values())} {list(Invitation.objects.values())}"
    assert _token(mailoutbox) not in stored
    key = Invitation.objects.get().key
    refusal(signed_in(make_user()).post(ACCEPT, {"token": key}), 400, "invalid_link")


def test_the_mail_is_in_the_inviters_language(choir: House, mailoutbox: list[Any]) -> None:
    _invite(choir, HTTP_ACCEPT_LANGUAGE="de-AT,en;q=0.5")
    _token(mailoutbox)
    assert "Choir lädt Sie ein" in mailoutbox[0].body


@pytest.mark.parametrize(
    "name",
    ["www.evil.example", "Win at evil.example now", "https://evil", "a@b", "Call 0900123456"],
)
def test_a_name_that_could_be_a_link_is_not_in_the_mail(
    name: str, choir: House, mailoutbox: list[Any]
) -> None:
    choir.client().patch(choir.path, {"name": name})
    _invite(choir)
    _token(mailoutbox)
    assert name not in mailoutbox[0].body
    assert mailoutbox[0].body.startswith("Hello,\n\nAn organisation invites you")


def test_a_forged_token_is_refused(choir: House, mailoutbox: list[Any]) -> None:
    _invite(choir)
    token = _token(mailoutbox)
    for forged in (token[:-1], f"{token}x", "x", token.replace(":", "")):
        for path in (ACCEPT, CHECK):
            answer = signed_in(make_user()).post(path, {"token": forged})
            refusal(answer, 400, "invalid_link")


def test_a_used_invitation_admits_nobody_else(choir: House, mailoutbox: list[Any]) -> None:
    _invite(choir)
    token = {"token": _token(mailoutbox)}
    assert signed_in(make_user()).post(ACCEPT, token).status_code == 200
    refusal(signed_in(make_user()).post(ACCEPT, token), 409, "invitation_used")


def test_who_left_cannot_come_back_by_the_old_link(choir: House, mailoutbox: list[Any]) -> None:
    _invite(choir)
    token, zoe = {"token": _token(mailoutbox)}, make_user()
    signed_in(zoe).post(ACCEPT, token)
    signed_in(zoe).delete(f"{choir.path}members/{zoe.pk}/")
    refusal(signed_in(zoe).post(ACCEPT, token), 409, "invitation_used")


def test_an_expired_invitation_is_refused_and_pruned_later(
    choir: House, mailoutbox: list[Any]
) -> None:
    _invite(choir)
    token = {"token": _token(mailoutbox)}
    Invitation.objects.update(expires_at=timezone.now())
    refusal(signed_in(make_user()).post(ACCEPT, token), 409, "invitation_expired")
    assert choir.client().get(f"{choir.path}invitations/").json()[0]["is_expired"]
    call_command("prune_invitations")
    assert Invitation.objects.exists()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=31))
    call_command("prune_invitations")
    assert not Invitation.objects.exists()


def test_a_withdrawn_invitation_is_refused(choir: House, mailoutbox: list[Any]) -> None:
    path = f"{choir.path}invitations/{_invite(choir).json()['id']}/"
    token = {"token": _token(mailoutbox)}
    assert choir.client().delete(path).status_code == 200
    refusal(choir.client().delete(path), 404, "invitation_not_found")
    refusal(signed_in(make_user()).post(ACCEPT, token), 409, "invitation_withdrawn")


def test_inviting_again_replaces_role_and_link(choir: House, mailoutbox: list[Any]) -> None:
    _invite(choir, "Zoe@example.com", "door")
    old = _token(mailoutbox)
    _invite(choir, "zoe@EXAMPLE.com", "editor")
    new = _token(mailoutbox)
    [listed] = choir.client().get(f"{choir.path}invitations/").json()
    assert (listed["role"], listed["invited_by"]) == ("editor", choir.owner.username)
    zoe = signed_in(make_user())
    refusal(zoe.post(ACCEPT, {"token": old}), 409, "invitation_withdrawn")
    accepted: Any = zoe.post(ACCEPT, {"token": new})
    assert accepted.json()["role"] == "editor"


def test_a_member_keeps_their_role_and_the_invitation_stays_open(
    choir: House, mailoutbox: list[Any]
) -> None:
    _invite(choir, role="viewer")
    token = {"token": _token(mailoutbox)}
    refusal(choir.client().post(ACCEPT, token), 409, "already_member")
    assert choir.roles()[choir.owner.pk] == "owner"
    assert signed_in(make_user()).post(ACCEPT, token).status_code == 200


def test_one_house_cannot_withdraw_the_invitations_of_another(choir: House, circus: House) -> None:
    number = _invite(choir).json()["id"]
    answer = circus.client().delete(f"{circus.path}invitations/{number}/")
    refusal(answer, 404, "invitation_not_found")


def test_one_address_gets_few_invitations_a_day(choir: House, mailoutbox: list[Any]) -> None:
    spellings = ["zoe@example.com", "z.oe@example.com", "zoe+1@example.com", "ZOE@example.com"]
    statuses = [_invite(choir, spelling).status_code for spelling in spellings]
    assert statuses == [201] * mail_limits.INVITATIONS_PER_DAY + [429]
    assert Invitation.objects.count() == mail_limits.INVITATIONS_PER_DAY
    call_command("send_mail")
    assert len(mailoutbox) == mail_limits.INVITATIONS_PER_DAY


def test_one_person_sends_so_many_invitations_a_day(
    choir: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_limits, "INVITATIONS_PER_PERSON", 2)
    made = [_invite(choir, f"guest{number}@example.com").status_code for number in range(3)]
    assert made == [201, 201, 429]


def test_an_organisation_has_so_many_open_invitations_and_members(
    choir: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_INVITATIONS", 1)
    assert _invite(choir, "a@example.com").status_code == 201
    assert _invite(choir, "a@example.com").status_code == 201
    refusal(_invite(choir, "b@example.com"), 409, "too_many_invitations")
    monkeypatch.setattr(services, "MAX_MEMBERS", len(Role))
    refusal(_invite(choir, "a@example.com"), 409, "too_many_members")
    token = invitation_fragment(Invitation.objects.get().key).removeprefix("token=")
    answer = signed_in(make_user()).post(ACCEPT, {"token": token})
    refusal(answer, 409, "too_many_members")
