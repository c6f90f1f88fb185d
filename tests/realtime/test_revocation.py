"""Sockets of members-only events are closed when their credential or access is revoked."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from accounts import revocations, tokens
from accounts.models import User
from realtime import revocation
from realtime.identity import identify
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.contract.calls import SEE_EVENTS
from tests.factories import make_user, permitted, person, signed_in, stranger, with_token

Watching = Callable[..., Any]
Command = Callable[..., Any]
Entrance = Callable[[User], dict[str, Any]]


@pytest.fixture(autouse=True)
def poll_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(revocation, "MEMBERSHIP_SECONDS", 0.02)
    monkeypatch.setattr(revocations, "SECONDS_BETWEEN_READS", 0.02)


@pytest.fixture
def friends(event: Event) -> Group:
    """The group whose members may watch the event."""
    friends = Group.objects.create(name="friends")
    event.visibility, event.member_group = Event.Visibility.MEMBERS, friends
    event.save(update_fields=["visibility", "member_group"])
    return friends


@pytest.fixture
def alice(friends: Group) -> User:
    alice = make_user("alice")
    alice.groups.add(friends)
    return alice


def by_session(user: User) -> dict[str, Any]:
    cookie = signed_in(user).cookies["sessionid"].value
    return {"headers": [(b"cookie", f"sessionid={cookie}".encode())]}


def by_token(user: User) -> dict[str, Any]:
    return {"subprotocols": ["seatcast", f"bearer.{tokens.issue_pair(user)['access']}"]}


def by_ticket(user: User) -> dict[str, Any]:
    """Return the credentials of a page behind a forwarding host: a ticket. `client` has the
    session.
    """
    client = signed_in(user)
    ticket = client.post("/api/socket-ticket/").json()["ticket"]
    # The characters that browsers allow in a subprotocol: RFC 7230, section 3.2.6.
    assert re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", ticket, re.ASCII)
    return {"subprotocols": ["seatcast", f"ticket.{ticket}"], "client": client}


def _offered(entrance: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entrance.items() if name != "client"}


def _sign_out(user: User, entrance: dict[str, Any]) -> None:
    if "headers" in entrance:
        client = stranger()
        client.cookies["sessionid"] = entrance["headers"][0][1].decode().removeprefix("sessionid=")
        assert client.post("/api/logout/").status_code == 200
    elif "client" in entrance:
        assert entrance["client"].post("/api/logout/").status_code == 200
    else:
        family = AccessToken(entrance["subprotocols"][1].removeprefix("bearer."))["sid"]
        revocations.revoke(family, person_id=user.pk)


def _new_password(user: User, entrance: dict[str, Any]) -> None:
    user.set_password("another-long-word")
    user.save()


def _deactivate(user: User, entrance: dict[str, Any]) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("end", [_sign_out, _new_password, _deactivate])
@pytest.mark.parametrize("enter", [by_session, by_token, by_ticket])
async def test_revoking_the_credential_closes_the_socket(
    enter: Entrance,
    end: Callable[[User, dict[str, Any]], None],
    watching: Watching,
    event: Event,
    alice: User,
) -> None:
    entrance = await in_thread(partial(enter, alice))
    async with watching(event.pk, **_offered(entrance)) as socket:
        await socket.frame()
        await in_thread(partial(end, alice, entrance))
        assert await socket.close_code() == 4401
    async with watching(event.pk, **_offered(entrance)) as again:
        assert await again.close_code() == 4401


async def test_a_ticket_expires_quickly_and_opens_only_sockets(
    watching: Watching, event: Event, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entrance = await in_thread(partial(by_ticket, alice))
    ticket = entrance["subprotocols"][1].removeprefix("ticket.")
    bearer = stranger()
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {ticket}")
    answer = await in_thread(partial(bearer.get, "/api/me/"))
    assert answer.status_code == 401
    for forged in (f"{ticket}x", f"x{ticket}", "", "rubbish", ticket.replace("~", ".")):
        async with watching(event.pk, subprotocols=["seatcast", f"ticket.{forged}"]) as socket:
            assert await socket.close_code() == 4401
    monkeypatch.setattr("accounts.socket_tickets.TICKET_SECONDS", -1)
    async with watching(event.pk, subprotocols=entrance["subprotocols"]) as socket:
        assert await socket.close_code() == 4401


def test_tokens_get_no_tickets(alice: User) -> None:
    assert with_token(alice).post("/api/socket-ticket/").json()["ticket"] is None


async def test_other_sessions_keep_their_sockets(
    watching: Watching, event: Event, alice: User, lock: Command
) -> None:
    one, other = [await in_thread(partial(by_session, alice)) for _ in range(2)]
    async with watching(event.pk, **one) as ends, watching(event.pk, **other) as stays:
        await ends.frame(), await stays.frame()
        await in_thread(partial(_sign_out, alice, one))
        assert await ends.close_code() == 4401
        await lock(person(alice), 3)
        await stays.until_seq(1)


class _AMonthLater:
    """Stands in for `time`."""

    monotonic = staticmethod(time.monotonic)

    @staticmethod
    def time() -> float:
        return time.time() + 30 * 24 * 3_600


@pytest.mark.parametrize("enter", [by_session, by_token, by_ticket])
async def test_a_socket_is_closed_when_its_credential_expires(
    enter: Entrance,
    watching: Watching,
    event: Event,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entrance = await in_thread(partial(enter, alice))
    async with watching(event.pk, **_offered(entrance)) as socket:
        await socket.frame()
        monkeypatch.setattr(revocations, "time", _AMonthLater)
        assert await socket.close_code() == 4401


async def test_using_a_session_does_not_extend_its_maximum_lifetime(alice: User) -> None:
    def opened() -> float:
        entrance, soon = by_session(alice), timezone.now() + timedelta(seconds=90)
        Session.objects.update(expire_date=soon)
        credential = identify(entrance).credential
        assert credential
        return credential.expires_at - soon.timestamp()

    assert await in_thread(opened) == pytest.approx(0, abs=0.001)


async def test_reconnecting_with_a_new_token_resumes(
    watching: Watching, event: Event, alice: User, lock: Command
) -> None:
    entrance = await in_thread(partial(by_token, alice))
    async with watching(event.pk, **_offered(entrance)) as socket:
        await socket.frame()
        await in_thread(partial(_new_password, alice, entrance))
        assert await socket.close_code() == 4401
    await lock(person(alice), 3)
    renewed = await in_thread(partial(by_token, alice))
    async with watching(event.pk, "?since=0&layout=plan", **renewed) as socket:
        frame = await socket.frame()
    assert (frame["type"], frame["from"], frame["seq"]) == ("delta", 0, 1)


async def test_losing_membership_or_permission_closes_the_socket(
    watching: Watching, event: Event, alice: User, lock: Command
) -> None:
    bob, organiser = await in_thread(
        lambda: (make_user("bob"), permitted(make_user("organiser"), SEE_EVENTS))
    )
    await in_thread(lambda: bob.groups.set(alice.groups.all()))
    entrances = [await in_thread(partial(by_session, user)) for user in (alice, bob, organiser)]
    async with (
        watching(event.pk, **entrances[0]) as of_alice,
        watching(event.pk, **entrances[1]) as of_bob,
        watching(event.pk, **entrances[2]) as of_organiser,
    ):
        for socket in (of_alice, of_bob, of_organiser):
            await socket.frame()
        await in_thread(alice.groups.clear)
        assert await of_alice.close_code() == 4403
        await lock(person(bob), 3)
        for socket in (of_bob, of_organiser):
            await socket.until_seq(1)
        await in_thread(organiser.user_permissions.clear)
        assert await of_organiser.close_code() == 4403


async def test_staff_without_a_permission_is_refused(
    watching: Watching, event: Event, friends: Group
) -> None:
    staff = await in_thread(lambda: make_user("staff", is_staff=True))
    entrance = await in_thread(partial(by_session, staff))
    async with watching(event.pk, **_offered(entrance)) as socket:
        assert await socket.close_code() == 4403


async def test_a_member_is_closed_when_the_event_becomes_a_draft(
    watching: Watching, event: Event, alice: User
) -> None:
    entrance = await in_thread(partial(by_session, alice))
    async with watching(event.pk, **_offered(entrance)) as socket:
        await socket.frame()
        await in_thread(lambda: Event.objects.update(visibility=Event.Visibility.DRAFT))
        assert await socket.close_code() == 4403


async def test_making_an_event_members_only_closes_unauthorised_sockets(
    watching: Watching, event: Event
) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        await in_thread(
            lambda: Event.objects.filter(pk=event.pk).update(visibility=Event.Visibility.MEMBERS)
        )
        assert await socket.close_code() == 1012
        async with watching(event.pk, "?since=0&layout=plan") as again:
            assert await again.close_code() == 4401
