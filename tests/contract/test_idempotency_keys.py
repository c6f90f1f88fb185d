"""`Idempotency-Key`: the same key and body are executed once and get the same response."""

from typing import Any

import pytest

from reservations.models import Reservation, SeatChange
from tests.contract.calls import COMMANDS, Call, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import with_token

KEYED = COMMANDS
each_keyed_call = pytest.mark.parametrize("call", KEYED, ids=lambda call: call.name)


def _send(office: BoxOffice, call: Call, key: str, client: Any = None) -> Any:
    return office.send(call, client, HTTP_IDEMPOTENCY_KEY=key)


@each_keyed_call
def test_a_repeated_call_gets_the_same_response_and_does_nothing(
    call: Call, office: BoxOffice
) -> None:
    first = _send(office, call, "k")
    assert first.status_code in (200, 201)
    before = office.state()
    for client in (None, with_token(office.caller(call))):
        again = _send(office, call, "k", client)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert office.state() == before


def test_without_a_key_a_repeated_booking_is_a_conflict(office: BoxOffice) -> None:
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}/reserve/"
    body = {"seat_ids": [office.held], "payment_method": "card"}
    assert client.post(path, body).status_code == 201
    refusal(client.post(path, body), 409, "seat_unavailable")


def test_a_refusal_is_repeated_even_if_the_seat_is_free_again(office: BoxOffice) -> None:
    alice, bob = office.browser(office.alice), office.browser(office.bob)
    path = f"/api/events/{office.event.pk}/seats/{office.held_by_bob}"
    first = alice.post(f"{path}/lock/", HTTP_IDEMPOTENCY_KEY="k")
    assert bob.post(f"{path}/unlock/").status_code == 200
    again = alice.post(f"{path}/lock/", HTTP_IDEMPOTENCY_KEY="k")
    refusals = [refusal(answer, 409, "seat_unavailable") for answer in (first, again)]
    # The offers are those of the moment.
    assert all(body.pop("alternatives") for body in refusals)
    assert refusals[0] == refusals[1]
    assert alice.post(f"{path}/lock/", HTTP_IDEMPOTENCY_KEY="l").status_code == 200


def test_another_body_under_the_same_key_is_refused(office: BoxOffice) -> None:
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}"
    body = {"seat_ids": [office.held], "payment_method": "card"}
    client.post(f"{path}/reserve/", body, HTTP_IDEMPOTENCY_KEY="k")
    before = office.state()
    for where, other in (
        ("reserve", {**body, "payment_method": "cash"}),
        ("reserve", {**body, "seat_ids": [office.free]}),
        ("lock", {"seat_ids": [office.held]}),
        ("unlock", {"seat_ids": [office.held]}),
    ):
        response = client.post(f"{path}/{where}/", other, HTTP_IDEMPOTENCY_KEY="k")
        refusal(response, 422, "idempotency_key_reused")
    assert office.state() == before


def test_keys_of_different_people_are_independent(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    assert office.browser(office.alice).post(path, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    answer = office.browser(office.bob).post(path, HTTP_IDEMPOTENCY_KEY="k")
    refusal(answer, 409, "seat_unavailable")


def test_a_malformed_body_does_not_use_up_its_key(office: BoxOffice) -> None:
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}/reserve/"
    refusal(client.post(path, {}, HTTP_IDEMPOTENCY_KEY="k"), 400, "invalid")
    body = {"seat_ids": [office.held], "payment_method": "card"}
    assert client.post(path, body, HTTP_IDEMPOTENCY_KEY="k").status_code == 201


@pytest.mark.any_database
@each_keyed_call
def test_invalid_keys_are_refused(call: Call, office: BoxOffice, subtests: pytest.Subtests) -> None:
    before, client = office.state(), office.browser(office.caller(call))
    for key in ("", "x" * 256, "x" * 60_000, "é", "a\x01b", "\x00", "\x7f", "\t", "\ud800"):
        with subtests.test(key=key[:10], length=len(key)):
            found = refusal(_send(office, call, key, client), 400, "invalid")
            assert set(found["fields"]) == {"Idempotency-Key"}
    assert office.state() == before


@pytest.mark.any_database
@pytest.mark.parametrize("key", ["x" * 255, "a b", "'; --", '"k"', "null", "0"])
def test_keys_may_be_any_printable_ascii(key: str, office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/seats/{office.held}/lock/"
    client = office.browser(office.alice)
    before = SeatChange.objects.count()
    answers = [client.post(path, HTTP_IDEMPOTENCY_KEY=key).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert SeatChange.objects.count() == before


def test_a_key_on_a_call_that_changes_nothing_is_ignored(office: BoxOffice) -> None:
    client = office.browser(office.alice)
    assert client.get("/api/reservations/", HTTP_IDEMPOTENCY_KEY="é").status_code == 200
    assert Reservation.objects.count() == 2
