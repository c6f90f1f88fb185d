"""The seat list is sent again only when it has changed (ETag)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from reservations.models import Event, Seat
from tests.contract.conftest import BoxOffice
from tests.factories import let_locks_run_out, stranger

pytestmark = pytest.mark.any_database


def _seats(office: BoxOffice, tag: str = "") -> Any:
    return stranger().get(f"/api/events/{office.event.pk}/seats/", HTTP_IF_NONE_MATCH=tag)


def test_an_unchanged_list_is_304(office: BoxOffice) -> None:
    first = _seats(office)
    tag = first.headers["ETag"]
    again = _seats(office, tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["X-Seatcast-Layout"] == first.headers["X-Seatcast-Layout"]


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
def test_a_weak_etag_or_one_of_several_matches(form: str, office: BoxOffice) -> None:
    tag = _seats(office).headers["ETag"]
    assert _seats(office, form.format(tag)).status_code == 304


@pytest.mark.parametrize("tag", ['"other"', "other", '"', ",,,", "W/", "é", "x" * 5_000])
def test_another_etag_gets_the_list(tag: str, office: BoxOffice) -> None:
    assert _seats(office, tag).status_code == 200


def test_the_list_is_private_and_revalidated(
    office: BoxOffice,
) -> None:
    assert _seats(office).headers["Cache-Control"] == "private, no-cache"


def test_each_change_changes_the_etag(office: BoxOffice) -> None:
    alice, path = office.browser(office.alice), f"/api/events/{office.event.pk}"
    ids = {"seat_ids": [office.free], "payment_method": "card"}
    tags = [_seats(office).headers["ETag"]]
    for where in (
        *(f"{path}/lock/", f"{path}/unlock/", f"{path}/lock/", f"{path}/reserve/"),
        f"/api/reservations/{office.reservation}/cancel/",
    ):
        assert alice.post(where, ids).status_code in (200, 201)
        response = _seats(office, tags[-1])
        assert response.status_code == 200
        tags.append(response.headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_an_expired_lock_changes_the_etag(office: BoxOffice) -> None:
    first = _seats(office)
    let_locks_run_out(office.event)
    second = _seats(office, first.headers["ETag"])
    assert second.status_code == 200
    assert [seat["status"] for seat in second.json()][1:3] == ["available", "available"]
    assert _seats(office, second.headers["ETag"]).status_code == 304


def test_each_expired_lock_changes_the_etag(office: BoxOffice) -> None:
    Seat.objects.filter(pk=office.held).update(locked_until=timezone.now())
    tag = _seats(office).headers["ETag"]
    Seat.objects.filter(pk=office.held_by_bob).update(
        locked_until=timezone.now() - timedelta(seconds=1)
    )
    assert _seats(office, tag).status_code == 200


def test_a_new_layout_and_hidden_names_change_the_etag(
    office: BoxOffice, settings: Settings
) -> None:
    tag = _seats(office).headers["ETag"]
    Event.objects.update(layout="other")
    response = _seats(office, tag)
    assert response.status_code == 200
    assert response.headers["X-Seatcast-Layout"] == "other"
    settings.SEATCAST_SHOW_NAMES = False
    assert _seats(office, response.headers["ETag"]).status_code == 200
