"""A box office with objects for every call to work on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.mail_links import address_fragment, invitation_fragment, password_fragment
from accounts.models import Challenge, Passkey, SignIn, User
from accounts.second_factor import challenges, passkeys, recovery, totp
from doors.models import Door, Scan
from organisations.models import Invitation, Membership, Organisation
from organisations.roles import Role
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.features import SoldBy
from reservations.domain.states import PaymentStatus
from reservations.models import (
    Allocation,
    Category,
    Event,
    PlanDraft,
    PlanVersion,
    PromoCode,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    SeatingPlan,
)
from reservations.organising.plan_library import create_plan
from reservations.plans.document import read
from tests.accounts.second_factor.device import App, Key
from tests.contract.calls import Call
from tests.copies import Copies
from tests.factories import (
    PASSWORD,
    make_event,
    make_open_payment,
    make_promo_code,
    make_user,
    pay_for,
    person,
    seat_ids,
    signed_in,
    with_session,
)
from tests.reservations.plans.documents import document, written
from webhooks import services as webhooks
from webhooks.models import Delivery, Endpoint, Feed


@dataclass
class BoxOffice:
    """An event with six seats: two free; alice and bob each hold one and have booked one.

    The second free one is the only place of a standing area.

    And an organisation without events: carol is a member, and there is an open invitation.
    """

    event: Event
    alice: User
    bob: User
    organiser: User
    organisation: Organisation
    plan: int
    endpoint: int
    delivery: int
    carol: User
    invitation: Invitation
    free: int
    held: int
    held_by_bob: int
    booked: int
    booked_by_bob: int
    reservation: str
    reservation_of_bob: str
    refresh: str
    link: dict[str, str]
    email_link: dict[str, str]
    code: str
    payment: str
    """One that was declined: alice can start another."""
    factors: dict[str, object]
    sign_in: str
    category: int
    door: UUID
    promo_code: PromoCode
    sessions: dict[int, str]
    """Keys of sessions, by person: signing in takes longer than most calls."""

    def caller(self, call: Call) -> User:
        """Return a person who may make a call: alice, or an organiser where it takes one."""
        return self.organiser if call.needs_organiser else self.alice

    def browser(self, user: User) -> APIClient:
        """Return a browser in which a person of this office is signed in."""
        return with_session(self.sessions[user.pk])

    def path(self, call: Call, **instead: object) -> str:
        return call.path.format(**{**self._ids(), **instead})

    def body(self, call: Call) -> Any:
        return _filled(call.body, self._ids())

    def send(self, call: Call, client: Any = None, **more: Any) -> Any:
        """Make a valid call, by default as its `caller`."""
        client = client or self.browser(self.caller(call))
        return getattr(client, call.method.lower())(self.path(call), self.body(call), **more)

    def state(self) -> list[list[tuple[Any, ...]]]:
        """Return all rows of seats, bookings and organisations, and the name of each user."""
        queries = []
        for model in (
            *(Seat, Reservation, ReservationSeat, SeatChange, Allocation, PromoCode),
            *(Organisation, Membership, Invitation, SeatingPlan, PlanDraft, PlanVersion),
            *(Endpoint, Delivery, Feed, Scan),
        ):
            key = ", ".join(str(field.column) for field in model._meta.pk_fields)
            queries.append(f"SELECT * FROM {model._meta.db_table} ORDER BY {key}")
        queries.append(f"SELECT id, username FROM {User._meta.db_table} ORDER BY id")
        # Plain SQL takes a tenth of the time, and most tests compare two states.
        found = []
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                found.append(cursor.fetchall())
        return found

    def _ids(self) -> dict[str, object]:
        return {
            "event": self.event.pk,
            "group": "east",
            "layout": self.event.layout,
            "seat": self.free,
            "held": self.held,
            "booked": self.booked,
            "reservation": self.reservation,
            "reservation_of_bob": self.reservation_of_bob,
            "refresh": self.refresh,
            "uid": self.link["uid"],
            "token": self.link["token"],
            "own_uid": self.email_link["uid"],
            "email_token": self.email_link["token"],
            "code": self.code,
            "reference": self.payment,
            "sign_in": self.sign_in,
            "organisation": self.organisation.pk,
            "user": self.carol.pk,
            "invitation": self.invitation.pk,
            "plan": self.plan,
            "endpoint": self.endpoint,
            "delivery": self.delivery,
            "invitation_token": _parts(invitation_fragment(self.invitation.key))["token"],
            "category": self.category,
            "door": self.door,
            "allocation": self.promo_code.allocation_id,
            "code_id": self.promo_code.pk,
            "promo_code": self.promo_code.code,
            **self.factors,
        }


@pytest.fixture
def office(db: None) -> BoxOffice:
    return _offices()


def _opened() -> BoxOffice:
    alice = make_user("alice", password=PASSWORD, email="alice@example.com")
    bob = make_user("bob", email="bob@example.com")
    event = make_event(seats=6)
    category = Category.objects.create(event=event, name="Stalls")
    ids, queue = seat_ids(event), CommandQueue(event.pk)
    event.seats.filter(pk=ids[5]).update(group="east", group_size=1, sold_by=SoldBy.NUMBER)
    booked = {}
    for user, held, taken in ((alice, ids[1], ids[3]), (bob, ids[2], ids[4])):
        queue.submit(LockSeats(person(user), (held, taken)))
        answer = queue.submit(ReserveSeats(person(user), (taken,), "invoice"))
        booked[user] = answer["reservation"]["id"]
        pay_for(booked[user])
    organisation = Organisation.objects.create(name="Theatre")
    carol = make_user("carol")
    Membership.objects.create(organisation=organisation, user=carol, role=Role.VIEWER)
    plan = create_plan(
        organisation_id=organisation.pk,
        name="Hall",
        document=read(written(document(**{"focal_point": {"x": 0, "y": 0}}))),
        actor=person(carol),
    )
    organiser = make_user("organiser", is_staff=True, is_superuser=True)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email="dora@example.com",
        role=Role.DOOR,
        invited_by=organiser,
        expires_at=timezone.now() + timedelta(days=7),
    )
    webhook = webhooks.create(
        organisation_id=organisation.pk,
        url="https://example.org/hook",
        kinds=["booking.created"],
        description="",
    ).endpoint
    sent = webhooks.send_test(organisation_id=organisation.pk, endpoint_id=webhook.pk)
    refresh = tokens.issue_pair(alice)["refresh"]
    sign_in = SignIn.objects.get(person=alice).pk
    factors = _factors(alice)
    sessions = {
        user.pk: str(signed_in(user).session.session_key) for user in (alice, bob, carol, organiser)
    }
    return BoxOffice(
        event=event,
        alice=alice,
        bob=bob,
        organiser=organiser,
        organisation=organisation,
        carol=carol,
        invitation=invitation,
        plan=plan,
        endpoint=webhook.pk,
        delivery=sent.pk,
        free=ids[0],
        held=ids[1],
        held_by_bob=ids[2],
        booked=ids[3],
        booked_by_bob=ids[4],
        reservation=booked[alice],
        reservation_of_bob=booked[bob],
        link=_parts(password_fragment(bob)),
        email_link=_parts(address_fragment(alice, alice.email)),
        refresh=refresh,
        code=ticket_code(booked[alice]),
        payment=make_open_payment(event, alice, status=PaymentStatus.DECLINED).reference,
        factors=factors,
        sign_in=sign_in,
        category=category.pk,
        door=Door.objects.create(pk=uuid4(), event=event, name="North").pk,
        promo_code=make_promo_code(event),
        sessions=sessions,
    )


def _parts(fragment: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in fragment.split("&"))


def _factors(person: User) -> dict[str, object]:
    """Let each call of the second factor succeed, although sign-in takes only the password."""
    key = Key()
    new_passkey, made = challenges.issue(person, Challenge.Purpose.NEW_PASSKEY)
    kept = Passkey.objects.create(person=person, name="Key", credential_id="AAAA", public_key=b"")
    return {
        "challenge": challenges.issue(person, Challenge.Purpose.SIGN_IN)[0],
        "recovery_code": recovery.renew(person)[0],
        "totp": App(totp.start(person)[0]).code(),
        "new_passkey": new_passkey,
        "credential": key.create(passkeys.creation_options(made)),
        "passkey": kept.pk,
    }


def _filled(value: Any, ids: dict[str, object]) -> Any:
    match value:
        case dict():
            return {_filled(key, ids): _filled(found, ids) for key, found in value.items()}
        case list():
            return [_filled(found, ids) for found in value]
        case str() if value.startswith("{"):
            return ids[value.strip("{}")]
    return value


_offices = Copies(_opened)


@pytest.fixture
def connection_is_kept() -> Iterator[None]:
    """Keep the test's transaction: a request's end would close the connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
