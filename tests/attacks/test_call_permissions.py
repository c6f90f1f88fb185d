"""Each call requires its own permission; staff status alone allows none."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from infrastructure.security_log.models import SecurityEvent
from reservations.formats.public_ids import ALPHABET, LENGTH, new_public_id
from reservations.models import Entry, Event, Reservation
from reservations.permissions import Permission
from tests.contract.calls import (
    ADD_EVENT,
    ADD_ORGANISATION,
    CALLS,
    CHANGE,
    CHANGE_EVENT,
    CHANGE_ORGANISATION,
    CHANGE_SEAT,
    READ_LOG,
    SCAN,
    SEE_EVENTS,
    VIEW,
    Call,
    few,
    refusal,
)
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, permitted, signed_in, stranger, with_token

pytestmark = pytest.mark.any_database

ALL = (
    *(VIEW, CHANGE, CHANGE_SEAT, CHANGE_EVENT, SCAN, SEE_EVENTS, READ_LOG),
    *(ADD_EVENT, ADD_ORGANISATION, CHANGE_ORGANISATION),
)


@dataclass(frozen=True)
class Role:
    """A person who does not own the objects of the call."""

    name: str
    permissions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def make(self) -> User:
        powers: dict[str, Any] = dict.fromkeys(self.fields, True)
        return permitted(make_user(**powers), *self.permissions)

    def may(self, call: Call) -> bool:
        is_all_powerful = "is_superuser" in self.fields
        return is_all_powerful or bool(set(self.permissions) & set(call.permissions))


ROLES = [
    Role("buyer"),
    Role("staff", fields=("is_staff",)),
    *(Role(permission, permissions=(permission,)) for permission in ALL),
    Role("superuser", fields=("is_superuser",)),
]


@pytest.fixture(autouse=True)
def _operators_create_organisations(settings: Settings) -> None:
    settings.SEATCAST_ORGANISATIONS = "operators"


# Whoever has one of them for all organisations sees each.
GUARDED = [call for call in CALLS if call.permissions and not (call.is_file or call.has_steps)]


def _pace(role: Role, call: Call) -> list[pytest.MarkDecorator]:
    """Mark other permissions than the call's as thorough, and most calls of staff without any.

    The permission table of the contract tests has the buyer, the superuser, and the roles of
    members.
    """
    is_tried_staff = role.name == "staff" and GUARDED.index(call) % 3 == 0
    is_quick = is_tried_staff or bool(set(role.permissions) & set(call.permissions))
    return [] if is_quick else [pytest.mark.thorough]


SEE_ORGANISATIONS = {SEE_EVENTS, ADD_EVENT, CHANGE_EVENT, CHANGE_ORGANISATION}


def test_the_table_has_every_call_with_a_permission_in_the_schema(
    office: BoxOffice,
) -> None:
    schema = office.browser(office.alice).get("/api/schema/?format=json").json()
    documented = {
        (call["operationId"], tuple(sorted(call["x-permissions"])))
        for calls in schema["paths"].values()
        for call in calls.values()
        if "x-permissions" in call
    }
    assert documented == {
        ("reservation", tuple(sorted((VIEW, CHANGE)))),
        ("ticket_file", tuple(sorted((VIEW, CHANGE)))),
        ("delete_reservation", (CHANGE,)),
        ("cancel", (CHANGE,)),
        *((name, (CHANGE,)) for name in ("mark_paid", "sell", "release_locks")),
        *((name, (CHANGE_SEAT,)) for name in ("allocate", "unblock")),
        *((name, (CHANGE_SEAT,)) for name in ("create_promo_code", "withdraw_promo_code")),
        ("promo_codes", (VIEW,)),
        *((name, (VIEW,)) for name in ("allocations", "seat_use", "bookings", "booking")),
        *((name, (CHANGE,)) for name in ("quote_move", "move", "split", "merge", "send_again")),
        *((name, (CHANGE,)) for name in ("mark_paid_back", "change_buyer")),
        *((name, (VIEW,)) for name in ("figures", "revenue", "history", "history_changes")),
        *((name, (VIEW,)) for name in ("history_actions", "reports", "export_sales")),
        ("replace_ticket_types", (CHANGE_EVENT,)),
        ("organisation_events", (SEE_EVENTS,)),
        ("create_event", (ADD_EVENT,)),
        ("event_settings", (CHANGE_EVENT,)),
        ("mails", (CHANGE_EVENT,)),
        ("send_mails_again", (CHANGE_EVENT,)),
        ("edit_event", (CHANGE_EVENT,)),
        ("categories", (CHANGE_EVENT,)),
        ("edit_categories", (CHANGE_EVENT,)),
        ("duplicate_event", (CHANGE_EVENT,)),
        ("publish_event", (CHANGE_EVENT,)),
        ("open_sale", (CHANGE_EVENT,)),
        ("close_sale", (CHANGE_EVENT,)),
        ("cancel_event", (CHANGE_EVENT,)),
        ("set_picture", (CHANGE_EVENT,)),
        ("remove_picture", (CHANGE_EVENT,)),
        ("ticket", (SCAN,)),
        ("admit", (SCAN,)),
        *((name, (SCAN,)) for name in ("doors", "register_door", "door_list", "door_changes")),
        *(("door_scans", (SCAN,)), ("revoke_door", (CHANGE,))),
        ("create_organisation", (ADD_ORGANISATION,)),
        ("rename_organisation", (CHANGE_ORGANISATION,)),
        ("delete_organisation", (CHANGE_ORGANISATION,)),
        ("change_role", (CHANGE_ORGANISATION,)),
        ("remove_member", (CHANGE_ORGANISATION,)),
        ("invitations", (CHANGE_ORGANISATION,)),
        ("invite", (CHANGE_ORGANISATION,)),
        ("withdraw_invitation", (CHANGE_ORGANISATION,)),
        *((name, (CHANGE_EVENT, SEE_EVENTS)) for name in ("plans", "plan", "plan_draft")),
        *((name, (CHANGE_EVENT, SEE_EVENTS)) for name in ("plan_versions", "plan_version")),
        *((name, (CHANGE_EVENT, SEE_EVENTS)) for name in ("export_plan", "plan_preview")),
        ("plan_miniature", (CHANGE_EVENT, SEE_EVENTS)),
        *((name, (CHANGE_EVENT,)) for name in ("create_plan", "rename_plan", "delete_plan")),
        *((name, (CHANGE_EVENT,)) for name in ("save_plan_version", "check_plan")),
        ("put_plan_on_event", (CHANGE_EVENT,)),
        *((name, (CHANGE_ORGANISATION,)) for name in ("feed", "open_feed")),
        *((name, (CHANGE_ORGANISATION,)) for name in ("webhooks", "create_webhook", "webhook")),
        *((name, (CHANGE_ORGANISATION,)) for name in ("change_webhook", "delete_webhook")),
        *((name, (CHANGE_ORGANISATION,)) for name in ("webhook_deliveries", "test_webhook")),
        *((name, (CHANGE_ORGANISATION,)) for name in ("replay_webhook", "replay_failed_webhooks")),
        ("rotate_webhook_secret", (CHANGE_ORGANISATION,)),
    }
    assert set(settings.CLIENT_PERMISSIONS) == set(map(str, Permission))


@pytest.mark.parametrize(
    ("role", "call"),
    [
        pytest.param(*(role, call), id=f"{role.name}-{call.name}", marks=_pace(role, call))
        for role in ROLES
        for call in GUARDED
    ],
)
def test_a_call_requires_its_permission(role: Role, call: Call, office: BoxOffice) -> None:
    before, user = office.state(), role.make()
    if role.may(call):
        assert office.send(call, signed_in(user)).status_code in (200, 201)
        return
    for client in (signed_in(user), with_token(user)):
        answer = office.send(call, client)
        sees_it = {VIEW, CHANGE} & set(role.permissions)
        if "{reservation}" in call.path and not sees_it and not call.needs_organiser:
            refusal(answer, 404, "reservation_not_found")
        elif "{organisation}" in call.path and not SEE_ORGANISATIONS & set(role.permissions):
            refusal(answer, 404, "organisation_not_found")
        elif "/{plan}/" in call.path and SEE_EVENTS not in role.permissions:
            refusal(answer, 404, "plan_not_found")
        else:
            refusal(answer, 403, "permission_denied")
    assert office.state()[:4] == before[:4]
    assert not Entry.objects.exists()


@pytest.mark.parametrize("call", few(GUARDED))
def test_anonymous_and_inactive_users_are_refused(call: Call, office: BoxOffice) -> None:
    refusal(office.send(call, stranger()), 401, "not_authenticated")
    boss = make_user("boss", is_superuser=True, is_staff=True)
    client = signed_in(boss)
    User.objects.filter(pk=boss.pk).update(is_active=False)
    answer = office.send(call, client)
    assert answer.status_code in (401, 403, 404), answer.content
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_members_event_is_visible_to_members_and_with_view_permission(
    role: Role, office: BoxOffice
) -> None:
    friends = Group.objects.create(name="friends")
    Event.objects.update(visibility=Event.Visibility.MEMBERS, member_group=friends)
    client = signed_in(role.make())
    may = "is_superuser" in role.fields or SEE_EVENTS in role.permissions
    for path in (f"/api/events/{office.event.pk}/", f"/api/events/{office.event.pk}/seats/"):
        answer: Any = client.get(path)
        if may:
            assert answer.status_code == 200
        else:
            refusal(answer, 403, "members_only")
    assert len(client.get("/api/events/").json()) == int(may)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_me_lists_ones_permissions(role: Role, office: BoxOffice) -> None:
    known = sorted(settings.CLIENT_PERMISSIONS)
    expected = known if "is_superuser" in role.fields else sorted({*role.permissions} & {*known})
    assert signed_in(role.make()).get("/api/me/").json()["permissions"] == expected


def test_bookings_are_found_by_random_public_ids_only(office: BoxOffice) -> None:
    """Enumerating primary keys as staff must not reveal ticket codes."""
    keys = Reservation.objects.values_list("pk", flat=True)
    boss = signed_in(permitted(make_user("boss"), VIEW, CHANGE))
    for number in range(1, max(keys) + 2):
        refusal(boss.get(f"/api/reservations/{number}/"), 404, "not_found")
        refusal(boss.get(f"/api/reservations/{number:016d}/"), 404, "reservation_not_found")
    ids = [new_public_id() for _ in range(1_000)]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == LENGTH and set(each) <= set(ALPHABET) for each in ids)
    # 80 random bits: no position has the same letter in all ids.
    assert all(len({each[place] for each in ids}) == len(ALPHABET) for place in range(LENGTH))
    assert boss.get(f"/api/reservations/{office.reservation.lower()}/").status_code == 200


def _cancel(client: APIClient, office: BoxOffice) -> Any:
    return client.post(f"/api/reservations/{office.reservation}/cancel/")


def test_only_an_organisers_cancellation_is_in_the_security_log(
    office: BoxOffice,
) -> None:
    boss = permitted(make_user("boss"), CHANGE)
    assert _cancel(signed_in(boss), office).status_code == 200
    assert _cancel(signed_in(boss), office).status_code == 200
    own = f"/api/reservations/{office.reservation_of_bob}/cancel/"
    assert office.browser(office.bob).post(own).status_code == 200
    [row] = SecurityEvent.objects.filter(kind="reservation_cancelled")
    assert (row.actor_id, row.subject_id) == (boss.pk, office.alice.pk)
    assert row.details == {"reservation": office.reservation}
    assert row.request_id


def test_a_refund_is_in_the_security_log(office: BoxOffice) -> None:
    alice = office.browser(office.alice)
    body = {"seat_ids": [office.held], "payment_method": "card"}
    answer: Any = alice.post(f"/api/events/{office.event.pk}/reserve/", body)
    number = answer.json()["reservation_id"]
    assert alice.post(f"/api/reservations/{number}/cancel/").status_code == 200
    [row] = SecurityEvent.objects.filter(kind="payment_refunded")
    assert row.subject_id == office.alice.pk
    assert (row.details["reservation"], row.details["amount"]) == (number, "50.00")


@pytest.mark.parametrize("is_required", [True, False], ids=["required", "the account's own"])
@pytest.mark.parametrize("call", few(GUARDED))
def test_without_the_second_factor_no_permission_is_granted(
    call: Call, is_required: bool, office: BoxOffice, settings: Settings
) -> None:
    settings.SEATCAST_REQUIRE_SECOND_FACTOR = is_required
    since = None if is_required else timezone.now()
    steward = permitted(make_user(second_factor_since=since), *call.permissions)
    before = office.state()
    for client in (signed_in(steward), with_token(steward)):
        answer = office.send(call, client)
        if call.needs_organiser or "/paid/" in call.path:
            refusal(answer, 403, "second_factor_required")
        else:
            refusal(answer, 404, "reservation_not_found")
    assert office.state() == before
