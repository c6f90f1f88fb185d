"""`GET events/{id}/changes/` returns the socket's frames to clients that poll."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from realtime.polling import PolledEvents
from reservations.models import Event, Seat, SeatChange
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, permitted, signed_in, stranger, with_token
from tests.faults.watching import truth
from tests.following import Follower

pytestmark = pytest.mark.any_database

SEATS = 6


@pytest.fixture(autouse=True)
def _looks_each_time(settings: Settings) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 0


@pytest.fixture
def follower(office: BoxOffice) -> Follower:
    return Follower(office.event.pk, seats={office.event.layout: SEATS, "another": SEATS})


def _ask(office: BoxOffice, query: str = "", *, tag: str = "", client: Any = None) -> Any:
    path = f"/api/events/{office.event.pk}/changes/{query}"
    return (client or stranger()).get(path, HTTP_IF_NONE_MATCH=tag)


def _poll(office: BoxOffice, follower: Follower) -> Any:
    """Poll as the client does, and apply the response."""
    tag = f'W/"{follower.layout}-{follower.seq}"'
    answer = _ask(office, follower.query, tag=tag)
    if answer.status_code == 200:
        follower.connect()
        follower.hear(answer.content)
    return answer


def _click(office: BoxOffice, call: str = "lock", **more: Any) -> None:
    path = f"/api/events/{office.event.pk}/{call}/"
    answer = office.browser(office.alice).post(path, {"seat_ids": [office.free], **more})
    assert answer.status_code in (200, 201), answer.content


def _is_true(follower: Follower) -> bool:
    return follower.agrees_with(*truth(Event.objects.get().pk))


def test_a_first_request_gets_the_whole_map(office: BoxOffice, follower: Follower) -> None:
    answer = _poll(office, follower)
    assert answer.status_code == 200
    assert follower.snapshots == 1
    assert _is_true(follower)
    assert answer.headers["ETag"] == f'W/"{follower.layout}-{follower.seq}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_each_change_arrives_as_a_delta(office: BoxOffice, follower: Follower) -> None:
    _poll(office, follower)
    for call in ("lock", "unlock", "lock", "reserve"):
        _click(office, call, **({"payment_method": "card"} if call == "reserve" else {}))
        assert _poll(office, follower).status_code == 200
        assert _is_true(follower)
    assert (follower.snapshots, follower.deltas) == (1, 4)


def test_without_changes_the_response_is_304(office: BoxOffice, follower: Follower) -> None:
    first = _poll(office, follower)
    again = _poll(office, follower)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    _click(office)
    assert _poll(office, follower).status_code == 200


def test_without_an_etag_the_response_is_a_delta(office: BoxOffice, follower: Follower) -> None:
    _poll(office, follower)
    frame = _ask(office, follower.query).json()
    assert (frame["from"], frame["seq"], frame["changes"]) == (follower.seq, follower.seq, [])


def test_a_gap_is_closed_after_any_time(office: BoxOffice, follower: Follower) -> None:
    _poll(office, follower)
    for call in ("lock", "unlock", "lock"):
        _click(office, call)
    SeatChange.objects.all().delete()
    _poll(office, follower)
    assert follower.deltas == 1
    assert _is_true(follower)


@pytest.mark.parametrize(
    "query",
    [
        *("?since=1", "?layout=plan", "?since=1&layout=another", "?since=-1&layout=plan"),
        *("?since=two&layout=plan", "?since=1.5&layout=plan", f"?since={'9' * 30}&layout=plan"),
        "?since=1&layout=%00",
    ],
)
def test_a_malformed_position_gets_the_whole_map(query: str, office: BoxOffice) -> None:
    answer = _ask(office, query)
    assert answer.status_code == 200
    assert answer.json()["type"] == "snapshot"


def test_an_unknown_seq_gets_the_whole_map(office: BoxOffice, follower: Follower) -> None:
    _poll(office, follower)
    frame = _ask(office, f"?since={10**17}&layout={follower.layout}").json()
    assert (frame["type"], frame["seq"]) == ("snapshot", follower.seq)


def test_a_client_that_is_ahead_gets_no_older_state(
    office: BoxOffice, follower: Follower, settings: Settings
) -> None:
    _poll(office, follower)
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    _click(office)
    known = follower.seq
    elsewhere = PolledEvents().event(office.event.pk, since=None)
    follower.connect()
    follower.hear(elsewhere.answer(since=known, layout=follower.layout).text)
    _click(office, "unlock")
    # This process last read the log before both.
    assert _poll(office, follower).status_code in (200, 304)
    assert follower.snapshots == 1
    assert follower.seq == (known or 0) + 2
    assert _is_true(follower)


def test_a_new_layout_or_restored_backup_gets_the_whole_map(
    office: BoxOffice, follower: Follower
) -> None:
    _click(office)
    _poll(office, follower)
    Event.objects.update(layout="another")
    _poll(office, follower)
    assert (follower.layout, follower.snapshots) == ("another", 2)
    Seat.objects.update(version=0)
    Event.objects.update(change_seq=(follower.seq or 0) - 1)
    _poll(office, follower)
    assert follower.snapshots == 3
    assert _is_true(follower)


def test_names_are_hidden_when_the_setting_says_so(
    office: BoxOffice, follower: Follower, settings: Settings
) -> None:
    settings.SEATCAST_SHOW_NAMES = False
    assert "alice" not in _poll(office, follower).content.decode()


def test_without_changes_there_is_no_query(
    office: BoxOffice,
    follower: Follower,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    _poll(office, follower)
    with django_assert_num_queries(0):
        for _ in range(20):
            assert _poll(office, follower).status_code == 304
        assert _ask(office).status_code == 200


def test_a_change_is_read_once_for_all_clients(
    office: BoxOffice, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = _ask(office).json()
    _click(office)
    query = f"?since={first['seq']}&layout={first['layout']}"
    with django_assert_num_queries(2):
        body = _ask(office, query).content
        settings.SEATCAST_HEAD_CHECK_SECONDS = 60
        for _ in range(20):
            again = json.loads(_ask(office, query).content)
            assert again["changes"] == json.loads(body)["changes"]


@pytest.fixture
def members(office: BoxOffice) -> BoxOffice:
    friends = Group.objects.create(name="Friends")
    Event.objects.update(visibility="members", member_group=friends)
    office.alice.groups.add(friends)
    return office


def test_an_event_that_becomes_members_only_is_hidden_from_others(
    office: BoxOffice, follower: Follower
) -> None:
    _poll(office, follower)
    Event.objects.update(visibility="members")
    refusal(_ask(office, follower.query), 401, "not_authenticated")


def test_membership_is_cached_and_permissions_are_not(members: BoxOffice) -> None:
    def ask(client: APIClient) -> int:
        return int(_ask(members, client=client).status_code)

    alice = with_token(members.alice)
    organiser = make_user()
    watching = signed_in(permitted(organiser, "reservations.view_event"))
    assert (ask(alice), ask(watching), ask(with_token(make_user()))) == (200, 200, 403)
    members.alice.groups.clear()
    organiser.user_permissions.clear()
    assert (ask(alice), ask(watching)) == (200, 403)


def test_credentials_are_ignored_for_a_public_event(office: BoxOffice) -> None:
    client = stranger()
    client.credentials(HTTP_AUTHORIZATION="Bearer worn.out.token")
    answer = _ask(office, client=client)
    assert answer.status_code == 200
    assert "cookie" not in answer.headers.get("Vary", "").lower()


def test_polls_are_throttled_like_other_reads(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "address": "2/day"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    client = stranger()
    assert [_ask(office, client=client).status_code for _ in range(2)] == [200, 200]
    refusal(_ask(office, client=client), 429, "throttled")


def test_a_deleted_event_is_404(office: BoxOffice) -> None:
    assert _ask(office).status_code == 200
    path = f"/api/events/{office.event.pk + 1000}/changes/"
    refusal(stranger().get(path), 404, "event_not_found")
