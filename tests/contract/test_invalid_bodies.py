"""JSON bodies with invalid fields are 400, name the field, and change nothing."""

from typing import Any

import pytest

from accounts.models import User
from reservations.api.box_office_views import MAX_BLOCKED_SEATS
from reservations.api.serializers import MAX_SEATS
from tests.conftest import Sample
from tests.contract.calls import CALLS_WITH_BODY, Call, few, refusal, send
from tests.contract.conftest import BoxOffice

pytestmark = pytest.mark.any_database

NO_LIST_OF_IDS: dict[str, Any] = {
    "null": None,
    "nothing in it": [],
    "a number": 1,
    "a word": "1",
    "a truth": True,
    "an object": {"0": 1},
    "null in it": [None],
    "truths for numbers": [True, False],
    "a fraction": [1.5],
    "a word in it": ["x"],
    "an empty word": [""],
    "a list in it": [[1]],
    "an object in it": [{"id": 1}],
    "zero": [0],
    "a negative number": [-1],
    "2^63": [2**63],
    "10^30": [10**30],
    "one good, one bad": [1, "x"],
    "NUL": ["1\x00"],
    "too many": list(range(1, MAX_BLOCKED_SEATS + 2)),
    "a deep list": [[[[[[[[1]]]]]]]],
}
NO_PAYMENT_METHOD: dict[str, Any] = {
    "null": None,
    "empty": "",
    "unknown": "gold",
    "in capitals": "CARD",
    "a number": 1,
    "a truth": True,
    "a list": ["card"],
    "an object": {"card": "card"},
    "NUL": "card\x00",
    "long": "x" * 10_000,
}
NO_TEXT: dict[str, Any] = {
    "null": None,
    "empty": "",
    "a truth": True,
    "a list": ["alice"],
    "an object": {"a": 1},
    "NUL": "alice\x00",
    "long": "x" * 5_000,
}
NO_COUNT: dict[str, Any] = {
    "null": None,
    "nothing": 0,
    "less than nothing": -1,
    "a fraction": 1.5,
    "a word": "two",
    "a truth": True,
    "a list": [1],
    "an object": {"1": 1},
    "too many": MAX_SEATS + 1,
    "10^30": 10**30,
}
NO_ID: dict[str, Any] = {
    "zero": 0,
    "a word": "one",
    "a list": [1],
    "null": None,
    "10^30": 10**30,
}
NO_TIME: dict[str, Any] = {
    "a word": "tomorrow",
    "a number": 1,
    "a truth": True,
    "a list": ["2030-05-24T19:30"],
    "a date": "2030-05-24",
    "a day that is not": "2030-02-30T19:30",
    "NUL": "2030-05-24T19:30\x00",
    "out of range": "0001-01-01T00:00:00+14:00",
}
NO_NUMBER: dict[str, Any] = {
    "less than nothing": -1,
    "a fraction": 1.5,
    "a word": "two",
    "a truth": True,
    "a list": [1],
    "10^30": 10**30,
}
NO_PRICE: dict[str, Any] = {
    "less than nothing": "-1.00",
    "three decimals": "1.001",
    "a word": "dear",
    "not a number": "NaN",
    "infinity": "Infinity",
    "a truth": True,
    "a list": ["1.00"],
    "too much": "1" + "0" * 12,
    "a large exponent": "1e99",
}
NO_TRUTH = {"null": None, "a word": "perhaps", "a list": [True], "an object": {"a": 1}}
NO_ADDRESS: dict[str, Any] = {
    "no address": "alice",
    "a list": ["a@example.com"],
    "a truth": True,
    "NUL": "a\x00@example.com",
    "long": f"{'a' * 300}@example.com",
}
BAD: dict[str, dict[str, Any]] = {
    **dict.fromkeys(
        (
            *("date", "sales_open_at", "sales_close_at", "cancel_until"),
            *("companions_held_until", "ends_at"),
        ),
        NO_TIME,
    ),
    "orphan_rule": {"null": None, "unknown": "forbid", "a list": ["warn"], "empty": ""},
    **dict.fromkeys(
        ("lock_seconds", "max_extensions", "seat_cap", "purchase_cap", "payment_seconds"),
        NO_NUMBER,
    ),
    **dict.fromkeys(("requires_verified_email", "is_draft", "members_only"), NO_TRUTH),
    **dict.fromkeys(("venue", "time_zone", "currency"), NO_TEXT),
    "address": {name: bad for name, bad in NO_TEXT.items() if name != "empty"},
    "description": {name: bad for name, bad in NO_TEXT.items() if name not in ("empty", "long")},
    **dict.fromkeys(("price", "ticket_fee", "booking_fee", "tax_percent"), NO_PRICE),
    "offline_methods": {
        "a word": "invoice",
        "unknown": ["gold"],
        "null in it": [None],
        "a list in it": [["invoice"]],
    },
    "visibility": {"null": None, "a draft": "draft", "unknown": "secret", "a list": ["public"]},
    "categories": {
        "null": None,
        "a word": "Stalls",
        "none": [],
        "null in it": [None],
        "another": [{"id": 2**62, "name": "Stalls", "color": "red", "price": None}],
        "without a name": [{"id": 1, "color": "red", "price": None}],
        "no colour": [{"id": 1, "name": "x", "color": "url(//evil)", "price": None}],
        "too many": [{}] * 500,
    },
    "url": {
        **NO_TEXT,
        "another scheme": "ftp://example.org/",
        "a private address": "https://10.0.0.1/",
        "a user": "https://user@example.org/",
    },
    "kinds": {
        "null": None,
        "a word": "booking.created",
        "none": [],
        "unknown": ["booking.imagined"],
        "a number in it": [1],
        "a list in it": [["booking.created"]],
    },
    **dict.fromkeys(("is_open", "is_enabled"), NO_TRUTH),
    "count": NO_COUNT,
    "wishes": {
        "null": None,
        "a word": "accessible",
        "unknown": ["a view of the sea"],
        "a number in it": [1],
        "a truth": True,
        "too many": ["aisle"] * 4,
        "an object": {"aisle": True},
    },
    "seat_ids": NO_LIST_OF_IDS,
    "payment_method": NO_PAYMENT_METHOD,
    "ticket_types": {"null": None, "a word": "child", "a number": 1, "a list of words": ["child"]},
    "expected_total": {
        "null": None,
        "a word": "much",
        "less than nothing": "-0.01",
        "three decimals": "1.001",
        "NaN": "NaN",
        "a list": ["1.00"],
        "10^30": 10**30,
    },
    "moves": {
        "null": None,
        "nothing in it": {},
        "a word": "A1",
        "a list": [[1, 2]],
        "a word for a seat": {"A1": 1},
        "a negative number": {"-1": 1},
        "a long number": {"9" * 40: 1},
        "a word for a new seat": {"1": "A2"},
        "null for a new seat": {"1": None},
        "2^63": {"1": 2**63},
        "too many": {str(number): number for number in range(1, MAX_SEATS + 2)},
    },
    "settling": {"null": None, "unknown": "gold", "a list": ["cash"], "empty": ""},
    "expected_difference": {
        "null": None,
        "a word": "much",
        "three decimals": "1.001",
        "NaN": "NaN",
        "a list": ["1.00"],
        "10^30": 10**30,
    },
    "other": {**NO_TEXT, "too short": "ABC", "no number": "U" * 16},
    "confirm_other_buyer": NO_TRUTH,
    "buyer_name": {name: bad for name, bad in NO_TEXT.items() if name != "empty"},
    "buyer_email": {
        **{name: bad for name, bad in NO_TEXT.items() if name != "empty"},
        "no address": "zoe",
    },
    "username": NO_TEXT,
    "password": NO_TEXT,
    "old_password": NO_TEXT,
    "uid": NO_TEXT,
    "token": NO_TEXT,
    "refresh": NO_TEXT,
    "event": NO_ID,
    "sent_at": {"null": None, "a word": "soon", "a list": ["2030-01-01"], "a number": 7},
    "scans": {"null": None, "a word": "x", "a list of words": ["x"], "nothing": []},
    "gate": {
        "a list": ["North"],
        "an object": {"at": "North"},
        "a truth": True,
        "null": None,
        "NUL": "North\x00",
        "long": "N" * 41,
    },
    **dict.fromkeys(("plan", "version", "revision"), NO_ID),
    "from_allocation": {name: bad for name, bad in NO_ID.items() if name != "null"},
    "label": NO_TEXT,
    "promo_code": {name: bad for name, bad in NO_TEXT.items() if name != "empty"},
    "allocation": NO_ID,
    "max_seats": {"null": None, "a word": "two", "none": 0, "10^30": 10**30, "a list": [1]},
    **dict.fromkeys(("until", "expires_at"), NO_TIME),
    "kind": {"null": None, "unknown": "forever", "in capitals": "BLOCK", "a list": ["block"]},
    "dry_run": {"null": None, "a word": "perhaps", "a list": [True], "an object": {"a": 1}},
    **dict.fromkeys(("challenge", "method", "code", "name"), NO_TEXT),
    "credential": {"null": None, "a text": "x", "a list": [1], "a truth": True},
    "role": {"unknown": "boss", "in capitals": "OWNER", "null": None, "a list": ["owner"]},
    "keep_tickets": {"null": None, "a word": "perhaps", "a list": [True], "an object": {"a": 1}},
    **dict.fromkeys(("email", "buyer_email"), NO_ADDRESS),
}


FIELDS = [(call, field) for call in CALLS_WITH_BODY for field in call.body]


@pytest.mark.parametrize(("call", "field"), few(FIELDS))
def test_a_field_of_the_wrong_type_is_refused(
    call: Call, field: str, office: BoxOffice, subtests: pytest.Subtests, sample: Sample
) -> None:
    before, client, path = office.state(), office.browser(office.caller(call)), office.path(call)
    for name, bad in sample(list(BAD[field].items()), FIELDS.index((call, field)), step=3):
        with subtests.test(name):
            body = {**office.body(call), field: bad}
            found = refusal(getattr(client, call.method.lower())(path, body), 400, "invalid")
            assert set(found["fields"]) == {field}
            assert all(isinstance(sentence, str) for sentence in found["fields"][field])
            assert found["error"].startswith(f"{field}: ")
    assert office.state() == before


@pytest.mark.parametrize(
    ("call", "field"),
    few((call, field) for call in CALLS_WITH_BODY for field in sorted(call.required)),
)
def test_a_missing_field_is_refused(call: Call, field: str, office: BoxOffice) -> None:
    before = office.state()
    body = {name: value for name, value in office.body(call).items() if name != field}
    send_body = getattr(office.browser(office.caller(call)), call.method.lower())
    response = send_body(office.path(call), body)
    assert refusal(response, 400, "invalid")["fields"] == {field: ["This field is required."]}
    assert office.state() == before


def test_a_number_too_large_for_a_float_is_refused_as_an_id(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/lock/"
    for number in (b"1e400", b"-1e400", b"1e-400", b"1E+2000"):
        body = b'{"seat_ids": [' + number + b"]}"
        refusal(send(office.browser(office.alice), "POST", path, data=body), 400, "invalid")


def test_unknown_fields_are_ignored(office: BoxOffice) -> None:
    body = {"seat_ids": [office.free], "user": office.bob.pk, "locked_by": "bob", "price": "0.01"}
    response = office.browser(office.alice).post(f"/api/events/{office.event.pk}/lock/", body)
    assert response.json()["seats"][0]["locked_by"] == "alice"


def test_a_registration_cannot_set_staff_status(office: BoxOffice) -> None:
    body = {"username": "eve", "password": "Zoe-likes-3", "is_staff": True, "is_superuser": True}
    assert office.browser(office.bob).post("/api/register/", body).status_code == 201
    eve = User.objects.get(username="eve")
    assert not eve.is_staff
    assert not eve.is_superuser


def test_an_empty_body_counts_as_an_empty_object(office: BoxOffice) -> None:
    client = office.browser(office.alice)
    for data in (b"", b"  \n", b"{}", b'{"more": [1, {"than": "wanted"}]}'):
        path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
        assert send(client, "POST", path, data=data).status_code == 200
