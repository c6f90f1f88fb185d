"""The event list is paginated by `Link` headers."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from reservations.models import Event
from reservations.read.selectors import MAX_EVENTS
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

EVENTS = "/api/events/"


def _pages(url: str, client: Any = None) -> list[list[str]]:
    """Follow the links; return the names on each page."""
    found = []
    while url:
        answer = (client or stranger()).get(url)
        found.append([event["name"] for event in answer.json()])
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    return found


def _make_events(*names: str, days: int = 1, **fields: Any) -> None:
    for name in names:
        make_event(name=name, seats=0, date=timezone.now() + timedelta(days=days), **fields)


def test_pages_follow_each_other_by_date_without_gap_or_overlap() -> None:
    date = timezone.now()
    for name in "bcd":
        make_event(name=name, seats=0, date=date)
    _make_events("e")
    make_event(name="a", seats=0, date=date - timedelta(microseconds=1))
    assert _pages(f"{EVENTS}?limit=2") == [["a", "b"], ["c", "d"], ["e"]]
    assert _pages(f"{EVENTS}?limit=5") == [["a", "b", "c", "d", "e"]]


def test_without_a_limit_a_page_has_a_hundred_events() -> None:
    _make_events(*(str(number) for number in range(MAX_EVENTS + 1)))
    assert [len(page) for page in _pages(EVENTS)] == [100, 1]


def test_hidden_events_do_not_shorten_a_page() -> None:
    _make_events("a", "c")
    _make_events("b", "d", visibility="members")
    assert _pages(f"{EVENTS}?limit=1") == [["a"], ["c"]]
    assert _pages(f"{EVENTS}?limit=2", signed_in(make_user())) == [["a", "c"], ["b", "d"]]


def test_a_change_of_a_pages_last_event_leaves_no_gap() -> None:
    _make_events("a", "b")
    link = stranger().get(f"{EVENTS}?limit=1").headers["Link"]
    assert link.endswith('>; rel="next"')
    Event.objects.filter(name="a").update(date=timezone.now() + timedelta(days=9))
    assert _pages(link.partition(">")[0].removeprefix("<")) == [["b"], ["a"]]


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "after=7"),
        *(f"after={quote(place)}" for place in ("/7", "2030-06-01T18:00:00/7")),
        *(f"after={quote(place)}" for place in ("2030-06-01T18:00:00+01:00/7", "x/7", "\0/7")),
        *(f"after=2030-06-01T18:00:00Z/{number}" for number in ("", "0", "x", 2**63, "9" * 5000)),
    ],
)
def test_a_malformed_query_is_refused(query: str) -> None:
    refusal(stranger().get(f"{EVENTS}?{query}"), 400, "invalid")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_a_position_may_be_before_or_after_all_events(date: str) -> None:
    _make_events("a")
    assert _pages(f"{EVENTS}?after={date}/1") == [["a"] if date < "2" else []]
