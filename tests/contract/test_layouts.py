"""Layouts: the static seat data, small and cacheable for ever."""

import gzip
from typing import Any

import pytest

from reservations.models import Event
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = pytest.mark.any_database


def _get(office: BoxOffice, *, layout: str = "plan", client: Any = None, **headers: str) -> Any:
    path = f"/api/events/{office.event.pk}/layouts/{layout}/"
    return (client or stranger()).get(path, headers=headers)


def test_a_layout_has_all_static_columns(office: BoxOffice) -> None:
    answer = _get(office)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "layout": "plan",
        "sections": [""],
        "runs": [
            {
                **{"section": 0, "row": "A", "category": None},
                **{"price": "50.00", "prefix": "A", "count": 5},
            },
            # A standing area's places have neither numbers nor positions of their own.
            {
                **{"section": 0, "row": "A", "category": None},
                **{"price": "50.00", "prefix": "A", "count": 1},
                **{"group": "east", "sold_by": "number", "first": 6, "x": 0, "y": 0},
            },
        ],
        "ids": [office.free, 1, 1, 1, 1, 1],
        "numbers": ["1", "2", "3", "4", "5"],
        "xs": [0] * 5,
        "ys": [0] * 5,
    }


def test_a_layout_is_public_and_immutable(office: BoxOffice) -> None:
    answers = [_get(office), _get(office, client=office.browser(office.alice))]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Cookie" not in answer.headers["Vary"]
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_a_layout_of_a_members_event_is_private(office: BoxOffice) -> None:
    Event.objects.update(visibility="members")
    answer = _get(office, client=office.browser(office.alice))
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("layout", ["other", "Plan", "plan ", "%00", "%F0%9F%8E%AD", "x" * 2_000])
def test_an_unknown_layout_is_404(layout: str, office: BoxOffice) -> None:
    answer = _get(office, layout=layout)
    assert refusal(answer, 404, "layout_not_found")["layout"] == "plan"
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_new_layout_replaces_the_old_one_within_a_second(
    office: BoxOffice,
) -> None:
    assert _get(office).status_code == 200
    Event.objects.update(layout="other")
    assert _get(office, layout="other").json()["layout"] == "other"
    refusal(_get(office), 404, "layout_not_found")


@pytest.mark.parametrize("offer", ["gzip", "deflate, gzip;q=0.5", "GZIP", "*", "br, gzip; q=1.0"])
def test_a_client_that_accepts_gzip_gets_it(offer: str, office: BoxOffice) -> None:
    answer = _get(office, **{"Accept-Encoding": offer})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == _get(office).content


@pytest.mark.parametrize("offer", ["", "br", "gzip;q=0", "*, gzip;q=0.0", "gzipped", "identity"])
def test_a_client_that_does_not_accept_gzip_gets_plain_bytes(offer: str, office: BoxOffice) -> None:
    answer = _get(office, **{"Accept-Encoding": offer})
    assert "Content-Encoding" not in answer.headers
    assert answer.json()["layout"] == "plan"


def test_a_known_layout_is_304(office: BoxOffice) -> None:
    for offer in ("gzip", ""):
        tag = _get(office, **{"Accept-Encoding": offer}).headers["ETag"]
        again = _get(office, **{"Accept-Encoding": offer, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag


def test_compressed_and_plain_bytes_have_different_etags(office: BoxOffice) -> None:
    tags = {_get(office, **{"Accept-Encoding": offer}).headers["ETag"] for offer in ("gzip", "")}
    assert len(tags) == 2
    assert not any(tag.startswith("W/") for tag in tags)
