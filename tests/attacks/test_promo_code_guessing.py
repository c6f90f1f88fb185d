"""Attack: guess the code that opens a sponsor's seats."""

from typing import Any

import pytest

from reservations.api import guesses
from reservations.domain.features import SoldBy
from tests.contract.calls import refusal
from tests.factories import make_event, make_promo_code, make_user, seat_ids, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("by", ["promo-code", "lock", "best", "areas/east/lock"])
def test_after_some_wrong_codes_not_even_the_right_one_is_looked_at(by: str) -> None:
    event = make_event()
    kept = seat_ids(event)[0]
    if by == "areas/east/lock":
        event.seats.update(group="east", group_size=4, sold_by=SoldBy.NUMBER)
    make_promo_code(event, kept)
    eve, path = signed_in(make_user("eve")), f"/api/events/{event.pk}/{by}/"
    body: dict[str, Any] = {"seat_ids": [kept]} if by == "lock" else {"count": 1}
    for number in range(guesses.MAX_WRONG_CODES):
        answer = eve.post(path, {**body, "promo_code": f"GUESS-{number}"})
        refusal(answer, 409, "promo_code_invalid")
    refusal(eve.post(path, {**body, "promo_code": "SPONSOR-2030"}), 429, "throttled")
    # Somebody else may.
    answer = signed_in(make_user()).post(path, {**body, "promo_code": "SPONSOR-2030"})
    assert answer.status_code == 200


def test_right_codes_are_not_counted() -> None:
    event = make_event()
    make_promo_code(event)
    buyer, path = signed_in(make_user()), f"/api/events/{event.pk}/promo-code/"
    answers = [
        buyer.post(path, {"promo_code": "SPONSOR-2030"}).status_code
        for _ in range(guesses.MAX_WRONG_CODES + 1)
    ]
    assert set(answers) == {200}


def test_many_accounts_at_one_address_share_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MAX_WRONG_CODES_OF_ADDRESS", 2)
    event = make_event()
    path = f"/api/events/{event.pk}/promo-code/"
    answers = [
        signed_in(make_user())
        .post(path, {"promo_code": "GUESS-1"}, REMOTE_ADDR="203.0.113.7")
        .status_code
        for _ in range(3)
    ]
    assert answers == [409, 409, 429]
    elsewhere = signed_in(make_user()).post(
        path, {"promo_code": "GUESS-1"}, REMOTE_ADDR="203.0.113.8"
    )
    refusal(elsewhere, 409, "promo_code_invalid")
