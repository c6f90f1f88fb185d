"""A draft is shown to organisers only, and is not on sale."""

import pytest

from reservations.events import access
from reservations.models import Event
from reservations.organising.lifecycle import publish_event
from tests.contract.calls import CALLS_OF_AN_EVENT, Call, few, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, permitted, signed_in, stranger, with_token

pytestmark = pytest.mark.any_database


@pytest.fixture
def drafts(office: BoxOffice) -> BoxOffice:
    """The office with its event as a draft."""
    Event.objects.update(visibility="draft")
    return office


@pytest.mark.parametrize("call", few(call for call in CALLS_OF_AN_EVENT if not call.is_file))
def test_a_draft_is_not_found_by_others_than_organisers(call: Call, drafts: BoxOffice) -> None:
    before = drafts.state()
    answer = drafts.send(call, stranger())
    is_for_people = call.is_write or call.needs_person
    assert answer.status_code == (401 if is_for_people else 404)
    for client in (signed_in(make_user()), with_token(make_user()), drafts.browser(drafts.alice)):
        refusal(drafts.send(call, client), 404, "event_not_found")
    assert drafts.state()[:4] == before[:4]


def test_a_draft_is_in_the_list_of_organisers_only(drafts: BoxOffice) -> None:
    organiser = signed_in(permitted(make_user(), "reservations.view_event"))
    for client, count in ((stranger(), 0), (signed_in(make_user()), 0), (organiser, 1)):
        assert len(client.get("/api/events/").json()) == count
    [event] = organiser.get("/api/events/").json()
    assert (event["visibility"], event["sales"]) == ("draft", "upcoming")
    assert organiser.get(f"/api/events/{drafts.event.pk}/seats/").status_code == 200


def test_an_organiser_cannot_lock_seats_of_a_draft(drafts: BoxOffice) -> None:
    Event.objects.update(sales_open_at="2020-01-01T00:00Z")
    organiser = signed_in(permitted(make_user(), "reservations.view_event"))
    path = f"/api/events/{drafts.event.pk}/seats/{drafts.free}/lock/"
    error = refusal(organiser.post(path), 409, "sales_not_open")
    assert error["error"] == "This event is a draft: it is not on sale."


def test_a_buyer_keeps_their_booking_when_the_event_becomes_a_draft(drafts: BoxOffice) -> None:
    client = drafts.browser(drafts.alice)
    assert client.get(f"/api/reservations/{drafts.reservation}/").status_code == 200
    assert client.post(f"/api/reservations/{drafts.reservation}/cancel/").status_code == 200


@pytest.mark.parametrize(("members_only", "visibility"), [(False, "public"), (True, "members")])
def test_a_published_draft_is_on_sale(
    members_only: bool, visibility: str, drafts: BoxOffice
) -> None:
    assert publish_event(event_id=drafts.event.pk, members_only=members_only)
    access.clear_visibility_cache()
    path = f"/api/events/{drafts.event.pk}/"
    client = signed_in(make_user())
    assert client.get(path).json()["visibility"] == visibility
    assert client.post(f"{path}seats/{drafts.free}/lock/").status_code == 200
    assert stranger().get(path).status_code == (401 if members_only else 200)
    assert not publish_event(event_id=drafts.event.pk)
    assert Event.objects.get().visibility == visibility
