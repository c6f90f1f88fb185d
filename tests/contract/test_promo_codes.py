"""Promo codes: organisers create them, buyers hold and buy the seats of a channel with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import EndAllocations, ReleaseExpired
from reservations.domain.features import SoldBy
from reservations.models import Allocation, Event, PromoCode, Seat
from tests.contract.calls import refusal
from tests.factories import (
    let_locks_run_out,
    make_event,
    make_promo_code,
    make_user,
    seat_ids,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def event() -> Event:
    """An event with six seats, of which a sponsor has two; the code is good for both."""
    return make_event(seats=6)


@pytest.fixture
def kept(event: Event) -> list[int]:
    """The seats of the sponsor. They are kept by the command, so that the log has it."""
    boss = signed_in(make_user("boss", is_superuser=True))
    ids = list(seat_ids(event)[:2])
    body = {"seat_ids": ids, "kind": "channel", "label": "Bank"}
    assert boss.post(f"/api/events/{event.pk}/box-office/allocate/", body).status_code == 200
    new = {"allocation": Allocation.objects.get().pk, "promo_code": " bank-2030", "max_seats": 2}
    made = boss.post(f"/api/events/{event.pk}/box-office/codes/", new)
    assert (made.status_code, made.json()["code"]) == (201, "BANK-2030")
    return ids


def lock(client: Any, event: Event, *ids: int, code: str = "") -> Any:
    body = {"seat_ids": ids, **({"promo_code": code} if code else {})}
    return client.post(f"/api/events/{event.pk}/lock/", body)


def statuses(event: Event) -> list[str]:
    seats = signed_in(make_user()).get(f"/api/events/{event.pk}/seats/").json()
    return [seat["status"] for seat in seats[:2]]


def test_a_buyer_with_the_code_holds_and_buys_what_is_blocked_for_others(
    event: Event, kept: list[int]
) -> None:
    buyer, other = signed_in(make_user("buyer")), signed_in(make_user())
    found = buyer.post(f"/api/events/{event.pk}/promo-code/", {"promo_code": "Bank-2030 "}).json()
    assert (found["seat_ids"], found["left"]) == (kept, 2)
    # Looking changes nothing for anybody.
    assert statuses(event) == ["blocked", "blocked"]
    refusal(lock(other, event, kept[0]), 409, "seat_unavailable")
    assert lock(buyer, event, kept[0], code="bank-2030").status_code == 200
    body = {"seat_ids": [kept[0]], "payment_method": "invoice"}
    assert buyer.post(f"/api/events/{event.pk}/reserve/", body).status_code == 201
    assert statuses(event) == ["reserved", "blocked"]
    boss = signed_in(make_user(is_superuser=True))
    [code] = boss.get(f"/api/events/{event.pk}/box-office/codes/").json()
    assert (code["label"], code["held"], code["sold"], code["revenue"]) == ("Bank", 0, 1, "50.00")
    [row] = boss.get(f"/api/events/{event.pk}/reports/").json()["promo_codes"]
    assert (row["label"], row["code"], row["left"]) == (
        *("Bank", "BANK-2030"),
        {"tickets": 1, "prices": "50.00"},
    )
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_hold_that_runs_out_leaves_the_seat_blocked_at_once(
    event: Event, kept: list[int]
) -> None:
    buyer = signed_in(make_user("buyer"))
    lock(buyer, event, *kept, code="bank-2030")
    let_locks_run_out(event)
    assert statuses(event) == ["blocked", "blocked"]
    refusal(lock(signed_in(make_user()), event, kept[0]), 409, "seat_unavailable")
    CommandQueue(event.pk).submit(ReleaseExpired())
    assert statuses(event) == ["blocked", "blocked"]
    assert set(Seat.objects.filter(pk__in=kept).values_list("allocation__label", flat=True)) == {
        "Bank"
    }


def test_after_the_end_of_the_allocation_a_held_seat_goes_on_sale_when_it_is_let_go_of(
    event: Event, kept: list[int]
) -> None:
    buyer = signed_in(make_user("buyer"))
    lock(buyer, event, kept[0], code="bank-2030")
    Allocation.objects.update(until=timezone.now() - timedelta(seconds=1))
    CommandQueue(event.pk).submit(EndAllocations())
    CommandQueue(event.pk).submit(EndAllocations())
    assert Allocation.objects.get().ended_at is not None
    assert statuses(event) == ["locked", "available"]
    refusal(lock(buyer, event, kept[1], code="bank-2030"), 409, "promo_code_invalid")
    buyer.post(f"/api/events/{event.pk}/unlock/", {"seat_ids": [kept[0]]})
    assert statuses(event) == ["available", "available"]
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_withdrawn_or_expired_code_opens_nothing_more(event: Event, kept: list[int]) -> None:
    boss = signed_in(make_user(is_superuser=True))
    buyer = signed_in(make_user("buyer"))
    lock(buyer, event, kept[0], code="bank-2030")
    path = f"/api/events/{event.pk}/box-office/codes/{PromoCode.objects.get().pk}/withdraw/"
    first, again = boss.post(path).json(), boss.post(path).json()
    assert first["withdrawn_at"] == again["withdrawn_at"] is not None
    refusal(lock(buyer, event, kept[1], code="bank-2030"), 409, "promo_code_invalid")
    kinds = SecurityEvent.objects.filter(kind__startswith="promo_code").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        *(Kind.PROMO_CODE_CREATED, Kind.PROMO_CODE_WITHDRAWN)
    ]
    # What is held with it can be bought.
    body = {"seat_ids": [kept[0]], "payment_method": "invoice"}
    assert buyer.post(f"/api/events/{event.pk}/reserve/", body).status_code == 201
    PromoCode.objects.update(withdrawn_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    refusal(lock(buyer, event, kept[1], code="bank-2030"), 409, "promo_code_invalid")


def best(client: Any, event: Event, count: int, *, code: str = "") -> Any:
    body = {"count": count, **({"promo_code": code} if code else {})}
    return client.post(f"/api/events/{event.pk}/best/", body)


def stand(client: Any, event: Event, count: int, *, code: str = "") -> Any:
    body = {"count": count, **({"promo_code": code} if code else {})}
    return client.post(f"/api/events/{event.pk}/areas/east/lock/", body)


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [seat["seat_number"] for seat in answer.json()["seats"]]


def test_the_seat_finder_finds_the_seats_of_a_code_for_its_bearer_only(
    event: Event, kept: list[int]
) -> None:
    buyer, other = signed_in(make_user("buyer")), signed_in(make_user())
    assert refusal(best(other, event, 6), 409, "no_seats_together")["largest"] == 4
    assert numbers(best(buyer, event, 6, code="bank-2030 ")) == ["A1", "A2", "A3", "A4", "A5", "A6"]
    used = Seat.objects.filter(event=event, promo_code__isnull=False)
    assert list(used.order_by("pk").values_list("pk", flat=True)) == kept
    # The search has opened them for nobody else.
    assert refusal(best(other, event, 1), 409, "no_seats_together")["largest"] == 0
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_the_seat_finder_takes_no_more_seats_of_a_code_than_it_is_good_for() -> None:
    event = make_event(seats=5)
    make_promo_code(event, *seat_ids(event)[:3], max_seats=1)
    buyer = signed_in(make_user())
    found = refusal(best(buyer, event, 4, code="sponsor-2030"), 409, "no_seats_together")
    assert found["largest"] == 3
    assert numbers(best(buyer, event, 3, code="sponsor-2030")) == ["A3", "A4", "A5"]
    refusal(best(buyer, event, 1, code="sponsor-2030"), 409, "promo_code_used")


def test_a_code_that_is_used_up_hinders_no_search() -> None:
    event = make_event(seats=4)
    make_promo_code(event, seat_ids(event)[0], max_seats=1)
    buyer = signed_in(make_user())
    lock(buyer, event, seat_ids(event)[0], code="sponsor-2030")
    assert len(numbers(best(buyer, event, 3, code="sponsor-2030"))) == 3


def test_places_of_a_code_are_taken_first_and_by_its_bearer_only() -> None:
    event = make_event(seats=6)
    event.seats.update(group="east", group_size=6, sold_by=SoldBy.NUMBER)
    make_promo_code(event, *seat_ids(event)[3:], max_seats=2)
    buyer, other = signed_in(make_user("buyer")), signed_in(make_user())
    assert refusal(stand(other, event, 4), 409, "area_full")["left"] == 3
    assert refusal(stand(buyer, event, 6, code="sponsor-2030"), 409, "area_full")["left"] == 5
    numbers(stand(buyer, event, 3, code="sponsor-2030"))
    assert Seat.objects.filter(event=event, promo_code__isnull=False).count() == 2
    numbers(stand(other, event, 2))
    refusal(stand(buyer, event, 1, code="sponsor-2030"), 409, "promo_code_used")
    let_locks_run_out(event)
    # The places of lapsed holds are for the bearer again, and for nobody else.
    assert refusal(stand(other, event, 4), 409, "area_full")["left"] == 3
    assert len(numbers(stand(buyer, event, 5, code="sponsor-2030"))) == 5


@pytest.mark.parametrize("ask", [best, stand])
def test_an_ended_code_is_refused_before_seats_are_chosen(ask: Any) -> None:
    event = make_event()
    event.seats.update(group="east", group_size=4, sold_by=SoldBy.NUMBER)
    make_promo_code(event, *seat_ids(event), expires_at=timezone.now() - timedelta(seconds=1))
    refusal(ask(signed_in(make_user()), event, 1, code="sponsor-2030"), 409, "promo_code_invalid")


def test_a_code_is_refused_twice_in_an_event_and_for_what_is_no_channel(event: Event) -> None:
    boss = signed_in(make_user(is_superuser=True))
    kept = make_promo_code(event).allocation
    path = f"/api/events/{event.pk}/box-office/codes/"
    body = {"allocation": kept.pk, "promo_code": "sponsor-2030", "max_seats": 1}
    refusal(boss.post(path, body), 409, "promo_code_taken")
    made = boss.post(path, {**body, "promo_code": ""})
    assert len(made.json()["code"]) == 10
    refusal(boss.post(path, {**body, "promo_code": "ab"}), 400, "invalid")
    Allocation.objects.update(kind="name")
    refusal(boss.post(path, {**body, "promo_code": ""}), 404, "not_found")
    elsewhere = f"/api/events/{make_event().pk}/box-office/codes/"
    refusal(boss.post(elsewhere, body), 404, "not_found")
