"""Ticket types, fees and held prices, from an organiser's edit to a buyer's booking."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from reservations.models import Category, Event, Seat
from reservations.organising.seating import static_changes
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event() -> Event:
    event = make_event(ticket_fee="1.00", booking_fee="2.50", tax_percent="19.00")
    stalls = Category.objects.create(event=event, name="Stalls", price=40)
    Seat.objects.filter(event=event, seat_number__in=["A1", "A2"]).update(category=stalls)
    return event


def test_types_are_sold_with_fees_and_shown_in_the_booking(event: Event) -> None:
    child = _set_types(event, ("Child", {"Stalls": "15.00", None: "20.00"}))
    buyer, seats = _holder_of(event, 3)
    shown = buyer.get(f"/api/events/{event.pk}/").json()
    assert shown["ticket_types"][0]["name"] == "Child"
    assert shown["fees"] == {
        "each_ticket": "1.00",
        "each_booking": "2.50",
        "tax_percent": "19.00",
    }
    types = {seats[1]: child, seats[2]: child}
    answer = _reserve(buyer, event, seats, types, expected_total="80.50")
    assert answer.status_code == 201, answer.content
    booking = answer.json()["reservation"]
    assert [(seat["price"], seat["ticket_type"]) for seat in booking["seat_details"]] == [
        ("40.00", ""),
        ("15.00", "Child"),
        ("20.00", "Child"),
    ]
    assert (booking["fees"], booking["total_price"]) == ("5.50", "80.50")
    assert booking["tax_percent"] == "19.00"
    listed = buyer.get("/api/reservations/").json()[0]
    assert listed == booking
    revenue = _operator().get(f"/api/events/{event.pk}/revenue/").json()
    assert (revenue["total"], revenue["fees"]) == ("80.50", "5.50")


def test_another_total_than_shown_books_nothing(event: Event) -> None:
    buyer, seats = _holder_of(event, 1)
    answer = _reserve(buyer, event, seats, {}, expected_total="40.00")
    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert answer.json()["total"] == "43.50"
    assert _reserve(buyer, event, seats, {}, expected_total="43.50").status_code == 201


def test_a_price_that_changes_during_a_hold_does_not_touch_it(event: Event) -> None:
    child = _set_types(event, ("Child", {"Stalls": "15.00"}))
    buyer, seats = _holder_of(event, 2)
    with static_changes(event_id=event.pk):
        Category.objects.filter(event=event).update(price=99)
    _set_types(event, ("Child", {"Stalls": "33.00"}), ids=[child])
    with static_changes(event_id=event.pk):
        Category.objects.filter(event=event).update(price=77)
    held = buyer.get(f"/api/events/{event.pk}/locks/").json()
    assert [seat["price"] for seat in held] == ["40.00", "40.00"]
    assert held[0]["held_prices"] == [{"ticket_type": child, "price": "15.00"}]
    booked = _reserve(buyer, event, seats, {seats[0]: child}).json()["reservation"]
    assert [seat["price"] for seat in booked["seat_details"]] == ["15.00", "40.00"]


def test_the_next_hold_has_the_new_price(event: Event) -> None:
    _, seats = _holder_of(event, 1)
    with static_changes(event_id=event.pk):
        Category.objects.filter(event=event).update(price=99)
    Seat.objects.filter(pk=seats[0]).update(
        status=0, locked_by=None, locked_at=None, locked_until=None
    )
    buyer, seats = _holder_of(event, 1)
    assert buyer.get(f"/api/events/{event.pk}/locks/").json()[0]["price"] == "99.00"
    assert _reserve(buyer, event, seats, {}).json()["reservation"]["total_price"] == "102.50"


def test_a_withdrawn_type_is_refused_and_what_was_sold_keeps_its_name(event: Event) -> None:
    child = _set_types(event, ("Child", {"Stalls": "15.00"}))
    buyer, seats = _holder_of(event, 2)
    assert _reserve(buyer, event, seats[:1], {seats[0]: child}).status_code == 201
    _set_types(event)
    answer = _reserve(buyer, event, seats[1:], {seats[1]: child})
    assert (answer.status_code, answer.json()["code"]) == (409, "ticket_type_not_offered")
    booking = buyer.get("/api/reservations/").json()[0]
    assert booking["seat_details"][0]["ticket_type"] == "Child"


@pytest.mark.parametrize(
    "types",
    [
        {"x": 1},
        {"1": "x"},
        {"1": 0},
        {"-1": 1},
        {"1": None},
        [],
        "1",
        {"999999999": 1},
        {str(number): 1 for number in range(501)},
    ],
)
def test_bad_ticket_types_are_refused_and_named(event: Event, types: Any) -> None:
    buyer, seats = _holder_of(event, 1)
    body = {"seat_ids": seats, "payment_method": "invoice", "ticket_types": types}
    answer = buyer.post(f"/api/events/{event.pk}/reserve/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "ticket_types" in answer.json()["fields"]


_OTHER = ".0.prices.1.category"
_ONE = {"category": None, "price": "1.00"}


@pytest.mark.parametrize(
    ("types", "place", "code"),
    [
        ([{"name": "", "prices": []}], ".0.name", "blank"),
        ([{"name": "A", "prices": [_ONE | {"price": "-1"}]}], ".0.prices.0.price", "min_value"),
        ([{"name": "A", "prices": [_ONE | {"price": "NaN"}]}], ".0.prices.0.price", "invalid"),
        ([{"name": "A", "prices": [_ONE, _ONE | {"category": 999_999}]}], _OTHER, "invalid"),
        ([{"name": "A", "prices": []}, {"name": "A", "prices": []}], ".1.name", "taken"),
        ([{"name": "A\x7f", "prices": []}], ".0.name", "invisible"),
        ([{"id": 999_999, "name": "A", "prices": []}], ".0.id", "invalid"),
        ([{"name": "A", "prices": [_ONE] * 2}], ".0.prices", "invalid"),
        ([{"name": "A", "prices": ["x"]}], ".0.prices", "invalid"),
        ([{"name": str(number), "prices": []} for number in range(21)], "", "max_length"),
        (["x"], "", "invalid"),
        (None, "", "null"),
    ],
)
def test_bad_edits_change_nothing_and_are_named_by_their_place(
    event: Event, types: Any, place: str, code: str
) -> None:
    _set_types(event, ("Child", {"Stalls": "15.00"}))
    before = list(event.ticket_types.values())
    answer = _put(event, types)
    found = refusal(answer, 400, "invalid")
    assert found["field_codes"] == {f"ticket_types{place}": [code]}
    assert list(event.ticket_types.values()) == before
    assert Event.objects.get(pk=event.pk).revision == 1


def test_an_edit_counts_and_one_of_an_older_state_is_refused(event: Event) -> None:
    client, path = _operator(), f"/api/events/{event.pk}/"
    child = [{"name": "Child", "prices": []}]
    saved = _put(event, child, tag='"0"')
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
    shown = client.get(path).json()
    assert (shown["revision"], shown["ticket_types"]) == (1, saved.json())
    found = refusal(_put(event, [], tag='"0"'), 409, "stale_event")
    assert (found["revision"], found["edited_at"] is not None) == (1, True)
    assert client.get(path).json() == shown
    assert _put(event, [], tag='"1"').headers["ETag"] == '"2"'
    categories = client.put(
        f"{path}categories/", {"categories": []}, format="json", headers={"If-Match": '"1"'}
    )
    refusal(categories, 409, "stale_event")


def test_an_if_match_that_is_no_revision_changes_nothing(event: Event) -> None:
    answer = _put(event, [{"name": "Child", "prices": []}], tag="1")
    assert set(refusal(answer, 400, "invalid")["fields"]) == {"If-Match"}
    assert not event.ticket_types.exists()


def test_prices_must_be_whole_in_currencies_without_decimals(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(currency="JPY", ticket_fee=0, booking_fee=3)
    found = refusal(
        _put(event, [{"name": "Child", "prices": [_ONE | {"price": "1.50"}]}]), 400, "invalid"
    )
    assert found["field_codes"] == {"ticket_types.0.prices.0.price": ["decimals"]}


def test_two_types_can_swap_their_names(event: Event) -> None:
    first = _set_types(event, ("Child", {}), ("Senior", {}))
    _set_types(event, ("Senior", {}), ("Child", {}), ids=[first, first + 1])
    assert list(event.ticket_types.values_list("pk", "name")) == [
        (first, "Senior"),
        (first + 1, "Child"),
    ]


def _set_types(
    event: Event, *types: tuple[str, dict[str | None, str]], ids: list[int] | None = None
) -> int:
    """Set the event's ticket types with prices by category name; return the first one's id."""
    categories: dict[str | None, int | None] = {None: None}
    categories |= dict(event.categories.values_list("name", "pk"))
    body = [
        {
            **({"id": ids[number]} if ids else {}),
            "name": name,
            "prices": [
                {"category": categories[category], "price": price}
                for category, price in prices.items()
            ],
        }
        for number, (name, prices) in enumerate(types)
    ]
    answer = _put(event, body)
    assert answer.status_code == 200, answer.content
    return answer.json()[0]["id"] if body else 0


def _put(event: Event, types: Any, *, tag: str | None = None) -> Any:
    """Send ticket types, with that If-Match."""
    return _operator().put(
        f"/api/events/{event.pk}/ticket-types/",
        {"ticket_types": types},
        format="json",
        headers={"If-Match": tag} if tag else {},
    )


def _operator() -> APIClient:
    return signed_in(make_user(is_superuser=True))


def _holder_of(event: Event, count: int) -> tuple[APIClient, list[int]]:
    buyer = signed_in(make_user())
    seats = list(event.seats.order_by("pk").values_list("pk", flat=True)[:count])
    answer = buyer.post(f"/api/events/{event.pk}/lock/", {"seat_ids": seats}, format="json")
    assert answer.status_code == 200, answer.content
    return buyer, seats


def _reserve(
    buyer: APIClient, event: Event, seats: list[int], types: dict[int, int], **fields: str
) -> Any:
    body = {
        "seat_ids": seats,
        "payment_method": "invoice",
        "ticket_types": {str(seat): type_id for seat, type_id in types.items()},
        **fields,
    }
    return buyer.post(f"/api/events/{event.pk}/reserve/", body, format="json")
