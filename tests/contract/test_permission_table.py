"""Who may make which call, for each role and for one's own and other people's objects.

The objects belong to one organisation, and the booking to `buyer`, who belongs to none. Calls come
from the URL configuration: one without a row here fails the first test. A row says who is admitted,
that is answered otherwise than with 401, 403 or 404, and how the others are refused.

To add a row: write the call as `METHOD path`, with placeholders for the objects in `_made`, and the
people who are admitted. Bodies are empty, so that whoever is admitted gets 400, unless `body` says
more. `CONTRIBUTING.md` describes the rest.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts import revocations
from accounts.models import Passkey, SignIn, User
from doors.models import Door
from organisations.models import Invitation, Membership, Organisation
from organisations.roles import Role
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.features import SoldBy
from reservations.models import Event
from reservations.organising.plan_library import create_plan
from reservations.plans.document import read
from tests.factories import (
    make_event,
    make_open_payment,
    make_promo_code,
    make_user,
    person,
    seat_ids,
    signed_in,
    stranger,
)
from tests.reservations.plans.documents import document, written
from webhooks import services as webhooks

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

METHODS = ("get", "post", "put", "patch", "delete")
MEMBERS = ("viewer", "door", "box_office", "editor", "owner")
PEOPLE = ("buyer", *MEMBERS, "foreign_owner", "operator")
EVERYBODY = ("anonymous", *PEOPLE)
REFUSALS = (401, 403, 404)
_ADMITTED = "admitted"


@dataclass(frozen=True)
class Row:
    """The expected outcome of a call for each person: a status of `REFUSALS`, or admitted."""

    outcomes: dict[str, int | str]
    body: dict[str, Any] = field(default_factory=dict)


def only(
    *admitted: str,
    members: int = 403,
    outsiders: int = 403,
    body: dict[str, Any] | None = None,
    **others: int,
) -> Row:
    """Admit some people; refuse other members and outsiders, and anonymous visitors with 401."""
    outcomes: dict[str, int | str] = {
        "anonymous": 401,
        "buyer": outsiders,
        **dict.fromkeys(MEMBERS, members),
        "foreign_owner": outsiders,
        "operator": 403,
        **dict.fromkeys(admitted, _ADMITTED),
        **others,
    }
    assert set(outcomes) == set(EVERYBODY)
    return Row(outcomes, body or {})


def of_buyer(**body: Any) -> Row:
    """A call about an object of the buyer's own account, which even operators cannot make."""
    return only("buyer", members=404, outsiders=404, operator=404, body=body)


PUBLIC = only(*EVERYBODY)
SIGNED_IN = only(*PEOPLE)
SELLERS = ("box_office", "owner", "operator")
SCANNERS = ("door", *SELLERS)
EDITORS = ("editor", "owner", "operator")
MANAGERS = only("owner", "operator", outsiders=404)
READERS = ("viewer", "box_office", "editor", "owner", "operator")
PLAN_READERS = only(*READERS, outsiders=404, door=404)
PLAN_EDITORS = only(*EDITORS, outsiders=404, door=404)
ORGANISATION = "organisations/{organisation_id}/"
WEBHOOK = f"{ORGANISATION}webhooks/{{endpoint_id}}/"

ROWS: dict[str, Row] = {
    "GET schema/": PUBLIC,
    "GET docs/": PUBLIC,
    # Accounts
    "GET csrf/": PUBLIC,
    "POST register/": PUBLIC,
    "POST guest/": PUBLIC,
    "POST guest/details/": SIGNED_IN,
    "POST guest/link/": PUBLIC,
    "POST guest/come-back/": PUBLIC,
    "POST guest/account/": SIGNED_IN,
    "GET guest/bookings/": SIGNED_IN,
    "POST guest/merge/": SIGNED_IN,
    "POST login/": PUBLIC,
    "POST login/second-factor/": PUBLIC,
    "POST token/": PUBLIC,
    "POST token/second-factor/": PUBLIC,
    "POST token/refresh/": PUBLIC,
    "POST token/revoke/": PUBLIC,
    "POST password/reset/": PUBLIC,
    "POST password/reset/confirm/": PUBLIC,
    "POST logout/": SIGNED_IN,
    "POST logout/everywhere/": SIGNED_IN,
    "POST password/change/": SIGNED_IN,
    "POST email/verify/": SIGNED_IN,
    "POST email/confirm/": SIGNED_IN,
    "POST email/change/": SIGNED_IN,
    "GET me/": SIGNED_IN,
    "GET me/export/": SIGNED_IN,
    "POST me/erase/": SIGNED_IN,
    "POST socket-ticket/": SIGNED_IN,
    "GET sessions/": SIGNED_IN,
    "DELETE sessions/{sign_in_id}/": of_buyer(),
    "GET second-factor/": SIGNED_IN,
    "POST second-factor/totp/": SIGNED_IN,
    "POST second-factor/totp/confirm/": SIGNED_IN,
    "POST second-factor/totp/remove/": SIGNED_IN,
    "POST second-factor/passkeys/": SIGNED_IN,
    "POST second-factor/passkeys/options/": SIGNED_IN,
    "PATCH second-factor/passkeys/{passkey_id}/": of_buyer(name="Key"),
    "POST second-factor/passkeys/{passkey_id}/remove/": SIGNED_IN,
    "POST second-factor/recovery-codes/": SIGNED_IN,
    "GET security-log/": only("operator"),
    # Events
    "GET events/": PUBLIC,
    "GET events/{event_id}/": PUBLIC,
    "GET events/{event_id}/seats/": PUBLIC,
    "GET events/{event_id}/layouts/{layout}/": PUBLIC,
    "GET events/{event_id}/miniature/": PUBLIC,
    "GET events/{event_id}/changes/": PUBLIC,
    "GET events/{draft}/": only(*READERS, outsiders=404, anonymous=404, door=404),
    "GET events/{event_id}/locks/": SIGNED_IN,
    "POST events/{event_id}/seats/{seat_id}/lock/": SIGNED_IN,
    "POST events/{event_id}/seats/{seat_id}/unlock/": SIGNED_IN,
    "POST events/{event_id}/lock/": SIGNED_IN,
    "POST events/{event_id}/unlock/": SIGNED_IN,
    "POST events/{event_id}/best/": SIGNED_IN,
    "POST events/{event_id}/extend/": SIGNED_IN,
    "POST events/{event_id}/reserve/": SIGNED_IN,
    "GET events/{event_id}/figures/": only(*SELLERS),
    "GET events/{event_id}/revenue/": only(*SELLERS),
    "GET events/{draft}/revenue/": only(*SELLERS, outsiders=404, door=404),
    "GET events/{event_id}/mails/": only(*EDITORS),
    "POST events/{event_id}/mails/": only(*EDITORS),
    "GET events/{event_id}/doors/": only(*SCANNERS),
    "PUT events/{event_id}/doors/{door_id}/": only(*SCANNERS, body={"name": "North"}),
    "GET events/{event_id}/doors/{door_id}/list/": only(*SCANNERS),
    "GET events/{event_id}/doors/{door_id}/changes/": only(*SCANNERS),
    "POST events/{event_id}/doors/{door_id}/scans/": only(*SCANNERS),
    "POST events/{event_id}/doors/{door_id}/revoke/": only(*SELLERS),
    "GET events/{event_id}/history/": only(*SELLERS),
    "GET events/{draft}/history/": only(*SELLERS, outsiders=404, door=404),
    "GET events/{event_id}/history/changes/": only(*SELLERS),
    "GET events/{event_id}/history/actions/": only(*SELLERS),
    "GET events/{event_id}/reports/": only(*SELLERS),
    "GET events/{event_id}/exports/{table}/": only(*SELLERS),
    "GET events/{draft}/exports/{table}/": only(*SELLERS, outsiders=404, door=404),
    "PUT events/{event_id}/ticket-types/": only(*EDITORS),
    "PUT events/{draft}/ticket-types/": only(*EDITORS, outsiders=404, door=404),
    "POST events/{event_id}/areas/{group}/lock/": SIGNED_IN,
    # Box office
    "GET events/{event_id}/released-locks/": SIGNED_IN,
    "POST events/{event_id}/box-office/sell/": only(*SELLERS),
    "POST events/{draft}/box-office/sell/": only(*SELLERS, outsiders=404, door=404),
    "POST events/{event_id}/box-office/allocate/": only(*SELLERS, "editor"),
    "POST events/{draft}/box-office/allocate/": only(*SELLERS, "editor", outsiders=404, door=404),
    "POST events/{event_id}/box-office/unblock/": only(*SELLERS, "editor"),
    "POST events/{event_id}/box-office/release/": only(*SELLERS),
    "GET events/{event_id}/box-office/allocations/": only(*SELLERS),
    "POST events/{event_id}/promo-code/": SIGNED_IN,
    "GET events/{event_id}/box-office/codes/": only(*SELLERS),
    "POST events/{event_id}/box-office/codes/": only(*SELLERS, "editor"),
    "POST events/{event_id}/box-office/codes/{code_id}/withdraw/": only(*SELLERS, "editor"),
    "GET events/{event_id}/box-office/seats/{seat_id}/": only(*SELLERS),
    "GET events/{draft}/box-office/allocations/": only(*SELLERS, outsiders=404, door=404),
    # Editing events
    f"GET {ORGANISATION}events/": only(*READERS, outsiders=404),
    f"POST {ORGANISATION}events/": only(*EDITORS, outsiders=404),
    "GET events/{event_id}/settings/": only(*EDITORS),
    "PATCH events/{event_id}/settings/": only(*EDITORS),
    "GET events/{draft}/settings/": only(*EDITORS, outsiders=404, door=404),
    "PATCH events/{draft}/settings/": only(*EDITORS, outsiders=404, door=404),
    "GET events/{event_id}/categories/": only(*EDITORS),
    "PUT events/{event_id}/categories/": only(*EDITORS),
    "POST events/{event_id}/duplicate/": only(*EDITORS),
    "POST events/{event_id}/publish/": only(*EDITORS),
    "POST events/{event_id}/open-sale/": only(*EDITORS),
    "POST events/{event_id}/close-sale/": only(*EDITORS),
    "POST events/{event_id}/cancel-event/": only(*EDITORS),
    # It has none.
    "GET events/{event_id}/picture/": only(members=404, outsiders=404, anonymous=404, operator=404),
    "PUT events/{event_id}/picture/": only(*EDITORS),
    "DELETE events/{event_id}/picture/": only(*EDITORS),
    # Seating plans
    f"GET {ORGANISATION}plans/": only(*READERS, outsiders=404),
    f"POST {ORGANISATION}plans/": only(*EDITORS, outsiders=404),
    "GET plans/{plan_id}/": PLAN_READERS,
    "PATCH plans/{plan_id}/": PLAN_EDITORS,
    "DELETE plans/{plan_id}/": PLAN_EDITORS,
    "GET plans/{plan_id}/draft/": PLAN_READERS,
    "PUT plans/{plan_id}/draft/": PLAN_EDITORS,
    "GET plans/{plan_id}/miniature/": PLAN_READERS,
    "GET plans/{plan_id}/preview/": PLAN_READERS,
    "GET plans/{plan_id}/versions/": PLAN_READERS,
    "POST plans/{plan_id}/versions/": PLAN_EDITORS,
    "GET plans/{plan_id}/versions/{number}/": PLAN_READERS,
    "GET plans/{plan_id}/versions/{number}/export/": PLAN_READERS,
    "POST plans/check/": only(*EDITORS, "foreign_owner"),
    "POST events/{event_id}/plan/": only(*EDITORS),
    "POST events/{draft}/plan/": only(*EDITORS, outsiders=404, door=404),
    # Bookings
    "GET reservations/": SIGNED_IN,
    "GET reservations/{reservation_id}/": only("buyer", *SELLERS, members=404, outsiders=404),
    "GET reservations/{reservation_id}/ticket/": only(
        "buyer", *SELLERS, members=404, outsiders=404
    ),
    "DELETE reservations/{reservation_id}/": only("buyer", *SELLERS, members=404, outsiders=404),
    "POST reservations/{reservation_id}/cancel/": only(
        "buyer", *SELLERS, members=404, outsiders=404
    ),
    # Without the token of a mailed link.
    "POST reservations/{reservation_id}/link/": only(
        members=404, outsiders=404, anonymous=404, operator=404
    ),
    "POST reservations/{reservation_id}/take-over/": of_buyer(),
    "POST reservations/{reservation_id}/paid/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{of_foreign_owner}/paid/": only(*SELLERS),
    "GET events/{event_id}/bookings/": only(*SELLERS),
    "GET events/{draft}/bookings/": only(*SELLERS, outsiders=404, door=404),
    "GET reservations/{reservation_id}/booking/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{reservation_id}/quote/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{of_foreign_owner}/quote/": only(*SELLERS),
    "POST reservations/{reservation_id}/move/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{of_foreign_owner}/move/": only(*SELLERS),
    "PATCH reservations/{reservation_id}/booking/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{reservation_id}/split/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{reservation_id}/merge/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{reservation_id}/paid-back/": only(*SELLERS, foreign_owner=404),
    "POST reservations/{reservation_id}/send/": only(*SELLERS, foreign_owner=404),
    "GET payments/": SIGNED_IN,
    "GET payments/{reference}/": of_buyer(),
    "POST payments/{reference}/refresh/": of_buyer(),
    "POST payments/{reference}/cancel/": of_buyer(),
    # Signed by the provider.
    "POST payments/notices/": PUBLIC,
    # The bank's page; banks do not know the site's users.
    "GET payments/{reference}/demo-bank/": PUBLIC,
    "POST payments/{reference}/demo-bank/": PUBLIC,
    # There is none without Stripe.
    "GET payments/{reference}/stripe/": only(
        members=404, outsiders=404, anonymous=404, operator=404
    ),
    "GET tickets/{code}/": only("door", *SELLERS, foreign_owner=404),
    "POST tickets/{code}/entry/": only("door", *SELLERS, foreign_owner=404),
    # Organisations
    "GET organisations/": SIGNED_IN,
    "POST organisations/": SIGNED_IN,
    f"GET {ORGANISATION}": only(*MEMBERS, "operator", outsiders=404),
    f"PATCH {ORGANISATION}": MANAGERS,
    f"DELETE {ORGANISATION}": MANAGERS,
    f"GET {ORGANISATION}members/": only(*MEMBERS, "operator", outsiders=404),
    f"PATCH {ORGANISATION}members/{{user_id}}/": MANAGERS,
    f"DELETE {ORGANISATION}members/{{user_id}}/": MANAGERS,
    f"GET {ORGANISATION}invitations/": MANAGERS,
    f"POST {ORGANISATION}invitations/": MANAGERS,
    f"DELETE {ORGANISATION}invitations/{{invitation_id}}/": MANAGERS,
    # Webhooks
    f"GET {ORGANISATION}feed/": MANAGERS,
    f"PUT {ORGANISATION}feed/": MANAGERS,
    f"GET {ORGANISATION}webhooks/": MANAGERS,
    f"POST {ORGANISATION}webhooks/": MANAGERS,
    f"GET {WEBHOOK}": MANAGERS,
    f"PATCH {WEBHOOK}": MANAGERS,
    f"DELETE {WEBHOOK}": MANAGERS,
    f"GET {WEBHOOK}deliveries/": MANAGERS,
    f"POST {WEBHOOK}secret/": MANAGERS,
    f"POST {WEBHOOK}test/": MANAGERS,
    f"POST {WEBHOOK}replay/": MANAGERS,
    f"POST {WEBHOOK}deliveries/{{delivery_id}}/replay/": MANAGERS,
    "POST invitations/check/": SIGNED_IN,
    "POST invitations/accept/": SIGNED_IN,
}

# Rows of the same call for other objects.
_SAME_AS = {"{draft}": "{event_id}", "{of_foreign_owner}": "{reservation_id}"}


@dataclass(frozen=True)
class House:
    """The people's session keys by name, and the objects of the paths by placeholder."""

    sessions: dict[str, str]
    objects: dict[str, object]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """People and objects, made once and rolled back at the end."""
    with django_db_blocker.unblock(), _undone():
        yield _made()


@contextmanager
def _undone() -> Iterator[None]:
    """Undo what the block does, in a transaction that the command queue accepts."""
    block = transaction.atomic()
    # As Django's TestCase marks its own.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def _made() -> House:
    choir, circus = (Organisation.objects.create(name=name) for name in ("Choir", "Circus"))
    people = {name: make_user(name) for name in PEOPLE if name != "operator"}
    people["operator"] = make_user("operator", is_superuser=True)
    for role in MEMBERS:
        Membership.objects.create(organisation=choir, user=people[role], role=Role(role))
    Membership.objects.create(organisation=circus, user=people["foreign_owner"], role=Role.OWNER)
    # Another one than those who make the calls: everyone may leave.
    guest = make_user("guest")
    Membership.objects.create(organisation=choir, user=guest, role=Role.VIEWER)
    buyer, event = people["buyer"], make_event(organisation=choir)
    event.seats.filter(pk=seat_ids(event)[0]).update(
        group="east", group_size=1, sold_by=SoldBy.NUMBER
    )
    draft = make_event(organisation=choir, visibility="draft")
    webhook = webhooks.create(
        organisation_id=choir.pk, url="https://example.org/", kinds=[], description=""
    ).endpoint
    objects = {
        "event_id": event.pk,
        "draft": draft.pk,
        "code_id": make_promo_code(event).pk,
        "layout": event.layout,
        "group": "east",
        "table": "bookings",
        "seat_id": seat_ids(event)[0],
        "reservation_id": _booked(event, buyer, seat_ids(event)[2]),
        "of_foreign_owner": _booked(event, people["foreign_owner"], seat_ids(event)[3]),
        "reference": make_open_payment(event, buyer).reference,
        "code": ticket_code(_booked(event, buyer, seat_ids(event)[1])),
        "organisation_id": choir.pk,
        "user_id": guest.pk,
        "invitation_id": _invitation(choir).pk,
        "sign_in_id": _sign_in(buyer).pk,
        "plan_id": _plan(choir, people["owner"]),
        "number": 1,
        "door_id": Door.objects.create(pk=uuid4(), event=event, name="North").pk,
        "endpoint_id": webhook.pk,
        "delivery_id": webhooks.send_test(organisation_id=choir.pk, endpoint_id=webhook.pk).pk,
        "passkey_id": Passkey.objects.create(
            person=buyer, name="Key", credential_id="AAAA", public_key=b""
        ).pk,
    }
    # Signing in takes longer than a call.
    sessions = {name: _session_key(user) for name, user in people.items()}
    return House(sessions, objects)


def _session_key(user: User) -> str:
    return str(signed_in(user).session.session_key)


def _booked(event: Event, user: User, seat_id: int) -> str:
    queue = CommandQueue(event.pk)
    queue.submit(LockSeats(person(user), (seat_id,)))
    answer = queue.submit(ReserveSeats(person(user), (seat_id,), "invoice"))
    return str(answer["reservation"]["id"])


def _plan(organisation: Organisation, owner: User) -> int:
    return create_plan(
        organisation_id=organisation.pk,
        name="Hall",
        document=read(written(document())),
        actor=person(owner),
    )


def _sign_in(user: User) -> SignIn:
    signed_in(user)
    return SignIn.objects.get(person=user)


def _invitation(organisation: Organisation) -> Invitation:
    return Invitation.objects.create(
        organisation=organisation,
        email="zoe@example.com",
        role=Role.DOOR,
        invited_by=make_user(is_superuser=True),
        expires_at=timezone.now() + timedelta(days=7),
    )


def _calls(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield each call below a part of the URL configuration as `METHOD path`."""
    for found in resolver.url_patterns:
        path = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from _calls(found, path)
        elif path.startswith("api/"):
            yield from _calls_of(found, path)


def _calls_of(found: URLPattern, path: str) -> Iterator[str]:
    view: Any = getattr(found.callback, "view_class", None)
    assert view is not None, f"{path} is not a class: its methods are unknown"
    named = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path.removeprefix("api/"))
    for method in METHODS:
        if hasattr(view, method):
            yield f"{method.upper()} {named}"


def _general(call: str) -> str:
    """Return a call with the placeholders of the URL configuration."""
    for special, general in _SAME_AS.items():
        call = call.replace(special, general)
    return call


def test_every_call_of_the_url_configuration_has_a_row() -> None:
    assert {_general(call) for call in ROWS} == set(_calls(get_resolver()))


@pytest.mark.parametrize("call", ROWS)
def test_a_call_admits_whom_its_row_says(call: str, house: House) -> None:
    row = ROWS[call]
    assert {name: _outcome(call, name, row, house) for name in EVERYBODY} == row.outcomes


def _outcome(call: str, name: str, row: Row, house: House) -> int | str:
    """Make a call, undo what it did, and return its outcome."""
    method, path = call.split(" ")
    with _undone():
        client = stranger()
        if name in house.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = house.sessions[name]
        send = getattr(client, method.lower())
        answer = send(f"/api/{path.format(**house.objects)}", row.body or None)
        if answer.streaming:
            # Until its end an export counts as one in flight.
            answer.getvalue()
    # Ending a session would also end the ones that are undone.
    revocations.reset()
    assert answer.status_code < 500
    return answer.status_code if answer.status_code in REFUSALS else _ADMITTED
