"""A members-only event is shown and sold to members only."""

import pytest
from django.contrib.auth.models import Group

from reservations.models import Event
from tests.contract.calls import CALLS_OF_AN_EVENT, Call, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, permitted, signed_in, stranger, with_token

_CALLS = [call for call in CALLS_OF_AN_EVENT if not call.is_file]

pytestmark = pytest.mark.any_database


@pytest.fixture
def members(office: BoxOffice) -> BoxOffice:
    """The office with its event for a group only, which alice is a member of."""
    friends = Group.objects.create(name="Friends")
    Event.objects.update(visibility="members", member_group=friends)
    office.alice.groups.add(friends)
    return office


@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call.name)
def test_only_members_see_the_event(call: Call, members: BoxOffice) -> None:
    before = members.state()
    refusal(members.send(call, stranger()), 401, "not_authenticated")
    for client in (signed_in(make_user()), with_token(make_user())):
        refusal(members.send(call, client), 403, "members_only")
    assert members.state()[:4] == before[:4]
    assert members.send(call).status_code in (200, 201)


@pytest.mark.thorough
@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call.name)
def test_without_a_group_everybody_signed_in_is_a_member(call: Call, office: BoxOffice) -> None:
    Event.objects.update(visibility="members")
    refusal(office.send(call, stranger()), 401, "not_authenticated")
    assert office.send(call).status_code in (200, 201)


def test_the_view_permission_shows_the_event_to_non_members(members: BoxOffice) -> None:
    staff = signed_in(make_user(is_staff=True))
    refusal(staff.get(f"/api/events/{members.event.pk}/"), 403, "members_only")
    assert staff.get("/api/events/").json() == []
    organiser = signed_in(permitted(make_user(), "reservations.view_event"))
    assert organiser.get(f"/api/events/{members.event.pk}/").status_code == 200
    assert len(organiser.get("/api/events/").json()) == 1


def test_the_event_list_shows_it_to_members_only(members: BoxOffice) -> None:
    for client, count in (
        (stranger(), 0),
        (signed_in(make_user()), 0),
        (members.browser(members.alice), 1),
        (with_token(members.alice), 1),
    ):
        assert len(client.get("/api/events/").json()) == count


def test_a_former_member_can_still_see_and_cancel_their_booking(
    members: BoxOffice,
) -> None:
    members.alice.groups.clear()
    client = members.browser(members.alice)
    assert client.get(f"/api/reservations/{members.reservation}/").status_code == 200
    assert client.post(f"/api/reservations/{members.reservation}/cancel/").status_code == 200
