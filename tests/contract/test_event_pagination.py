"""The event list: filters, and pagination by `Link` headers."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from reservations.events import seat_counts
from reservations.events.selectors import MAX_EVENTS
from reservations.models import Event
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


def _names(query: str) -> list[str]:
    return [name for page in _pages(f"{EVENTS}?{query}") for name in page]


def _make_season() -> None:
    _make_events("Winter Tale", venue="Aurelia Theatre", days=1)
    _make_events("Late Set", venue="The Copper Room", description="Small-hours jazz", days=2)
    _make_events("Winterreise", venue="100% Hall", days=3)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("winter", ["Winter Tale", "Winterreise"]),
        ("AURELIA", ["Winter Tale"]),
        ("jazz copper", ["Late Set"]),
        ("winter copper", []),
        ("winter  tale winter", ["Winter Tale"]),
        ("%", ["Winterreise"]),
        ("_", []),
        ("'; DROP TABLE", []),
        ("", ["Winter Tale", "Late Set", "Winterreise"]),
        (" \t ", ["Winter Tale", "Late Set", "Winterreise"]),
        ("a b c d e f g h", []),
    ],
)
def test_a_search_finds_events_with_all_its_words(search: str, found: list[str]) -> None:
    _make_season()
    assert _names(f"search={quote(search)}") == found


@pytest.mark.parametrize("search", ["MÜNCHNER", "münchner", "ÉTUDES 100%", "étu", "жар"])
def test_a_search_ignores_case_in_every_alphabet(search: str) -> None:
    _make_events("Münchner Études 100%", description="Жар-птица\nby Stravinsky")
    _make_events("Munchner Etudes 1000")
    assert _names(f"search={quote(search)}") == ["Münchner Études 100%"]


def test_a_search_finds_events_by_the_city_in_the_venues_address() -> None:
    make_event(name="Winter Tale", seats=0, venue="Aurelia", address="Ring 1, 1010 Vienna")
    make_event(name="Late Set", seats=0, venue="Copper Room", address="Rua 7, Lisbon")
    assert _names("search=vienna") == ["Winter Tale"]


def test_events_of_a_period_include_its_begin_and_exclude_its_end() -> None:
    _make_season()
    first, second, third = Event.objects.order_by("date").values_list("date", flat=True)
    begin, end = (quote(each.isoformat()) for each in (second, third))
    assert _names(f"starts_from={begin}") == ["Late Set", "Winterreise"]
    assert _names(f"starts_before={begin}") == ["Winter Tale"]
    assert _names(f"starts_from={begin}&starts_before={end}") == ["Late Set"]
    assert _names(f"starts_from={end}&starts_before={quote(first.isoformat())}") == []


def test_upcoming_events_include_those_of_tonight() -> None:
    for hours in (-13, -11, 1):
        date = timezone.now() + timedelta(hours=hours)
        make_event(name=f"{hours}", seats=0, date=date)
    assert _names("upcoming=true") == ["-11", "1"]
    assert _names("upcoming=false") == _names("") == ["-13", "-11", "1"]


def test_the_next_page_has_the_same_filter() -> None:
    _make_season()
    assert _pages(f"{EVENTS}?search=winter&limit=1&upcoming=true") == [
        ["Winter Tale"],
        ["Winterreise"],
    ]


def test_a_search_shows_no_hidden_events() -> None:
    _make_events("Winter gala", visibility="members")
    assert _names("search=winter") == []


@pytest.mark.any_database
def test_filters_add_nothing_to_the_cached_counts() -> None:
    _make_season()
    _names("")
    before = len(seat_counts._static._values), len(seat_counts._free._values)
    for number in range(20):
        _names(f"search={number}&starts_before=2999-01-01T00:00:{number:02}Z")
    assert (len(seat_counts._static._values), len(seat_counts._free._values)) == before


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "after=7"),
        *(f"after={quote(place)}" for place in ("/7", "2030-06-01T18:00:00/7")),
        *(f"after={quote(place)}" for place in ("2030-06-01T18:00:00+01:00/7", "x/7", "\0/7")),
        *(f"after=2030-06-01T18:00:00Z/{number}" for number in ("", "0", "x", 2**63, "9" * 5000)),
        *(f"starts_from={day}" for day in ("x", "2030-13-01T00:00:00Z", "1")),
        *(f"starts_before={quote(day)}" for day in ("2030-06-01 18:00 Berlin", "\0", "9" * 5000)),
        f"starts_from={quote('0001-01-01T00:00:00+14:00')}",
        *(f"upcoming={value}" for value in ("x", "2", "\0")),
        *(f"search={quote(text)}" for text in ("x" * 101, "a b c d e f g h i", "a\0b")),
    ],
)
def test_a_malformed_query_is_refused(query: str) -> None:
    refusal(stranger().get(f"{EVENTS}?{query}"), 400, "invalid")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_a_position_may_be_before_or_after_all_events(date: str) -> None:
    _make_events("a")
    assert _pages(f"{EVENTS}?after={date}/1") == [["a"] if date < "2" else []]
