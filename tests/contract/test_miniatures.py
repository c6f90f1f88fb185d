"""Miniatures of halls: cacheable for some seconds, and as visible as their event."""

from typing import Any

import pytest

from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_user, signed_in, stranger

pytestmark = pytest.mark.any_database


def _get(event_id: int, client: Any = None, **headers: str) -> Any:
    return (client or stranger()).get(f"/api/events/{event_id}/miniature/", headers=headers)


def test_a_miniature_has_a_point_for_each_seat_that_is_no_place_to_stand(office: BoxOffice) -> None:
    found = _get(office.event.pk).json()
    assert set(found) == {"plan", "colors", "xs", "ys", "color", "free"}
    assert set(found["plan"]) == {"width", "height", "seat_radius", "shapes"}
    assert len(found["xs"]) == len(found["ys"]) == len(found["color"]) == len(found["free"]) == 5
    assert found["free"].count(9) == 1


def test_a_miniature_is_cached_for_seconds_without_cookies(office: BoxOffice) -> None:
    answer = _get(office.event.pk)
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "Cookie" not in answer.headers.get("Vary", "")
    again = _get(office.event.pk, **{"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_members_only_miniature_is_private(office: BoxOffice) -> None:
    event = make_event(visibility="members")
    refusal(_get(event.pk), 401, "not_authenticated")
    answer = _get(event.pk, signed_in(make_user()))
    assert answer.headers["Cache-Control"] == "private, max-age=10"


def test_an_unknown_event_has_no_miniature(office: BoxOffice) -> None:
    refusal(_get(office.event.pk + 1), 404, "event_not_found")
