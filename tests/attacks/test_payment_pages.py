"""The page with a payment's card form: for whoever pays, and no way to keep a server waiting."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from infrastructure.slow_work.kinds import PAYMENT_PAGE
from infrastructure.slow_work.turns import place
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.states import Person
from reservations.models import Event, Payment
from reservations.payments import checkout, open_payments, pages, stripe_page
from tests.factories import make_event, make_person, seat_ids
from tests.requesting import requested_by
from tests.reservations.payments.books import order_of
from tests.reservations.payments.stripe_like import StripeLike, running, selling_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server() -> Iterator[StripeLike]:
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def stripe_like(server: StripeLike, settings: Settings) -> Iterator[StripeLike]:
    stripe_page._secrets.clear()
    with selling_with(server, settings):
        yield server


@pytest.fixture
def payment() -> Payment:
    event, alice = make_event(), make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(alice, tuple(seat_ids(event)[:2])))
    return _opened(event, alice)


def _opened(event: Event, alice: Person) -> Payment:
    reference = checkout.reserve(order_of(event, alice))["open_payment"]
    return Payment.objects.get(reference=reference)


def _link(payment: Payment) -> str:
    progress = open_payments.advance(payment.reference)
    assert progress is not None
    return progress.action_url


def _is_led_away(answer: Any, payment: Payment) -> bool:
    return (answer.status_code, answer["Location"]) == (302, f"/payments/{payment.reference}")


def _calls(stripe_like: StripeLike) -> int:
    return len(stripe_like.calls)


def test_whoever_knows_a_payments_reference_gets_no_secret(
    payment: Payment, stripe_like: StripeLike
) -> None:
    before, path = _calls(stripe_like), f"/api/payments/{payment.reference}/stripe/"
    _, _, of_another = pages.page_url("stripe_page", "0" * 32).partition("?")
    for asked in (path, f"{path}?pass=x", f"{path}?{of_another}"):
        answer = Client().get(asked)
        assert _is_led_away(answer, payment)
        assert b"secret" not in answer.content
    assert _calls(stripe_like) == before


def test_a_link_to_the_page_is_not_good_for_long(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = _link(payment)
    assert Client().get(link).status_code == 200
    monkeypatch.setattr(pages, "LINK_SECONDS", -1)
    assert _is_led_away(Client().get(link), payment)


def test_the_provider_is_asked_once_however_often_the_page_is_loaded(
    payment: Payment, stripe_like: StripeLike
) -> None:
    link = _link(payment)
    before = _calls(stripe_like)
    assert [Client().get(link).status_code for _ in range(5)] == [200] * 5
    assert _calls(stripe_like) == before + 1


def test_the_page_is_throttled_by_payment(payment: Payment) -> None:
    link = _link(payment)
    answers = [Client().get(link) for _ in range(21)]
    assert [each.status_code for each in answers] == [200] * 20 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_one_who_loads_it_again_while_it_waits_is_refused_at_once(payment: Payment) -> None:
    link = _link(payment)
    with requested_by(payment.user_id), place(PAYMENT_PAGE):
        answer = Client().get(link)
    assert (answer.status_code, answer["Content-Type"]) == (429, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "does not answer"), ("de", "antwortet gerade nicht")]
)
def test_without_the_provider_the_page_says_so_in_the_buyers_language(
    language: str, text: str, payment: Payment, stripe_like: StripeLike
) -> None:
    link = _link(payment)
    stripe_like.fail(**{f"GET {payment.provider_reference}": "down"})
    answer = Client().get(f"{link}&language={language}")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)
    assert text in answer.content.decode()
    assert "'none'" in answer["Content-Security-Policy"]
